import type { Call } from './lifecycle.ts';
import type { EventRecord } from './ports.ts';
import type { Waiting } from './progress.ts';

/** Each may hold an answer of some 80 KiB. */
const MOST = 500;

type Attempted = Pick<EventRecord, 'event'> & { readonly read: Waiting };

/**
 * Calls that have ended and are not recorded. When the store refuses a record, the message comes back, and the call must not
 * be made again: another process cannot know of it, but the one that made it can. Beyond a bound the oldest are forgotten.
 */
export type UnrecordedCalls = {
  find(attempted: Attempted): Call | undefined;
  keep(attempted: Attempted, call: Call): void;
  forget(attempted: Attempted): void;
};

export function unrecordedCalls(): UnrecordedCalls {
  const calls = new Map<string, Call>();
  return {
    find: (attempted) => calls.get(nameOf(attempted)),
    keep(attempted, call) {
      calls.set(nameOf(attempted), call);
      for (const oldest of calls.keys()) {
        if (calls.size <= MOST) return;
        calls.delete(oldest);
      }
    },
    forget: (attempted) => void calls.delete(nameOf(attempted)),
  };
}

function nameOf({ event, read }: Attempted): string {
  return `${event.key.uuid} ${read.nextAttempt} ${read.nextAttemptAt}`;
}

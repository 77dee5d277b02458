import type { Call } from '../event/lifecycle.ts';
import type { NamedAttempt } from './late-attempt.ts';

/** Each may hold an answer of some 80 KiB. */
const MOST = 500;

/**
 * Calls that have ended and are not recorded. When the store refuses a record, the message comes back, and the call must not
 * be made again: another process cannot know of it, but the one that made it can. Beyond a bound the oldest are forgotten.
 */
export type UnrecordedCalls = {
  find(attempt: NamedAttempt): Call | undefined;
  keep(attempt: NamedAttempt, call: Call): void;
  forget(attempt: NamedAttempt): void;
};

export function unrecordedCalls(): UnrecordedCalls {
  const calls = new Map<string, Call>();
  return {
    find: (attempt) => calls.get(nameOf(attempt)),
    keep(attempt, call) {
      calls.set(nameOf(attempt), call);
      for (const oldest of calls.keys()) {
        if (calls.size <= MOST) return;
        calls.delete(oldest);
      }
    },
    forget: (attempt) => void calls.delete(nameOf(attempt)),
  };
}

function nameOf({ key, attempt, at }: NamedAttempt): string {
  return `${key.uuid} ${attempt} ${at}`;
}

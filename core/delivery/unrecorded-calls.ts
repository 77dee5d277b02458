import type { Call } from '../event/lifecycle.ts';
import type { NamedAttempt } from './late-attempt.ts';

/** The most calls that are remembered. Each may hold an answer of about 80 KiB. */
const MOST = 500;

/**
 * The calls of this process that have ended and are not recorded. When the store refuses a record, the message is
 * handed over again, and the call must not be made again if the message comes to the process that made it. The oldest
 * calls are forgotten beyond a bound. If the process dies, all are, and the calls are made again.
 */
export type UnrecordedCalls = {
  find(attempt: NamedAttempt): Call | undefined;
  save(attempt: NamedAttempt, call: Call): void;
  forget(attempt: NamedAttempt): void;
};

export function unrecordedCalls(): UnrecordedCalls {
  const calls = new Map<string, Call>();
  return {
    find: (attempt) => calls.get(nameOf(attempt)),
    save(attempt, call) {
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

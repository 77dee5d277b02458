import type { ClientDependencies } from './dependencies.ts';
import { EventQueueError } from './event-queue-error.ts';
import type { ChosenOptions } from './event-queue-options.ts';
import type { Signal } from './signal.ts';

/** The longest pause before the first repetition, in milliseconds. It doubles with each further one. */
const FIRST_PAUSE = 250;
/** The largest pause, in milliseconds. If the queue asks for a longer one, the request is not repeated. */
const LONGEST_PAUSE = 30_000;
/** The statuses after which nobody knows whether the request was carried out. */
const UNKNOWN_WHETHER_DONE = [500, 502, 503, 504];

/** When a task may run again, and what ends it. */
export type Repeatable = {
  /** Whether the task does no harm if it is carried out twice. */
  readonly isRepeatable: boolean;
  /** The seconds from the first try in which a second one does no harm. Undefined if there is no such limit. */
  readonly safeSeconds?: number | undefined;
  readonly signal?: Signal | undefined;
};

export type Repeat = <Result>(task: () => Promise<Result>, repeatable: Repeatable) => Promise<Result>;

/**
 * Makes a function that runs a task, and runs it again after failures that may pass: up to `retries` times, with a
 * random pause that grows, or with the one that the queue asks for. After a 429, which a gateway answers before the
 * queue sees the request, every task runs again. After all other failures, only a task that is repeatable does. No task
 * runs again if the whole time-out of that try is not within its safe seconds.
 */
export function repetition(
  { retries, timeoutSeconds }: Pick<ChosenOptions, 'retries' | 'timeoutSeconds'>,
  { now, random, sleep }: Pick<ClientDependencies, 'now' | 'random' | 'sleep'>,
): Repeat {
  return async (task, { isRepeatable, safeSeconds = Infinity, signal }) => {
    const lastStart = now() + (safeSeconds - timeoutSeconds) * 1_000;
    for (let repetitions = 0; ; repetitions++) {
      try {
        return await task();
      } catch (error) {
        const pause = pauseAfter(error, isRepeatable, repetitions);
        if (pause === undefined || repetitions >= retries || now() + pause > lastStart) throw error;
        await sleep(pause, signal);
      }
    }
  };

  /** The milliseconds until the task runs again; undefined if it must not. */
  function pauseAfter(error: unknown, isRepeatable: boolean, repetitions: number): number | undefined {
    if (!(error instanceof EventQueueError) || !mayPass(error, isRepeatable)) return undefined;
    const asked = (error.retry_after ?? 0) * 1_000;
    if (asked > LONGEST_PAUSE) return undefined;
    const longest = Math.min(FIRST_PAUSE * 2 ** repetitions, LONGEST_PAUSE);
    return Math.max(asked, longest / 2) + (random() * longest) / 2;
  }
}

function mayPass({ kind, status = 0 }: EventQueueError, isRepeatable: boolean): boolean {
  if (status === 429) return true;
  return isRepeatable && (kind === 'unreachable' || kind === 'timed_out' || UNKNOWN_WHETHER_DONE.includes(status));
}

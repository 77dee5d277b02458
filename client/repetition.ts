import type { ClientDependencies } from './dependencies.ts';
import { EventQueueError } from './event-queue-error.ts';

/** The longest pause before the first repetition, in milliseconds. It doubles with each further one. */
const FIRST_PAUSE = 250;
/** The largest pause, in milliseconds. If the queue asks for a longer one, the request is not repeated. */
const LONGEST_PAUSE = 30_000;
/** The statuses after which nobody knows whether the request was carried out. */
const UNKNOWN_WHETHER_DONE = [500, 502, 503, 504];

export type Repeat = <Result>(
  task: () => Promise<Result>,
  isRepeatable: boolean,
  signal: AbortSignal | undefined,
) => Promise<Result>;

/**
 * Makes a function that runs a task, and runs it again after failures that may pass: up to `retries` times, with a
 * random pause that grows, or with the one that the queue asks for. After a 429, which a gateway answers before the
 * queue sees the request, every task runs again. After all other failures, only a task that is repeatable does.
 */
export function repetition(retries: number, { random, sleep }: Pick<ClientDependencies, 'random' | 'sleep'>): Repeat {
  return async (task, isRepeatable, signal) => {
    for (let repetitions = 0; ; repetitions++) {
      try {
        return await task();
      } catch (error) {
        const pause = pauseAfter(error, isRepeatable, repetitions);
        if (pause === undefined || repetitions >= retries) throw error;
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

import type { QueueEvent } from './api-types.ts';
import type { ClientDependencies } from './dependencies.ts';
import { EventQueueError } from './event-queue-error.ts';
import type { Signal } from './signal.ts';

/** The largest number of seconds for which any queue lets a request wait. */
const LONGEST_WAIT = 20;
/** The milliseconds between two requests to a queue that lets none wait. */
const POLL_EVERY = 1_000;

type Read = (key: string, seconds: number, signal: Signal | undefined) => Promise<QueueEvent | undefined>;
type Wait = (key: string, maxSeconds: number, signal: Signal | undefined) => Promise<QueueEvent | undefined>;

/**
 * Makes a function that resolves with an event when it has finished, or as it is after `maxSeconds`. Each request waits
 * for as long as the queue allows. The queue refuses longer waits, so the first ones find out how long that is.
 */
export function waiting(read: Read, { now, sleep }: Pick<ClientDependencies, 'now' | 'sleep'>): Wait {
  let longest = LONGEST_WAIT;

  return async (key, maxSeconds, signal) => {
    if (!(maxSeconds >= 0)) throw new TypeError(`EventQueue: maxSeconds is ${maxSeconds}. Give a number from 0 on.`);
    const deadline = now() + maxSeconds * 1_000;
    for (;;) {
      const left = Math.max(0, Math.ceil((deadline - now()) / 1_000));
      const seconds = Math.min(longest, left);
      const event = await readIfAllowed(key, seconds, signal);
      if (event === 'too long') continue;
      if (event?.status !== 'waiting_execution' || now() >= deadline) return event;
      if (seconds === 0) await sleep(POLL_EVERY, signal);
    }
  };

  async function readIfAllowed(key: string, seconds: number, signal: Signal | undefined) {
    try {
      return await read(key, seconds, signal);
    } catch (error) {
      const isTooLong = error instanceof EventQueueError && error.errors?.some(({ path }) => path === 'wait');
      if (!isTooLong || seconds === 0) throw error;
      longest = Math.floor(seconds / 2);
      return 'too long';
    }
  }
}

import type { Signal } from './signal.ts';

/** What the client takes from its surroundings. Tests replace it. */
export type ClientDependencies = {
  /** Returns the time in epoch milliseconds. */
  readonly now: () => number;
  /** Waits for some milliseconds. Rejects with the reason of the signal when it is aborted. */
  readonly sleep: (milliseconds: number, signal: Signal | undefined) => Promise<void>;
  /** Returns a number from 0 to less than 1. */
  readonly random: () => number;
  /** Returns an id that no other call returns. */
  readonly newId: () => string;
};

/** The clock and the random numbers of the runtime. */
export const runtimeDependencies: ClientDependencies = {
  now: () => Date.now(),
  sleep,
  random: () => Math.random(),
  newId,
};

function sleep(milliseconds: number, signal: Signal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const end = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', end, { once: true });
  });
}

/** 128 random bits. Unlike `crypto.randomUUID`, this also works in a page that was loaded without TLS. */
function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { httpCaller } from '../../adapters/http-caller.ts';
import { resolveToThisMachine, trustTestAuthority } from '../../verify/shared/tls-receivers.ts';
import type { Orders } from '../support/obedient-receiver.ts';
import { queuedEvent, secrets } from '../support/sample-event.ts';

const TIMEOUT = 2_000;
const MOST_WAITING = 30_000;

const workers: Worker[] = [];
let distrust: () => void;

beforeAll(() => {
  distrust = trustTestAuthority();
});
afterAll(() => distrust());
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.terminate();
});

describe.each([
  ['http', false],
  ['https', true],
] as const)(
  'over %s, when its process stood still from before an answer came until after the deadline, a call',
  (_, isSecure) => {
    test.each([
      ['comes in many pieces', Array.from({ length: 100 }, (_, n) => `${n},`)],
      ['is as large as what is kept', Array(16).fill('x'.repeat(4_096))],
    ])('is answered if its answer %s', async (_, pieces) => {
      const result = await callAndStandStill({ isSecure, pieces, drips: false });
      expect(result).toMatchObject({ outcome: 'answered', answer: { statusCode: 200, truncated: false } });
      if (result.outcome === 'answered') expect(Buffer.from(result.answer.body).toString()).toBe(pieces.join(''));
    });

    test('is not answered if more of its answer comes without an end', async () => {
      const result = await callAndStandStill({ isSecure, pieces: ['half'], drips: true });
      expect(result).toMatchObject({ outcome: 'timed_out' });
    });
  },
);

/**
 * The result of a call whose process is blocked from the moment when its receiver has the request until the answer has
 * arrived and the timeout is over.
 */
async function callAndStandStill(orders: Omit<Orders, 'step'>) {
  const step = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL('../support/obedient-receiver.ts', import.meta.url), {
    workerData: { ...orders, step },
  });
  workers.push(worker);
  const [port] = (await once(worker, 'message')) as [number];
  const caller = httpCaller({
    allowsAddress: () => true,
    targetPolicy: { privateTargets: true, ownHosts: [] },
    resolve: resolveToThisMachine,
    userAgent: 'event-queue/test',
    now: Date.now,
  });
  const url = `${orders.isSecure ? 'https' : 'http'}://localhost:${port}/`;
  const overAt = performance.now() + TIMEOUT;
  const result = caller.call(queuedEvent(Date.now(), { url, timeout: TIMEOUT }), 1, secrets, 3);
  await Atomics.waitAsync(step, 0, 0, TIMEOUT).value;
  Atomics.store(step, 0, 2);
  Atomics.notify(step, 0);
  Atomics.wait(step, 0, 2, MOST_WAITING);
  Atomics.wait(step, 0, 3, Math.max(0, overAt - performance.now()) + 1);
  return result.finally(caller.close);
}

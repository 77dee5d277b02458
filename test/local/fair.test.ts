import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type LocalQueue, openLocalQueue } from '../../local/local-queue.ts';
import { eventually } from '../support/http-client.ts';
import { openReceiver, type Receiver } from '../support/receiver.ts';

const MOST = 50;
const EVENTS = 1_000;
const OTHERS = 20;
/**
 * The fields of patient events: a call that times out on a busy machine is made again after a second, in up to 20
 * tries, so that the test does not turn red.
 */
const PATIENT = { timeout_for_request: 6, retry_delay: 1, max_try_count: 20 };

let queue: LocalQueue;
const receivers: Receiver[] = [];

beforeEach(async () => {
  const options = { port: 0, dataFolder: undefined, privateTargets: true, version: 'test' };
  queue = await openLocalQueue({ ...options, maxCallsPerHost: MOST });
});

afterEach(async () => {
  await queue.close();
  for (const receiver of receivers.splice(0)) receiver.close();
});

test(`of ${EVENTS} events for one host no more than ${MOST} are called at a time, and another host's do not wait for them`, async () => {
  const held: ServerResponse[] = [];
  let isHeld = true;
  const full = await opened((_, response) => (isHeld ? held.push(response) : response.end()));
  const other = await opened((_, response) => response.end());
  await publishMany(full.url, EVENTS);
  await eventually(async () => expect(held).toHaveLength(MOST));
  await publishMany(other.url, OTHERS);
  await eventually(async () => expect(pathsOf(other)).toBe(OTHERS));
  expect(held).toHaveLength(MOST);
  isHeld = false;
  for (const response of held) response.end();
  await eventually(async () => expect(pathsOf(full)).toBe(EVENTS));
  expect(full.mostConnections()).toBe(MOST);
});

test('a queue that is stopped does not wait for those that wait for their host', async () => {
  const held: ServerResponse[] = [];
  const full = await opened((_, response) => held.push(response));
  await publishMany(full.url, MOST + 10);
  await eventually(async () => expect(full.calls).toHaveLength(MOST));
  const closed = queue.close();
  for (const response of held) response.end();
  await closed;
  expect(full.calls).toHaveLength(MOST);
  queue = await openLocalQueue({ port: 0, dataFolder: undefined, privateTargets: true, version: 'test' });
});

async function opened(answer: Parameters<typeof openReceiver>[0]): Promise<Receiver> {
  const receiver = await openReceiver(answer);
  receivers.push(receiver);
  return receiver;
}

async function publishMany(url: string, count: number): Promise<void> {
  const headers = { 'x-api-key': 'demo', 'content-type': 'application/json' };
  for (let from = 0; from < count; from += 100) {
    const events = Array.from({ length: Math.min(100, count - from) }, (_, n) => ({
      url_to_send_request: `${url}/${from + n}`,
      ...PATIENT,
    }));
    const response = await fetch(`${queue.url}/events/batch`, {
      method: 'POST',
      headers,
      body: JSON.stringify(events),
    });
    expect(response.status).toBe(200);
  }
}

function pathsOf({ calls }: Receiver): number {
  return new Set(calls.map(({ path }) => path)).size;
}

import type { LookupFunction } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { type LocalQueue, openLocalQueue } from '../../local/local-queue.ts';
import { eventually, finishedEvent, publish, readEvent } from '../support/http-client.ts';
import { openReceiver, type Receiver } from '../support/receiver.ts';

const BATCH = 60;
const HEALTHY = 20;

let queue: LocalQueue;
let receiver: Receiver;

afterEach(async () => {
  await queue.close();
  receiver.close();
});

test.each([60, 1_020])('%i names whose look-up hangs cost no event of another name a try', async (count) => {
  const asked: string[] = [];
  await open((name, _options, answer) => {
    asked.push(name);
    if (!name.startsWith('dead')) setImmediate(answer, null, [{ address: '127.0.0.1', family: 4 }]);
  });
  const wish = { timeout_for_request: 6, max_try_count: 2, retry_delay: 1 };
  const dead: string[] = [];
  for (let n = 0; n < count; n += BATCH) {
    const urls = Array.from({ length: BATCH }, (_, m) => `http://dead${n + m}.example/`);
    dead.push(...(await publishAll(urls.map((url_to_send_request) => ({ ...wish, url_to_send_request })))));
  }
  const port = new URL(receiver.url).port;
  const healthy = Array.from({ length: HEALTHY }, (_, n) => `http://healthy${n}.example:${port}/`);
  const keys = await publishAll(healthy.map((url_to_send_request) => ({ url_to_send_request, max_try_count: 1 })));
  for (const key of keys)
    expect(await finishedEvent(queue.url, key)).toMatchObject({ status: 'success', try_count: 1 });

  const error = 'The host name could not be looked up in time.';
  await eventually(async () => {
    for (const key of [dead[0], dead.at(-1)])
      expect(await readEvent(queue.url, key ?? '')).toMatchObject({
        status: 'max_try_count_reached',
        attempts: [{}, { outcome: 'unreachable', error }],
      });
  });
  const looked = Map.groupBy(asked, (name) => name);
  expect([...looked.values()].filter(({ length }) => length > 1)).toEqual([]);
  expect(looked.size).toBe(count + HEALTHY);
});

test('localhost is called without asking any name server, and so is what its own names lead to', async () => {
  receiver = await openReceiver((_, response) => response.end('here'));
  queue = await openLocalQueue({ port: 0, dataFolder: undefined, privateTargets: true, version: 'test' });
  const { port } = new URL(receiver.url);
  for (const host of ['localhost', 'my-app.localhost']) {
    const { key } = await publish(queue.url, { url_to_send_request: `http://${host}:${port}/`, max_try_count: 1 });
    expect(await finishedEvent(queue.url, key)).toMatchObject({ status: 'success', request_response_body: 'here' });
  }
});

async function open(resolve: LookupFunction): Promise<void> {
  receiver = await openReceiver((_, response) => response.end());
  queue = await openLocalQueue({ port: 0, dataFolder: undefined, privateTargets: true, version: 'test', resolve });
}

/**
 * Publishes events in one request. If its connection breaks, it is repeated, and deduplication ids prevent second
 * events.
 */
async function publishAll(events: readonly { readonly url_to_send_request: string }[]): Promise<readonly string[]> {
  const body = JSON.stringify(events.map((event) => ({ ...event, deduplication_id: event.url_to_send_request })));
  const headers = { 'x-api-key': 'demo', 'content-type': 'application/json' };
  const response = await eventually(() => fetch(`${queue.url}/events/batch`, { method: 'POST', headers, body }));
  const { results } = (await response.json()) as { results: readonly { key: string }[] };
  return results.map(({ key }) => key);
}

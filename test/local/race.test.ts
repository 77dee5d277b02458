import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { EventAnswer } from '../../api/event-answer.ts';
import { type LocalQueue, openLocalQueue } from '../../local/local-queue.ts';
import { describedJson, eventually, finishedEvent, publish, readEvent } from '../support/http-client.ts';
import { openReceiver, type Receiver } from '../support/receiver.ts';

const headers = { 'x-api-key': 'demo', 'content-type': 'application/json' };

let queue: LocalQueue;
let receiver: Receiver;
/** The open responses of the calls to `/held`, which end only when the test ends them. */
const held: ServerResponse[] = [];

beforeAll(async () => {
  receiver = await openReceiver(({ path }, response) => {
    if (path === '/held') held.push(response);
    else response.end();
  });
  queue = await openLocalQueue({ port: 0, dataFolder: undefined, privateTargets: true, version: 'test' });
});
afterAll(async () => {
  await queue.close();
  receiver.close();
});

test('of 1,000 events cancelled around their instants, none is called that was acknowledged before', async () => {
  const events = await publishBatches(1_000, (n) => ({
    url_to_send_request: `${receiver.url}/raced/${n}`,
    call_url_after: 2 + n / 125,
  }));
  const races = events.map(async ({ key, timestamp_for_execution_to_start }, n) => {
    const dueAt = Math.round(timestamp_for_execution_to_start * 1_000);
    await sleep(dueAt + 20 - earlier(n) - Date.now());
    const response = await fetch(`${queue.url}/events/${key}`, { method: 'DELETE', headers });
    const isAcknowledged = response.status === 200 && Date.now() < dueAt;
    await describedJson(response, 'DELETE');
    return { key, path: `/raced/${n}`, isAcknowledged };
  });
  const raced = await Promise.all(races);
  await Promise.all(raced.map(({ key }) => finishedEvent(queue.url, key)));
  const acknowledged = raced.filter(({ isAcknowledged }) => isAcknowledged);
  expect(acknowledged.length).toBeGreaterThan(0);
  expect(acknowledged.length).toBeLessThan(1_000);
  expect(acknowledged.filter(({ path }) => receiver.callsTo(path).length > 0)).toEqual([]);
});

/** Milliseconds up to a second. Most are close together, and some are long enough for a slow machine. */
function earlier(n: number): number {
  return (n % 100) ** 2 / 10;
}

test('a call that fails after its event was cancelled is in its history, and no retry runs beside it', async () => {
  const { key } = await publish(queue.url, { url_to_send_request: `${receiver.url}/held`, timeout_for_request: 6 });
  await eventually(async () => expect(held).toHaveLength(1));
  await fetch(`${queue.url}/events/${key}`, { method: 'DELETE', headers });
  const retried = await fetch(`${queue.url}/events/${key}/retry`, { method: 'POST', headers });
  const problem = await describedJson(retried, 'POST');
  expect([retried.status, problem]).toMatchObject([409, { type: 'urn:event-queue:conflict' }]);
  expect(['1', '2', '3', '4', '5', '6']).toContain(retried.headers.get('retry-after'));
  held[0]?.writeHead(500).end();
  const event = await eventually(async () => {
    const read = await readEvent(queue.url, key);
    expect(read.attempts).toHaveLength(1);
    return read;
  });
  expect(event).toMatchObject({ status: 'cancelled', try_count: 1, attempts: [{ number: 1 }] });
  expect(receiver.callsTo('/held')).toHaveLength(1);
});

test('fifty clients that publish with one Idempotency-Key at once get one event, called once', async () => {
  const body = JSON.stringify({ url_to_send_request: `${receiver.url}/once` });
  const request = { method: 'POST', headers: { ...headers, 'idempotency-key': 'order 42' }, body };
  const answers = await Promise.all(Array.from({ length: 50 }, () => fetch(`${queue.url}/events`, request)));
  const events = await Promise.all(answers.map((answer) => describedJson(answer, 'POST') as Promise<EventAnswer>));
  expect(new Set(events.map(({ key }) => key)).size).toBe(1);
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  await finishedEvent(queue.url, events[0]?.key ?? '');
  expect(receiver.callsTo('/once')).toHaveLength(1);
});

test('the statistics show at once what happened', async () => {
  const before = await succeededInLastHour();
  const { key } = await publish(queue.url, { url_to_send_request: `${receiver.url}/counted` });
  const event = await fetch(`${queue.url}/events/${key}?wait=10`, { headers });
  expect(((await describedJson(event, 'GET')) as EventAnswer).status).toBe('success');
  await eventually(async () => expect(await succeededInLastHour()).toBe(before + 1));
});

async function succeededInLastHour(): Promise<number> {
  const response = await fetch(`${queue.url}/stats?range=hour`, { headers });
  const { periods } = (await describedJson(response, 'GET')) as { periods: { succeeded: number }[] };
  return periods.reduce((sum, { succeeded }) => sum + succeeded, 0);
}

async function publishBatches(count: number, wish: (n: number) => object): Promise<readonly EventAnswer[]> {
  const events: EventAnswer[] = [];
  for (let from = 0; from < count; from += 100) {
    const body = JSON.stringify({ events: Array.from({ length: 100 }, (_, n) => wish(from + n)) });
    const response = await fetch(`${queue.url}/events/batch`, { method: 'POST', headers, body });
    const { results } = (await describedJson(response, 'POST')) as { results: EventAnswer[] };
    events.push(...results);
  }
  return events;
}

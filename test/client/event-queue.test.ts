import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { EventQueue } from '../../client/event-queue.ts';
import { type LocalQueue, openLocalQueue } from '../../local/local-queue.ts';

const TO_BE_CANCELLED = { call_url_after: 3_600 };

let local: LocalQueue;
let queue: EventQueue;
let echo: string;
/** The methods and paths of the requests that the client has sent. */
const requests: string[] = [];

beforeAll(async () => {
  local = await openLocalQueue({ port: 0, dataFolder: undefined, privateTargets: true, version: 'test' });
  echo = `${local.url}/echo`;
  queue = new EventQueue({
    url: local.url,
    key: 'demo',
    fetch(url, init) {
      requests.push(`${init.method} ${url.slice(local.url.length)}`);
      return fetch(url, init);
    },
  });
});

beforeEach(() => void requests.splice(0));

afterAll(() => local.close());

test('publishes an event, waits until it has finished, and reads it', async () => {
  const published = await queue.publish({ url_to_send_request: echo, body: { to: 42 }, event_tags: ['first'] });
  expect(published).toMatchObject({ status: 'waiting_execution', body: { to: 42 }, try_count: 0 });
  const finished = await queue.wait(published.key);
  expect(finished).toMatchObject({ key: published.key, status: 'success', request_response_status_code: 200 });
  expect(await queue.get(published.key)).toEqual(finished);
  expect(finished?.request_response_body).toContain('{\\"to\\":42}');
});

test('sends bodies as text, as JSON and in base64, and instants as dates', async () => {
  const call_url_at = new Date(Date.now() + 3_600_000);
  const sent = [{ body: 'text' }, { body: ['json', 1] }, { body_base64: 'AP8=' }];
  const results = await queue.publishAll(sent.map((one) => ({ ...one, url_to_send_request: echo, call_url_at })));
  expect(results.map(({ accepted }) => accepted)).toEqual([true, true, true]);
  for (const [index, one] of sent.entries()) {
    expect(results[index]).toMatchObject({ event: { ...one, call_url_at: call_url_at.toISOString() } });
  }
});

test('refuses bytes as a body, because JSON would change them', async () => {
  const event = { url_to_send_request: echo, body: new Uint8Array([0, 255]) };
  await expect(queue.publish(event)).rejects.toThrow('Send them in base64, as body_base64.');
  expect(requests).toEqual([]);
});

test('publishes many events in batches, and answers a result for each in their order', async () => {
  const events = Array.from({ length: 250 }, (_, index) => ({
    ...TO_BE_CANCELLED,
    url_to_send_request: index === 120 ? 'ftp://example.com' : `${echo}?${index}`,
    event_tags: ['many'],
  }));
  const results = await queue.publishAll(events);
  expect(requests).toEqual(Array(3).fill('POST /events/batch'));
  const urls = results.map((result) => result.event?.url_to_send_request ?? result.error?.type);
  const expected = events.map((event) => event.url_to_send_request);
  expect(urls).toEqual(expected.with(120, 'urn:event-queue:invalid'));
  expect(results[120]).toMatchObject({
    accepted: false,
    error: { name: 'EventQueueError', kind: 'refused', status: 422, errors: [{ path: 'url_to_send_request' }] },
    sent: { url_to_send_request: 'ftp://example.com', deduplication_id: expect.stringMatching(/^[0-9a-f]{32}$/) },
  });
});

test('a batch has no more bytes than the API takes, and an event that is too large refuses no other', async () => {
  const large = { ...TO_BE_CANCELLED, url_to_send_request: echo, body: '"'.repeat(250 * 1_024) };
  const tooLarge = { ...large, body: 'é'.repeat(2.5 * 1_024 * 1_024) };
  const results = await queue.publishAll([large, large, large, large, large, tooLarge, large]);
  expect(requests.length).toBe(4);
  expect(results.map(({ error }) => error?.type)).toEqual([
    ...Array(5).fill(undefined),
    'urn:event-queue:too-large',
    undefined,
  ]);
});

test('an event that is published twice with one id is one event', async () => {
  const event = { ...TO_BE_CANCELLED, url_to_send_request: echo, deduplication_id: 'welcome-42' };
  const [one, other] = [await queue.publish(event), await queue.publish(event)];
  expect(other.key).toBe(one.key);
  const another = await queue.publish({ ...event, deduplication_id: undefined });
  expect(another.key).not.toBe(one.key);
  const without = await queue.publish({ ...event, deduplication_id: null });
  expect(without.deduplication_id).toBeNull();
});

test('finds and counts events, page by page', async () => {
  const search = { tag: 'many', due_after: new Date(), order: 'asc', limit: 100 } as const;
  const found: string[] = [];
  for await (const event of queue.list(search)) found.push(event.url_to_send_request);
  expect(found.length).toBe(249);
  expect(requests.length).toBe(3);
  const sizes: number[] = [];
  for await (const page of queue.pages({ ...search, limit: 50 })) {
    sizes.push(page.events.length);
    if (sizes.length === 2) break;
  }
  expect(sizes).toEqual([50, 50]);
  expect(await queue.count({ tag: ['many'] })).toEqual({ count: 249, complete: true });
});

test('cancels and retries one event', async () => {
  const { key } = await queue.publish({ ...TO_BE_CANCELLED, url_to_send_request: echo });
  expect((await queue.cancel(key)).status).toBe('cancelled');
  await queue.retry(key);
  expect(await queue.wait(key)).toMatchObject({ status: 'success' });
  await expect(queue.cancel(key)).rejects.toMatchObject({ type: 'urn:event-queue:conflict', status: 409 });
});

test('an event that is not there is undefined to read, and an error to change', async () => {
  for (const key of ['98225183999.750-0198f2a4-5b6c-7d8e-9f00-112233445566', 'no-key', '..', 'count', '']) {
    expect(await queue.get(key)).toBeUndefined();
    expect(await queue.wait(key)).toBeUndefined();
    const error = { name: 'EventQueueError', kind: 'refused', type: 'urn:event-queue:not-found', status: 404 };
    await expect(queue.cancel(key)).rejects.toMatchObject(error);
    await expect(queue.retry(key)).rejects.toMatchObject(error);
  }
  // What would lead to another path is not sent at all.
  expect(requests.length).toBe(8);
});

test('counts, cancels and retries all events that a search finds', async () => {
  const search = { tag: 'many' };
  const host = new URL(local.url).host;
  expect(await queue.cancelAll({ ...search, dry_run: true })).toEqual({ changed: 249, hosts: [{ host, count: 249 }] });
  expect(await queue.cancelAll(search)).toEqual({ changed: 249 });
  expect(await queue.retryAll({ ...search, status: 'cancelled' })).toEqual({ changed: 249 });
});

test('shows what happened, and pauses and resumes the queue', async () => {
  expect(await queue.stats()).toMatchObject({ range: 'hour' });
  expect((await queue.stats({ range: 'day' })).total.accepted).toBeGreaterThan(0);
  expect(await queue.pause()).toMatchObject({ paused: true });
  expect(await queue.resume()).toMatchObject({ paused: false });
});

test('makes, runs, pauses and deletes a schedule', async () => {
  const { schedules } = queue;
  const event = { url_to_send_request: echo, body: 'report' };
  expect(await schedules.put('daily', { cron: '0 6 * * *', event })).toMatchObject({ id: 'daily', status: 'active' });
  const { key } = await schedules.run('daily', { deduplication_id: 'first' });
  expect((await schedules.run('daily', { deduplication_id: 'first' })).key).toBe(key);
  expect(await queue.wait(key)).toMatchObject({ status: 'success', request_response_status_code: 200 });
  const runs: string[] = [];
  for await (const run of schedules.runs('daily')) runs.push(run.key);
  expect(runs).toContain(key);
  const other = await schedules.create({ every: 3_600, event });
  const ids: string[] = [];
  for await (const { id } of schedules.list({ limit: 1 })) ids.push(id);
  expect(ids.sort()).toEqual([other.id, 'daily'].sort());
  expect((await schedules.preview({ every: 60 })).next_runs_at_utc.length).toBe(5);
  const read = await schedules.get('daily');
  if (read === undefined) throw new Error('There is no schedule.');
  const changed = await schedules.put('daily', { ...read, time_zone: 'Asia/Tokyo' });
  expect(changed).toMatchObject({ time_zone: 'Asia/Tokyo', event: read.event, created_at_utc: read.created_at_utc });
  expect((await schedules.pause('daily')).status).toBe('paused');
  expect((await schedules.resume('daily')).status).toBe('active');
  expect(await schedules.delete('daily')).toEqual({ id: 'daily', deleted: true });
  expect(await schedules.get('daily')).toBeUndefined();
  await expect(schedules.get('..')).rejects.toThrow('is not the id of a schedule');
});

test('a refusal has the fields of its problem', async () => {
  const stranger = new EventQueue({ url: local.url, key: 'wrong' });
  const refused = { kind: 'refused', type: 'urn:event-queue:unauthorized', status: 401, errors: undefined };
  await expect(stranger.stats()).rejects.toMatchObject({ ...refused, title: 'An API key is needed' });
  const results = await stranger.publishAll(Array(201).fill({ url_to_send_request: echo }));
  expect(results.map(({ error }) => error?.status)).toEqual(Array(201).fill(401));
});

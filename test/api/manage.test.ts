import { describe, expect, test } from '@jest/globals';
import type { Scope } from '../../core/api-key.ts';
import { DAY, HOUR } from '../../core/durations.ts';
import type { ApiKeys } from '../../core/ports.ts';
import { noCounts } from '../../core/statistics.ts';
import { apiClient, START } from '../support/api-client.ts';
import { answered } from '../support/sample-event.ts';

const URL = 'https://example.com/hook';
const json = (method: string, path: string, body?: unknown) => ({ method, path, body: JSON.stringify(body) });
const tooLate = START + 10 * DAY;
/** The largest request and answer of a synchronous invocation of Lambda, in bytes. */
const MOST_OF_LAMBDA = 6 * 1_024 * 1_024;

/** Publishes seven events, due an hour apart, whose tags alternate. */
/** Publishes as many events as a number says, in batches. */
async function publishMany(send: ReturnType<typeof apiClient>['send'], count: number, event: object): Promise<void> {
  for (let left = count; left > 0; left -= 100)
    await send(json('POST', '/events/batch', { events: Array(Math.min(left, 100)).fill(event) }));
}

async function withEvents() {
  const client = apiClient();
  for (let n = 0; n < 7; n++) {
    await client.publish({
      url_to_send_request: `${URL}/${n}`,
      call_url_after: n * 3600,
      event_tags: [n % 2 ? 'odd' : 'even', 'all'],
    });
  }
  return client;
}

describe('GET /events', () => {
  test('answers pages, latest due first, until next_cursor is null', async () => {
    const { send } = await withEvents();
    const first = await send({ path: '/events', query: 'limit=4' });
    const second = await send({ path: '/events', query: `limit=4&cursor=${first.body.next_cursor}` });
    expect([first, second].map(({ body }) => body.events.map(numberOf))).toEqual([
      [6, 5, 4, 3],
      [2, 1, 0],
    ]);
    expect(second.body.next_cursor).toBeNull();
  });

  test('shortens a page that is too large for an answer, and the next page continues behind it', async () => {
    const { send, sendRaw, publish } = apiClient();
    for (let n = 0; n < 20; n++) {
      await publish({ url_to_send_request: `${URL}/${n}`, call_url_after: n * 3600, body: '"'.repeat(100_000) });
    }
    const seen: number[] = [];
    for (let cursor = ''; ; ) {
      const query = `limit=100${cursor && `&cursor=${cursor}`}`;
      const { body = '' } = await sendRaw({ path: '/events', query });
      expect(Buffer.byteLength(JSON.stringify({ body }))).toBeLessThan(MOST_OF_LAMBDA);
      const answer = (await send({ path: '/events', query })).body;
      seen.push(...answer.events.map(numberOf));
      if (answer.next_cursor === null) break;
      expect(answer.events.length).toBeGreaterThan(5);
      cursor = answer.next_cursor;
    }
    expect(seen).toEqual(Array.from({ length: 20 }, (_, n) => 19 - n));
  });

  test.each([
    ['tag=odd', [5, 3, 1]],
    ['tag=odd&tag=all', [5, 3, 1]],
    ['tag=odd&tag=even', []],
    ['status=waiting_execution&limit=2', [6, 5]],
    ['status=success', []],
    ['due_after=2040-01-01T00:00:00Z&due_before=2030-01-01T00:00:00Z', []],
    ['due_after=0', [6, 5, 4, 3, 2, 1, 0]],
    ['due_after=1970-01-01T00:00:00Z&tag=odd', [5, 3, 1]],
    ['due_before=0', []],
    ['due_before=0.001', []],
    [`due_after=${START / 1_000 + 3 * 3600}`, [6, 5, 4, 3]],
    [`due_before=${new Date(START + 3 * HOUR).toISOString()}`, [2, 1, 0]],
    [`due_after=${START / 1_000 + 3600}&due_before=${START / 1_000 + 3 * 3600}&tag=all`, [2, 1]],
    ['due_after=2030-01-01T05:00:00+02:00', [6, 5, 4, 3]],
    ['due_after=2030-01-01T05:00:00%2B02:00', [6, 5, 4, 3]],
    ['due_before=2030-01-01T05:00:00+02:00&due_after=2029-12-31T23:30:00-01:30', [2, 1]],
    ['order=asc', [0, 1, 2, 3, 4, 5, 6]],
    ['order=desc&tag=odd', [5, 3, 1]],
    ['order=asc&tag=odd&limit=2', [1, 3]],
    [`order=asc&due_after=${START / 1_000 + 3 * 3600}&due_before=${START / 1_000 + 5 * 3600}`, [3, 4]],
    ['due_before=now', []],
    ['due_after=now', [6, 5, 4, 3, 2, 1, 0]],
  ])('%s answers %j', async (query, numbers) => {
    const { send } = await withEvents();
    const { status, body } = await send({ path: '/events', query });
    expect([status, body.events.map(numberOf)]).toEqual([200, numbers]);
  });

  test.each([
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=x', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['status=done', 'status'],
    ['tag=', 'tag'],
    ['due_after=yesterday', 'due_after'],
    ['due_before=2030-01-01', 'due_before'],
    ['due_after=9999-01-01T00:00:00Z', 'due_after'],
    ['due_before=1960-01-01T00:00:00Z', 'due_before'],
    ['due_before=99999999999999', 'due_before'],
    ['due_after=2030-01-01+02:00', 'due_after'],
    ['due_after=2030-01-01T05:00:00++02:00', 'due_after'],
    ['order=latest', 'order'],
    ['order=asc&order=desc', 'order'],
    ['due_before=NOW', 'due_before'],
    ['cursor=abc', 'cursor'],
    ['cursor=', 'cursor'],
  ])('%s is a 422 that names %s', async (query, field) => {
    const { status, body } = await apiClient().send({ path: '/events', query });
    expect([status, body.errors.map(({ path }: { path: string }) => path)]).toEqual([422, [field]]);
  });

  test('now is the time of each request, also where a cursor goes on', async () => {
    const { send, clock } = await withEvents();
    const numbers = async (query: string) => {
      const { body } = await send({ path: '/events', query });
      return { found: body.events.map(numberOf), cursor: body.next_cursor };
    };
    await clock.moveTo(START + 2.5 * 3_600_000);
    const happened = await numbers('due_before=now&limit=2');
    const coming = await numbers('due_after=now&order=asc&limit=2');
    expect([happened.found, coming.found]).toEqual([
      [2, 1],
      [3, 4],
    ]);
    await clock.moveTo(START + 3.5 * 3_600_000);
    expect((await numbers(`due_before=now&limit=2&cursor=${happened.cursor}`)).found).toEqual([0]);
    expect((await numbers(`due_after=now&order=asc&limit=2&cursor=${coming.cursor}`)).found).toEqual([5, 6]);
    expect((await send({ path: '/events/count', query: 'due_after=now' })).body.count).toBe(3);
    const cancelled = await send(json('POST', '/events/cancel', { due_before: 'now', dry_run: true }));
    expect(cancelled.body.changed).toBe(4);
  });

  test('a cursor of another search, or one that was changed, is a 422', async () => {
    const { send } = await withEvents();
    const { next_cursor: cursor } = (await send({ path: '/events', query: 'limit=2&tag=all' })).body;
    expect((await send({ path: '/events', query: `limit=3&tag=all&cursor=${cursor}` })).status).toBe(200);
    expect((await send({ path: '/events', query: `limit=2&tag=odd&cursor=${cursor}` })).status).toBe(422);
    expect((await send({ path: '/events', query: `limit=2&tag=all&order=asc&cursor=${cursor}` })).status).toBe(422);
    const forged = Buffer.from(Buffer.from(cursor, 'base64url').toString().replace('9', '8')).toString('base64url');
    expect((await send({ path: '/events', query: `limit=2&tag=all&cursor=${forged}` })).status).toBe(422);
  });
});

test.each([
  ['GET', '/events', 'due_after'],
  ['GET', '/events', 'due_before'],
  ['POST', '/events/cancel', 'due_after'],
  ['POST', '/events/retry', 'due_before'],
  ['POST', '/events', 'call_url_at'],
])('epoch milliseconds are told that seconds are meant: %s %s %s', async (method, path, field) => {
  for (const milliseconds of [START, START / 2, 100_000_000_000, START * 1_000, String(START)]) {
    const sent = { url_to_send_request: URL, [field]: milliseconds };
    const { url_to_send_request, ...search } = sent;
    const { status, body } = await apiClient().send(
      method === 'GET'
        ? { path, query: `${field}=${milliseconds}` }
        : json(method, path, path === '/events' ? sent : search),
    );
    const detail = 'This looks like milliseconds. Give the instant in epoch seconds, not milliseconds.';
    expect([status, body.errors]).toEqual([422, [{ path: field, detail }]]);
  }
});

/**
 * Publishes four events that are called once each: to two hosts, one of them with two ports. They are answered 500, 503
 * and 200, and one times out.
 */
async function withAttempts() {
  const client = apiClient({
    call: async ({ url }) =>
      url.endsWith('late') ? { outcome: 'timed_out', error: 'No answer.' } : answered(Number(url.slice(-3))),
  });
  const urls = ['https://a.example/500', 'https://a.example:8443/503', 'http://b.example/200', 'http://b.example/late'];
  for (const url_to_send_request of urls)
    await client.publish({ url_to_send_request, max_try_count: 1, event_tags: ['all'] });
  await client.queue.deliver(client.messages.take());
  return client;
}

describe('by host, outcome and status code of the last attempt', () => {
  const cases: [query: string, ends: string[]][] = [
    ['host=a.example', ['500', '503']],
    ['host=A.Example.', ['500', '503']],
    ['host=a.example:8443', ['503']],
    ['host=a.example:443', ['500']],
    ['host=b.example:80', ['200', 'late']],
    ['host=example', []],
    ['outcome=timed_out', ['late']],
    ['outcome=answered&host=b.example', ['200']],
    ['outcome=crashed', []],
    ['status_code=503', ['503']],
    ['status_code=5xx', ['500', '503']],
    ['status_code=5XX&status=max_try_count_reached', ['500', '503']],
    ['status_code=2xx&tag=all', ['200']],
    ['status_code=404', []],
    ['status=success&status_code=5xx', []],
  ];

  test.each(cases)('GET /events?%s answers %j', async (query, ends) => {
    const { send } = await withAttempts();
    const { status, body } = await send({ path: '/events', query });
    expect([status, body.events.map(endOf).sort()]).toEqual([200, ends]);
  });

  test.each<[body: object, changed: number]>([
    [{ host: 'a.example' }, 2],
    [{ host: 'b.example', outcome: 'timed_out' }, 1],
    [{ status_code: 503 }, 1],
    [{ status_code: '5xx', host: null, outcome: null }, 2],
    [{ status: 'success', status_code: '503' }, 0],
  ])('POST /events/retry with %j changes %i', async (asked, changed) => {
    const { send } = await withAttempts();
    expect((await send(json('POST', '/events/retry', asked))).body).toMatchObject({ changed, more: false });
  });

  test('POST /events/cancel cancels what waits for a host, or failed in a way before', async () => {
    const { send, publish, queue, messages } = apiClient({ call: async () => answered(503) });
    for (const host of ['a.example', 'b.example']) await publish({ url_to_send_request: `https://${host}/` });
    await queue.deliver(messages.take());
    await publish({ url_to_send_request: 'https://b.example/' });
    const cancel = async (asked: object) => (await send(json('POST', '/events/cancel', asked))).body.changed;
    expect(await cancel({ host: 'b.example', status_code: '5xx' })).toBe(1);
    expect(await cancel({ outcome: 'answered', host: 'c.example' })).toBe(0);
    expect(await cancel({ host: 'b.example' })).toBe(1);
    expect(await cancel({})).toBe(1);
  });

  const hosts = expect.stringContaining('One host, such as example.com');
  const outcomes = 'One of answered, timed_out, unreachable, invalid_answer, blocked, crashed.';
  const codes = 'A status code from 100 to 999, or a class of them from 1xx to 9xx.';
  test.each([
    ['host', '', hosts],
    ['host', 'https://example.com', hosts],
    ['host', 'example.com/path', hosts],
    ['host', 'a b.example', hosts],
    ['host', 'user@example.com', hosts],
    ['host', 'example.com:99999', hosts],
    ['host', 'a'.repeat(300), hosts],
    ['outcome', '', outcomes],
    ['outcome', 'failed', outcomes],
    ['outcome', 'Answered', outcomes],
    ['status_code', '', codes],
    ['status_code', '99', codes],
    ['status_code', '1000', codes],
    ['status_code', '5x', codes],
    ['status_code', '0xx', codes],
    ['status_code', '50x', codes],
    ['status_code', '-500', codes],
  ])('%s of %j is a 422 that says what is allowed', async (field, value, detail) => {
    const { send } = apiClient();
    const requests = [
      { path: '/events', query: `${field}=${encodeURIComponent(value)}` },
      json('POST', '/events/cancel', { [field]: value }),
      json('POST', '/events/retry', { [field]: value }),
    ];
    for (const request of requests) {
      const { status, body } = await send(request);
      expect([status, body.errors]).toEqual([422, [{ path: field, detail }]]);
    }
  });

  test('a filter that is given twice is a 422', async () => {
    for (const field of ['host', 'outcome', 'status_code']) {
      const { status, body } = await apiClient().send({ path: '/events', query: `${field}=500&${field}=500` });
      expect([status, body.errors[0].path]).toEqual([422, field]);
    }
  });

  test('a cursor belongs to its filters', async () => {
    const { send } = await withAttempts();
    const { next_cursor: cursor } = (await send({ path: '/events', query: 'host=a.example&limit=1' })).body;
    const next = await send({ path: '/events', query: `host=A.example&limit=1&cursor=${cursor}` });
    expect([next.status, next.body.events.length]).toEqual([200, 1]);
    for (const query of ['limit=1', 'host=b.example', 'host=a.example:443', 'host=a.example&status_code=5xx'])
      expect((await send({ path: '/events', query: `${query}&cursor=${cursor}` })).status).toBe(422);
  });

  test('a cursor of the version before is still good', async () => {
    const { send } = apiClient();
    const ofAll = 'OTgyMjUxODM5OTkuNzUwIzAwMDAwMDAwLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwMSBzSzV6MVZhSW13d3g';
    const ofFailed = 'OTgyMjUxODM5OTkuNzUwIzAwMDAwMDAwLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwMSAzZVJ4MEMzZmZQdmM';
    expect((await send({ path: '/events', query: `tag=all&cursor=${ofAll}` })).status).toBe(200);
    expect((await send(json('POST', '/events/retry', { cursor: ofFailed }))).status).toBe(200);
    expect((await send(json('POST', '/events/retry', { cursor: ofFailed, host: 'a.example' }))).status).toBe(422);
  });
});

describe('counting', () => {
  test('answers how many wait, on the path of the original as a bare number', async () => {
    const { send } = await withEvents();
    expect((await send({ path: '/events/count' })).body).toEqual({ count: 7, complete: true });
    const alias = await send({ path: '/get-count-of-events', query: 'max_count_of_fetch_requests=10' });
    expect([alias.status, alias.body]).toEqual([200, 7]);
  });

  test.each([
    ['status=success', 1],
    ['status=max_try_count_reached', 3],
    ['status=max_try_count_reached&host=a.example', 2],
    ['status=max_try_count_reached&host=a.example&status_code=503', 1],
    ['status=max_try_count_reached&outcome=timed_out&tag=all', 1],
    ['status=cancelled', 0],
    ['host=a.example', 0],
    ['due_after=0&status=success', 1],
    ['due_before=0&status=success', 0],
  ])('with %s answers how many there are', async (query, count) => {
    const { send } = await withAttempts();
    const { status, body } = await send({ path: '/events/count', query });
    expect([status, body]).toEqual([200, { count, complete: true }]);
  });

  test('by a filter counts those that wait, unless another status is given', async () => {
    const { send } = await withEvents();
    expect((await send({ path: '/events/count', query: 'tag=odd' })).body.count).toBe(3);
    expect((await send({ path: '/events/count', query: `due_before=${START / 1_000 + 7200}` })).body.count).toBe(2);
  });

  test.each([
    ['status=failed', 'status', 'One of waiting_execution, success, max_try_count_reached, cancelled.'],
    ['status=', 'status', 'One of waiting_execution, success, max_try_count_reached, cancelled.'],
    ['status_code=5', 'status_code', 'A status code from 100 to 999, or a class of them from 1xx to 9xx.'],
    ['max_count_of_fetch_requests=101', 'max_count_of_fetch_requests', 'A whole number from 1 to 100.'],
    ['limit=5', 'limit', 'There is no such field here. Leave it out.'],
    ['statuscode=503', 'statuscode', 'There is no such field here. Did you mean status_code?'],
  ])('with %s is a 422 that names %s and says what is allowed', async (query, path, detail) => {
    const { status, body } = await apiClient().send({ path: '/events/count', query });
    expect([status, body.errors]).toEqual([422, [{ path, detail }]]);
  });

  test('says when there is more than it may look at', async () => {
    const { send, publish } = apiClient();
    for (let n = 0; n < 25; n++) await publish({ url_to_send_request: URL, call_url_after: 60 });
    const { body } = await send({ path: '/events/count', query: 'max_count_of_fetch_requests=1' });
    expect(body).toEqual({ count: 10, complete: false });
  });
});

describe('DELETE /events/{key}', () => {
  test('cancels an event that waits, as often as one likes', async () => {
    const { publish, send } = apiClient();
    const { body: event } = await publish({ url_to_send_request: URL, call_url_after: 60 });
    for (const _ of [1, 2]) {
      const { status, body } = await send({ method: 'DELETE', path: `/events/${event.key}` });
      expect([status, body.status, body.next_attempt_at_utc]).toEqual([200, 'cancelled', null]);
    }
  });

  test('is a 409 once the event has finished, and a 404 if there is no event', async () => {
    const { publish, send, queue, messages } = apiClient();
    const { body: event } = await publish({ url_to_send_request: URL });
    await queue.deliver(messages.take());
    const { status, body } = await send({ method: 'DELETE', path: `/events/${event.key}` });
    expect([status, body.type]).toEqual([409, 'urn:event-queue:conflict']);
    expect((await send({ method: 'DELETE', path: '/events/none' })).status).toBe(404);
  });
});

describe('POST /events/{key}/retry', () => {
  test('opens a finished event, needs no body, and changes nothing while its attempt is due', async () => {
    const { publish, send, queue, messages } = apiClient();
    const { body: event } = await publish({ url_to_send_request: URL });
    const retry = { method: 'POST', path: `/events/${event.key}/retry`, headers: { 'x-api-key': 'all' } };
    expect(await send(retry)).toMatchObject({ status: 200, body: event });
    await queue.deliver(messages.take());
    const { status, body } = await send(retry);
    expect([status, body.status, body.try_count]).toEqual([200, 'waiting_execution', 1]);
    await queue.deliver(messages.take());
    expect((await send({ path: `/events/${event.key}` })).body.attempts).toHaveLength(2);
  });

  test.each(['all', 'manage'])('calls an event that waits for later now, for the key %s', async (key) => {
    const { publish, send, queue, messages } = apiClient();
    const { body: event } = await publish({ url_to_send_request: URL, call_url_after: 86_400 });
    const retry = { method: 'POST', path: `/events/${event.key}/retry`, headers: { 'x-api-key': key } };
    const { status, body } = await send(retry);
    const now = new Date(START).toISOString();
    expect(status).toBe(200);
    expect(body).toMatchObject({ key: event.key, status: 'waiting_execution', next_attempt_at_utc: now });
    expect((await send(retry)).body).toEqual(body);
    await queue.deliver(messages.take());
    expect((await send({ path: `/events/${event.key}` })).body).toMatchObject({ status: 'success', try_count: 1 });
  });
});

describe('in bulk', () => {
  test('events are cancelled and tried again by tag and time', async () => {
    const { send } = await withEvents();
    const cancelled = await send(json('POST', '/events/cancel', { tag: 'odd' }));
    expect(cancelled.body).toEqual({ changed: 3, more: false, next_cursor: null });
    const dueBefore = new Date(START + 2 * HOUR).toISOString();
    const retried = await send(json('POST', '/events/retry', { status: 'cancelled', due_before: dueBefore }));
    expect(retried.body).toEqual({ changed: 1, more: false, next_cursor: null });
    expect((await send(json('POST', '/events/cancel', {}))).body.changed).toBe(5);
  });

  test('events that wait for later are called now; those that are due already are not counted', async () => {
    const { send, queue, messages } = await withEvents();
    const retry = json('POST', '/events/retry', { status: 'waiting_execution' });
    expect((await send(retry)).body).toEqual({ changed: 6, more: false, next_cursor: null });
    expect((await send(retry)).body.changed).toBe(0);
    await queue.deliver(messages.take());
    expect((await send({ path: '/events', query: 'status=success' })).body.events).toHaveLength(7);
  });

  test('more than 1,000 take another request with the cursor of the first', async () => {
    const { send } = apiClient();
    await publishMany(send, 1_010, { url_to_send_request: URL, call_url_after: 60 });
    const first = await send(json('POST', '/events/cancel', { tag: null }));
    expect(first.body).toMatchObject({ changed: 1_000, more: true });
    const second = await send(json('POST', '/events/cancel', { cursor: first.body.next_cursor }));
    expect(second.body).toEqual({ changed: 10, more: false, next_cursor: null });
  });

  test('with a rate events are tried again one after the other, and the cursor carries where that has got to', async () => {
    const { send, queue, messages, clock } = apiClient({ call: async () => answered(500) });
    await publishMany(send, 1_010, { url_to_send_request: URL, max_try_count: 1, keep_result_for: 3600 });
    for (let batch = messages.take(); batch.length > 0; batch = messages.take()) await queue.deliver(batch);
    const retry = async (body: object) => (await send(json('POST', '/events/retry', { rate: 20, ...body }))).body;
    const first = await retry({});
    expect(first).toEqual({ changed: 1_000, more: true, next_cursor: expect.any(String) });
    await clock.moveTo(START + 10_000);
    const second = await retry({ cursor: first.next_cursor });
    expect(second).toEqual({ changed: 10, more: false, next_cursor: null });
    expect(await retry({ cursor: first.next_cursor })).toEqual({ changed: 0, more: false, next_cursor: null });
    const instants = messages.sent.map(({ at }) => at - START).sort((one, other) => one - other);
    expect(instants).toEqual(Array.from({ length: 1_010 }, (_, n) => n * 50));
  });

  test.each(['/events/cancel', '/events/retry'])(
    'a dry run of %s says how many would be changed and where they go',
    async (path) => {
      const { send, publish } = apiClient();
      const urls = ['https://b.example/', 'https://a.example:8443/1', 'https://a.example:8443/2', 'http://a.example/'];
      for (const url_to_send_request of urls) await publish({ url_to_send_request, call_url_after: 3600 });
      const asked = { status: 'waiting_execution', dry_run: true };
      const { body } = await send(json('POST', path, asked));
      expect(body).toEqual({
        ...{ changed: 4, more: false, next_cursor: null, dry_run: true },
        hosts: [
          { host: 'a.example:8443', count: 2 },
          { host: expect.stringMatching(/^[ab][.]example$/), count: 1 },
          { host: expect.stringMatching(/^[ab][.]example$/), count: 1 },
        ],
      });
      expect((await send(json('POST', path, { ...asked, host: 'b.example' }))).body).toMatchObject({ changed: 1 });
      const listed = (await send({ path: '/events' })).body.events;
      expect(
        listed.map(({ status, next_attempt_at_utc }: Record<string, string>) => [status, next_attempt_at_utc]),
      ).toEqual(Array(4).fill(['waiting_execution', new Date(START + HOUR).toISOString()]));
      expect((await send(json('POST', path, { ...asked, dry_run: false }))).body).toEqual({
        ...{ changed: 4, more: false, next_cursor: null },
      });
    },
  );

  test('a dry run names hosts to a key that may read alone', async () => {
    const keys: ApiKeys = {
      find: async (secret) => ({ id: secret, label: '', scopes: secret.split('+') as Scope[] }),
    };
    const { send } = apiClient({ keys });
    const retry = (scopes: string) =>
      send({
        ...json('POST', '/events/retry', { dry_run: true }),
        headers: { 'x-api-key': scopes, 'content-type': 'application/json' },
      });
    expect((await retry('manage')).body).toEqual({ changed: 0, more: false, next_cursor: null, dry_run: true });
    expect((await retry('manage+read')).body).toHaveProperty('hosts', []);
  });

  test('a cursor of a dry run is for a dry run alone, and the other way round', async () => {
    const { send } = apiClient();
    await publishMany(send, 1_001, { url_to_send_request: URL, call_url_after: 3600 });
    const cancel = (body: object) => send(json('POST', '/events/cancel', body));
    const dry = (await cancel({ dry_run: true })).body;
    expect([dry.changed, dry.more]).toEqual([1_000, true]);
    expect((await cancel({ cursor: dry.next_cursor })).body.errors[0].path).toBe('cursor');
    expect((await cancel({ dry_run: true, cursor: dry.next_cursor })).body).toMatchObject({ changed: 1, more: false });
    const real = (await cancel({ dry_run: false })).body;
    expect((await cancel({ dry_run: true, cursor: real.next_cursor })).body.errors[0].path).toBe('cursor');
    expect((await cancel({ dry_run: null, cursor: real.next_cursor })).body).toMatchObject({ changed: 1, more: false });
  });

  test.each(['yes', 1, 'true', []])('a dry_run of %j is a 422 that says what is allowed', async (dry_run) => {
    for (const path of ['/events/cancel', '/events/retry']) {
      const { status, body } = await apiClient().send(json('POST', path, { dry_run }));
      expect([status, body.errors]).toEqual([422, [{ path: 'dry_run', detail: 'True or false.' }]]);
    }
  });

  test('a cursor belongs to its rate', async () => {
    const { send } = apiClient();
    await publishMany(send, 1_001, { url_to_send_request: URL, call_url_after: 3600 });
    const retry = (body: object) => send(json('POST', '/events/retry', { status: 'waiting_execution', ...body }));
    const { next_cursor: cursor } = (await retry({ rate: 10 })).body;
    for (const body of [{}, { rate: null }, { rate: 20 }, { rate: 10, status: 'success' }]) {
      const { status, body: problem } = await retry({ ...body, cursor });
      expect([status, problem.errors[0].path]).toEqual([422, 'cursor']);
    }
    expect(await retry({ rate: 10, cursor })).toMatchObject({ status: 200, body: { changed: 1, more: false } });
  });

  test('a cursor whose instant was changed is a 422', async () => {
    const { send } = apiClient();
    await publishMany(send, 1_001, { url_to_send_request: URL, call_url_after: 3600 });
    const asked = { status: 'waiting_execution', rate: 10 };
    const { next_cursor: cursor } = (await send(json('POST', '/events/retry', asked))).body;
    const text = Buffer.from(cursor, 'base64url').toString();
    for (const forged of [
      text.replace(/\d$/, 'x'),
      text.replace(/\d+$/, '5'),
      `${text} 5`,
      text.replace(/ \d+$/, ''),
    ]) {
      const body = { ...asked, cursor: Buffer.from(forged).toString('base64url') };
      expect((await send(json('POST', '/events/retry', body))).status).toBe(422);
    }
  });

  test.each([0, 0.09, 1_000.1, -1, '10', true, [10]])(
    'a rate of %j is a 422 that says what is allowed',
    async (rate) => {
      const { status, body } = await apiClient().send(json('POST', '/events/retry', { rate }));
      const detail = 'A number of events a second, from 0.1 to 1000.';
      expect([status, body.errors]).toEqual([422, [{ path: 'rate', detail }]]);
    },
  );

  test.each([0.1, 1, 2.5, 1_000, null])('a rate of %j is taken', async (rate) => {
    expect((await apiClient().send(json('POST', '/events/retry', { rate }))).status).toBe(200);
  });

  test.each([
    ['/events/cancel', { rate: 5 }, 'rate'],
    ['/events/cancel', { status: 'success' }, 'status'],
    ['/events/retry', { status: 'failed' }, 'status'],
    ['/events/cancel', { tags: ['a'] }, 'tags'],
    ['/events/cancel', { cursor: 'x' }, 'cursor'],
    ['/events/cancel', [], ''],
  ])('%s with %j is a 422 that names %s', async (path, body, field) => {
    const answer = await apiClient().send(json('POST', path, body));
    expect([answer.status, answer.body.errors[0].path]).toEqual([422, field]);
  });
});

describe('POST /events/batch', () => {
  test.each([
    ['in an object', (events: unknown[]) => ({ events })],
    ['as a list', (events: unknown[]) => events],
  ])('events %s are each accepted or refused, in their order', async (_, of) => {
    const { send, messages } = apiClient();
    const events = [{ url_to_send_request: URL }, {}, 5, { url_to_send_request: `${URL}/2`, call_url_at: tooLate }];
    const { status, body } = await send(json('POST', '/events/batch', of(events)));
    expect(status).toBe(200);
    expect(body.results.map((result: { status: unknown }) => result.status)).toEqual([
      'waiting_execution',
      422,
      422,
      422,
    ]);
    expect(body.results[1].errors).toEqual([{ path: 'url_to_send_request', detail: 'Required: the URL to call.' }]);
    expect(messages.sent).toHaveLength(1);
  });

  test('the bodies of its events are kept as they were written', async () => {
    const { sendRaw, messages, queue } = apiClient();
    const request = `{"events" : [ {"url_to_send_request":"${URL}","body":[1.0,{"events":[{"body":2.0}]}]}, 7 ,{"body": 12345678901234567890 ,"url_to_send_request":"${URL}"}]}`;
    const answer = await sendRaw({ method: 'POST', path: '/events/batch', body: request });
    expect(answer.body).toContain('12345678901234567890');
    const records = await Promise.all(messages.sent.map(({ key }) => queue.read(key)));
    expect(records.map((record) => Buffer.from(record?.event.body?.bytes ?? []).toString())).toEqual([
      '[1.0,{"events":[{"body":2.0}]}]',
      '12345678901234567890',
    ]);
  });

  test.each([
    ['no event', { events: [] }],
    ['101 events', { events: Array.from({ length: 101 }, () => ({ url_to_send_request: URL })) }],
    ['neither', { event: {} }],
    ['null', null],
  ])('%s is a 422', async (_, body) => {
    expect((await apiClient().send(json('POST', '/events/batch', body))).status).toBe(422);
  });

  test('holds 4 MiB', async () => {
    const { send } = apiClient();
    const batchOf = (count: number) =>
      json(
        'POST',
        '/events/batch',
        Array.from({ length: count }, () => ({ url_to_send_request: URL, body: 'x'.repeat(200_000) })),
      );
    expect((await send(batchOf(20))).status).toBe(200);
    expect((await send(batchOf(21))).status).toBe(413);
  });

  test('with an Idempotency-Key is a 422 that says what to do, and publishes nothing', async () => {
    const { send, messages } = apiClient();
    const headers = { 'x-api-key': 'all', 'content-type': 'application/json', 'idempotency-key': 'order 42' };
    const { status, body } = await send({ ...json('POST', '/events/batch', [{ url_to_send_request: URL }]), headers });
    expect([status, body.errors]).toEqual([
      422,
      [{ path: 'idempotency-key', detail: expect.stringContaining('deduplication_id') }],
    ]);
    expect(messages.sent).toEqual([]);
  });

  test('an event that could not be stored is a 503 of its own', async () => {
    const { send, store } = apiClient();
    const { putEvent } = store;
    store.putEvent = (event) => (event.url.endsWith('/bad') ? Promise.reject(new Error('throttled')) : putEvent(event));
    const events = [`${URL}/good`, `${URL}/bad`, `${URL}/good`].map((url_to_send_request) => ({ url_to_send_request }));
    const { body } = await send(json('POST', '/events/batch', { events }));
    expect(body.results.map((result: { status: unknown }) => result.status)).toEqual([
      'waiting_execution',
      503,
      'waiting_execution',
    ]);
    expect(JSON.stringify(body)).not.toContain('throttled');
  });
});

describe('a deduplication id', () => {
  const event = { url_to_send_request: URL, deduplication_id: 'order 42' };

  test('answers a repetition with the first event and 200', async () => {
    const { publish, messages } = apiClient();
    const [first, again] = [await publish(event), await publish(event)];
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body).toEqual(first.body);
    expect(first.body.deduplication_id).toBe('order 42');
    expect(messages.sent).toHaveLength(2);
    expect(messages.handOverAts).toEqual([START, START + 10_000]);
  });

  test('may be the header Idempotency-Key instead, or both if they agree', async () => {
    const { send, publish } = apiClient();
    const { body: first } = await publish(event);
    const headers = { 'x-api-key': 'all', 'content-type': 'application/json', 'idempotency-key': 'order 42' };
    for (const body of [{ url_to_send_request: URL }, event, { ...event, deduplication_id: null }]) {
      expect(await send({ ...json('POST', '/events', body), headers })).toMatchObject({ status: 200, body: first });
    }
    const other = await send({ ...json('POST', '/events', { ...event, deduplication_id: 'order 43' }), headers });
    expect([other.status, other.body.errors[0].path]).toEqual([422, 'deduplication_id']);
  });

  test('with another request is a 422', async () => {
    const { publish } = apiClient();
    await publish(event);
    const { status, body } = await publish({ ...event, max_try_count: 5 });
    expect([status, body.errors[0].path]).toEqual([422, 'deduplication_id']);
  });

  test.each(['', 'x'.repeat(257), 5])('%j is none', async (deduplication_id) => {
    expect((await apiClient().publish({ ...event, deduplication_id })).status).toBe(422);
  });

  test('is recognised in a batch too, also twice in the same batch', async () => {
    const { send, clock } = apiClient();
    const batch = send(json('POST', '/events/batch', { events: [event, event, { ...event, body: 'else' }] }));
    await clock.moveTo(START + 2_000);
    const { results } = (await batch).body;
    expect(results[1].key).toBe(results[0].key);
    expect(results[2].status).toBe(422);
  });
});

describe('GET /events/{key}?wait=', () => {
  test.each([0, 5, 19])('waits no longer than the owner of the queue allows: %i s', async (maxWaitSeconds) => {
    const { send } = apiClient({ settings: { maxWaitSeconds } });
    const asked = (wait: number) => send({ path: '/events/x', query: `wait=${wait}` });
    expect((await asked(maxWaitSeconds)).status).toBe(404);
    const tooLong = await asked(maxWaitSeconds + 1);
    expect(tooLong.status).toBe(422);
    expect(tooLong.body.errors).toEqual([{ path: 'wait', detail: expect.stringMatching(`\\b${maxWaitSeconds}\\b`) }]);
  });

  test('answers when the event has finished', async () => {
    const { publish, send, queue, messages } = apiClient();
    const { body: event } = await publish({ url_to_send_request: URL });
    const waited = send({ path: `/events/${event.key}`, query: 'wait=20' });
    await queue.deliver(messages.take());
    expect((await waited).body.status).toBe('success');
  });

  test.each(['21', '-1', 'x', '0.5'])('wait=%s is a 422', async (wait) => {
    expect((await apiClient().send({ path: '/events/x', query: `wait=${wait}` })).status).toBe(422);
  });
});

describe('GET /stats', () => {
  test('answers each period with its quantiles', async () => {
    const counts = {
      accepted: 3,
      attempts: { answered: 2, timed_out: 1 },
      succeeded: 1,
      failed: 1,
      cancelled: 0,
      late: { 0: 3 },
      duration: { 5: 2, 40: 1 },
    };
    const { send } = apiClient({ statistics: { periods: [{ startedAt: START, counts }] } });
    const { status, body } = await send({ path: '/stats', query: 'range=day' });
    expect([status, body.range]).toEqual([200, 'day']);
    expect(body.periods).toEqual([
      {
        started_at_utc: '2030-01-01T00:00:00.250Z',
        accepted: 3,
        attempts: { answered: 2, timed_out: 1, unreachable: 0, invalid_answer: 0, blocked: 0, crashed: 0 },
        succeeded: 1,
        exhausted: 1,
        cancelled: 0,
        late_ms: { p50: 0, p95: 0, p99: 0 },
        duration_ms: { p50: expect.any(Number), p95: expect.any(Number), p99: expect.any(Number) },
      },
    ]);
  });

  test('adds up all periods, with the quantiles of all', async () => {
    const period = (late: number) => ({ ...noCounts, accepted: 2, late: { [late]: 50 } });
    const periods = [0, 30].map((late) => ({ startedAt: START, counts: period(late) }));
    const { body } = await apiClient({ statistics: { periods } }).send({ path: '/stats' });
    expect(body.total).toMatchObject({ accepted: 4, late_ms: { p50: 0, p95: 17, p99: 17 }, duration_ms: null });
    expect((await apiClient().send({ path: '/stats' })).body).toMatchObject({
      total: { accepted: 0 },
      hosts: [],
      other_hosts: { attempts_succeeded: 0, attempts_failed: 0, events_failed: 0 },
      complete: true,
    });
  });

  test('names the hosts, those that fail most first, with their latest error', async () => {
    const at = (minute: number) => START + minute * 60_000;
    const busy = { at: at(2), outcome: 'answered' as const, statusCode: 503 };
    const hosts = new Map([
      ['well.example', { succeededAttempts: 7, failedAttempts: 0, failedEvents: 0 }],
      ['bad.example:8443', { succeededAttempts: 1, failedAttempts: 4, failedEvents: 2, lastError: busy }],
      ['', { succeededAttempts: 3, failedAttempts: 2, failedEvents: 1 }],
      ['worse.example', { succeededAttempts: 0, failedAttempts: 5, failedEvents: 0, lastError: busy }],
    ]);
    const { body } = await apiClient({ statistics: { hosts } }).send({ path: '/stats' });
    const shown = { at_utc: '2030-01-01T00:02:00.250Z', outcome: 'answered', status_code: 503, error: null };
    expect(body.hosts).toEqual([
      { host: 'worse.example', attempts_succeeded: 0, attempts_failed: 5, events_failed: 0, last_error: shown },
      { host: 'bad.example:8443', attempts_succeeded: 1, attempts_failed: 4, events_failed: 2, last_error: shown },
      { host: 'well.example', attempts_succeeded: 7, attempts_failed: 0, events_failed: 0, last_error: null },
    ]);
    expect(body.other_hosts).toEqual({ attempts_succeeded: 3, attempts_failed: 2, events_failed: 1 });
  });

  test('names 50 hosts at most, and adds up the others', async () => {
    const hosts = new Map(
      Array.from({ length: 60 }, (_, n) => [
        `${n}.example`,
        { succeededAttempts: 1, failedAttempts: n, failedEvents: 0 },
      ]),
    );
    const { body } = await apiClient({ statistics: { hosts } }).send({ path: '/stats' });
    expect([body.hosts.length, body.hosts[0].host, body.hosts[49].host]).toEqual([50, '59.example', '10.example']);
    expect(body.other_hosts).toEqual({ attempts_succeeded: 10, attempts_failed: 45, events_failed: 0 });
  });

  test('range=week is a 422', async () => {
    expect((await apiClient().send({ path: '/stats', query: 'range=week' })).status).toBe(422);
  });
});

describe('scopes', () => {
  test.each([
    ['read', 'GET', '/events', 200],
    ['read', 'GET', '/events/count', 200],
    ['read', 'GET', '/stats', 200],
    ['publish', 'GET', '/events', 403],
    ['read', 'DELETE', '/events/x', 403],
    ['manage', 'DELETE', '/events/x', 404],
    ['publish', 'POST', '/events/x/retry', 403],
    ['manage', 'POST', '/events/batch', 403],
    ['read', 'POST', '/events/cancel', 403],
  ])('a key for %s that asks %s %s is answered %i', async (key, method, path, status) => {
    const headers = { 'x-api-key': key, 'content-type': 'application/json' };
    expect((await apiClient().send({ method, path, headers })).status).toBe(status);
  });
});

function endOf({ url_to_send_request }: { url_to_send_request: string }): string {
  return url_to_send_request.split('/').at(-1) ?? '';
}

function numberOf({ url_to_send_request }: { url_to_send_request: string }): number {
  return Number(url_to_send_request.split('/').at(-1));
}

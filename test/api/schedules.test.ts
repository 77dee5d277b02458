import { describe, expect, test } from '@jest/globals';
import { scheduleSchema } from '../../api/schedule-answer.ts';
import { newEventSchema } from '../../api/wire/new-event.ts';
import { MINUTE } from '../../core/durations.ts';
import { defaultSettings } from '../../core/settings.ts';
import { apiClient, START } from '../support/api-client.ts';

const URL = 'https://example.com/report';
const daily = { cron: '0 9 * * 1-5', time_zone: 'Europe/Berlin', event: { url_to_send_request: URL } };

function scheduleClient() {
  const client = apiClient();
  const ask = (method: string, path: string, body?: unknown, key = 'all') =>
    client.send({
      method,
      path,
      headers: { 'x-api-key': key, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  return { ...client, ask, put: (body: unknown, id = 'daily') => ask('PUT', `/schedules/${id}`, body) };
}

test('a schedule is made, read as it was sent, replaced, and deleted', async () => {
  const { put, ask } = scheduleClient();
  const made = await put({
    ...daily,
    overlap: 'skip',
    catch_up: 3,
    event: { ...daily.event, body: { n: 1 }, event_tags: ['a'] },
  });
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({
    id: 'daily',
    status: 'active',
    cron: '0 9 * * 1-5',
    time_zone: 'Europe/Berlin',
    every: null,
    in_words: 'At 09:00 from Monday to Friday, Berlin time',
    overlap: 'skip',
    catch_up: 3,
    paused_at_utc: null,
    last_run: null,
    event: { url_to_send_request: URL, method: 'POST', body: { n: 1 }, event_tags: ['a'], max_try_count: 3 },
    next_runs_at_utc: [1, 2, 3, 4, 7].map((day) => `2030-01-0${day}T08:00:00.000Z`),
  });
  expect((await ask('GET', '/schedules/daily')).body).toEqual(made.body);
  const { cron, time_zone, from, until, overlap, catch_up, event } = made.body;
  const again = await put({ cron, time_zone, from, until, overlap, catch_up, event });
  expect([again.status, again.body]).toEqual([200, made.body]);
  expect(await ask('DELETE', '/schedules/daily')).toMatchObject({ status: 200, body: { id: 'daily', deleted: true } });
  expect((await ask('DELETE', '/schedules/daily')).status).toBe(200);
  expect((await ask('GET', '/schedules/daily')).status).toBe(404);
  expect((await put(daily)).status).toBe(201);
});

test('a schedule without an id gets one', async () => {
  const { ask } = scheduleClient();
  const { status, body } = await ask('POST', '/schedules', { every: 90, event: daily.event });
  expect(status).toBe(201);
  expect(body).toMatchObject({ every: 90, from: new Date(START).toISOString(), cron: null, time_zone: null });
  expect((await ask('GET', `/schedules/${body.id}`)).body).toEqual(body);
});

describe('a schedule is refused', () => {
  test('if its id is left to the queue and an Idempotency-Key is given', async () => {
    const { send } = scheduleClient();
    const headers = { 'x-api-key': 'all', 'content-type': 'application/json', 'idempotency-key': 'once' };
    const { status, body } = await send({ method: 'POST', path: '/schedules', headers, body: JSON.stringify(daily) });
    expect([status, body.detail]).toEqual([422, expect.stringContaining('PUT /schedules/{id}')]);
  });

  test.each([
    ['cron', { ...daily, cron: '0 25 * * *' }],
    ['cron', { event: daily.event }],
    ['cron', { ...daily, cron: '0 0 30 2 *' }],
    ['cron', { ...daily, cron: '* * * * * *' }],
    ['time_zone', { ...daily, time_zone: 'Europe/Nowhere' }],
    ['time_zone', { every: 60, time_zone: 'UTC', event: daily.event }],
    ['every', { ...daily, every: 60 }],
    ['every', { every: 59, event: daily.event }],
    ['until', { ...daily, from: '2030-02-01T00:00:00Z', until: '2030-01-01T00:00:00Z' }],
    ['from', { ...daily, from: 'tomorrow' }],
    ['overlap', { ...daily, overlap: 'cancel' }],
    ['catch_up', { ...daily, catch_up: 101 }],
    ['id', { ...daily, id: 'daily' }],
    ['event', daily.cron && { cron: daily.cron }],
    ['event.url_to_send_request', { ...daily, event: { url_to_send_request: 'http://localhost/' } }],
    ['event.call_url_after', { ...daily, event: { ...daily.event, call_url_after: 5 } }],
    ['event.deduplication_id', { ...daily, event: { ...daily.event, deduplication_id: 'a' } }],
    ['event.body', { ...daily, event: { ...daily.event, method: 'GET', body: 'a' } }],
  ])('whose %s is wrong', async (path, body) => {
    const { status, body: problem } = await scheduleClient().put(body);
    expect([status, problem.errors?.map((one: { path: string }) => one.path)]).toEqual([422, [path]]);
  });

  test('without repeating a long time zone', async () => {
    const { status, body } = await scheduleClient().put({ ...daily, time_zone: 'z'.repeat(100_000) });
    expect([status, JSON.stringify(body).length < 1_000]).toEqual([422, true]);
  });

  test.each(['a%20b', '.', '..'])('whose id is %s', async (id) => {
    expect((await scheduleClient().put(daily, id)).body.errors).toMatchObject([{ path: 'id' }]);
  });
});

test('a schedule whose time zone the queue does not know any more is listed, read, replaced and deleted', async () => {
  const { put, ask, schedules } = scheduleClient();
  for (const id of ['daily', 'nightly']) {
    await put({ ...daily, cron: '* * * * *' }, id);
    const known = await schedules.find(id);
    if (known === undefined) throw new Error('The schedule was not stored.');
    await schedules.save(known, { ...known, version: 2, timing: { cron: '* * * * *', timeZone: 'Nowhere/Else' } });
  }
  const unknown = { status: 'active', next_runs_at_utc: [], in_words: expect.stringContaining('does not know') };
  expect((await ask('GET', '/schedules')).body.schedules).toMatchObject([unknown, unknown]);
  expect((await ask('GET', '/schedules/daily')).body).toMatchObject(unknown);
  expect((await ask('POST', '/schedules/daily/pause')).body).toMatchObject({ status: 'paused' });
  expect((await ask('POST', '/schedules/daily/resume')).body).toMatchObject(unknown);
  expect((await put(daily)).body).toMatchObject({ status: 'active', time_zone: 'Europe/Berlin' });
  expect((await ask('DELETE', '/schedules/daily')).status).toBe(200);
  expect((await ask('DELETE', '/schedules/nightly')).status).toBe(200);
  expect((await ask('GET', '/schedules')).body.schedules).toEqual([]);
});

test('a schedule that is changed too often in three minutes is refused for a while, but can be stopped', async () => {
  const { put, ask, clock } = scheduleClient();
  const at = (minute: number) => put({ ...daily, cron: `${minute} 9 * * *` });
  for (let minute = 0; minute <= 20; minute++) expect((await at(minute)).status).toBeLessThan(300);
  const { status, headers, body } = await at(21);
  expect([status, headers['retry-after'], body.type]).toEqual([409, '180', 'urn:event-queue:conflict']);
  expect((await at(20)).status).toBe(409);
  expect((await ask('GET', '/schedules/daily')).body.cron).toBe('20 9 * * *');
  expect((await ask('POST', '/schedules/daily/pause')).status).toBe(200);
  expect((await ask('POST', '/schedules/daily/resume')).status).toBe(409);
  await clock.moveTo(START + 3 * MINUTE);
  expect((await ask('POST', '/schedules/daily/resume')).status).toBe(200);
  expect((await at(21)).status).toBe(200);
});

test('the event of a schedule keeps the bytes of its body', async () => {
  const { send, ask, messages, store, clock } = scheduleClient();
  const body = `{"every": 60, "event": {"url_to_send_request": "${URL}", "body": {"n": 1.0, "big": 12345678901234567890}}}`;
  await send({ method: 'PUT', path: '/schedules/daily', body });
  await ask('POST', '/schedules/daily/run');
  const [message] = messages.sent.filter(({ at }) => at === clock.now());
  const event = message && (await store.findEvent(message.key));
  expect(Buffer.from(event?.event.body?.bytes ?? []).toString()).toBe('{"n": 1.0, "big": 12345678901234567890}');
});

test('a preview says the next runs and the words, and makes nothing', async () => {
  const { ask } = scheduleClient();
  const { status, body } = await ask('POST', '/schedules/preview', { every: 3600, from: '2030-01-01T00:30:00Z' });
  expect(status).toBe(200);
  expect(body.in_words).toBe('Every hour');
  expect(body.next_runs_at_utc).toEqual([0, 1, 2, 3, 4].map((hour) => `2030-01-01T0${hour}:30:00.000Z`));
  expect((await ask('GET', '/schedules')).body).toEqual({ schedules: [], next_cursor: null });
});

test('schedules are listed by their ids, page by page', async () => {
  const { ask, put, send } = scheduleClient();
  for (const id of ['c', 'a', 'e', 'b', 'd']) await put(daily, id);
  await ask('DELETE', '/schedules/d');
  const ids: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query = `limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`;
    const { body } = await send({ path: '/schedules', query });
    ids.push(...body.schedules.map((one: { id: string }) => one.id));
    cursor = body.next_cursor;
  }
  expect(ids).toEqual(['a', 'b', 'c', 'e']);
  expect((await send({ path: '/schedules', query: 'cursor=no' })).status).toBe(422);
});

test('a schedule is paused and resumed, each as often as it is asked for', async () => {
  const { put, ask } = scheduleClient();
  await put(daily);
  for (let times = 0; times < 2; times++) {
    const { status, body } = await ask('POST', '/schedules/daily/pause');
    expect([status, body]).toMatchObject([200, { status: 'paused', next_runs_at_utc: [] }]);
  }
  for (let times = 0; times < 2; times++)
    expect(await ask('POST', '/schedules/daily/resume')).toMatchObject({ status: 200, body: { status: 'active' } });
  expect((await put({ ...daily, paused: true })).body.status).toBe('paused');
  expect((await put(daily)).body.status).toBe('paused');
  for (const change of ['pause', 'resume', 'run'])
    expect((await ask('POST', `/schedules/nothing/${change}`)).status).toBe(404);
});

test('a key that may not read events sees neither the event nor the runs of a schedule', async () => {
  const { put, ask } = scheduleClient();
  await put(daily);
  const paused = await ask('POST', '/schedules/daily/pause', undefined, 'manage');
  expect(paused.body).not.toHaveProperty('event');
  expect(paused.body).not.toHaveProperty('last_run');
  const run = await ask('POST', '/schedules/daily/run', undefined, 'publish');
  expect([run.status, run.body]).toMatchObject([201, { status: 'waiting_execution' }]);
  expect(run.body).not.toHaveProperty('url_to_send_request');
});

test('a run by hand is an event among the runs, made once for one Idempotency-Key', async () => {
  const { put, ask, send } = scheduleClient();
  await put(daily);
  const headers = { 'x-api-key': 'all', 'idempotency-key': 'once' };
  const first = await send({ method: 'POST', path: '/schedules/daily/run', headers });
  const second = await send({ method: 'POST', path: '/schedules/daily/run', headers });
  expect([first.status, second.status]).toEqual([201, 200]);
  expect(first.body).toMatchObject({ schedule_id: 'daily', url_to_send_request: URL });
  const { body } = await ask('GET', '/schedules/daily/runs');
  expect(body.events.map((one: { key: string }) => one.key)).toEqual([first.body.key]);
  expect((await ask('GET', '/schedules/daily')).body.last_run).toMatchObject({ key: first.body.key });
});

test('a run by hand refuses a body, which it would ignore, but not an empty object', async () => {
  const { put, send } = scheduleClient();
  await put(daily);
  const run = (body: string) => send({ method: 'POST', path: '/schedules/daily/run', body });
  expect(await run('{"body": "other"}')).toMatchObject({
    status: 422,
    body: { errors: [{ path: 'body', detail: expect.stringContaining('A run takes none') }] },
  });
  expect((await run(' {} ')).status).toBe(201);
});

test('runs are found, counted and cancelled by their schedule, also after it was deleted', async () => {
  const { put, ask, send, publish } = scheduleClient();
  await publish({ url_to_send_request: URL });
  await put({ every: 60, event: daily.event });
  const { body } = await send({ path: '/events', query: 'schedule=daily' });
  expect(body.events.map((one: { schedule_id: string }) => one.schedule_id)).toEqual(['daily', 'daily', 'daily']);
  expect((await send({ path: '/events/count', query: 'schedule=daily' })).body).toEqual({ count: 3, complete: true });
  expect((await ask('POST', '/events/cancel', { schedule: 'daily' })).body.changed).toBe(3);
  await ask('DELETE', '/schedules/daily');
  expect((await send({ path: '/events', query: 'schedule=daily&status=cancelled' })).body.events).toHaveLength(3);
  expect((await ask('GET', '/schedules/daily/runs')).status).toBe(404);
  expect((await ask('GET', '/events')).body.events).toHaveLength(4);
});

test('a schedule whose until has passed has ended, and may be sent again', async () => {
  const { put, clock } = scheduleClient();
  const ending = { ...daily, until: new Date(START + MINUTE).toISOString() };
  await put({ ...ending, cron: '* * * * *' });
  await clock.moveTo(START + 2 * MINUTE);
  expect(await put({ ...ending, cron: '* * * * *' })).toMatchObject({
    status: 200,
    body: { status: 'ended', next_runs_at_utc: [] },
  });
});

test('the event of a schedule has the fields of a new event, but for when it is due and how often it is accepted', () => {
  const others = ['call_url_after', 'call_url_at', 'deduplication_id', 'deduplication_window'];
  const fields = Object.keys(newEventSchema(defaultSettings, () => 0).in.shape).filter(
    (name) => !others.includes(name),
  );
  expect(Object.keys(scheduleSchema.shape.event.shape).toSorted()).toEqual(fields.toSorted());
});

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventAnswer } from '../../api/event-answer.ts';
import { HOUR, SECOND } from '../../core/durations.ts';
import { eventFor, publishMany } from './many-checks.ts';
import { dueAt } from './queue-client.ts';
import { openReceiver } from './receiver.ts';
import type { Stage, StageChecks } from './stage.ts';
import { until } from './until.ts';

const HOUR_IN_SECONDS = HOUR / SECOND;
/** The milliseconds after its instant within which an event is called unless it is cancelled. */
const CALLED_WITHIN = 4_000;

export const changeChecks: StageChecks = {
  'an event that was cancelled is not called, and is called when it is retried': async (stage) => {
    const { queue, receiver } = stage;
    const event = await queue.publish({ ...eventFor(stage, '/cancelled'), call_url_after: 3 });
    const cancelled = await queue.api('DELETE', `/events/${event.key}`);
    assert.equal(cancelled.json.status, 'cancelled');
    await sleep(dueAt(event) - Date.now() + CALLED_WITHIN);
    assert.equal(receiver.of(event.key).length, 0);
    const retried = await queue.api('POST', `/events/${event.key}/retry`);
    assert.equal(retried.status, 200);
    assert.equal((await queue.finished(event)).status, 'success');
    assert.equal(receiver.of(event.key).length, 1);
  },

  'a waiting event is called now when it is retried': async (stage) => {
    const { queue } = stage;
    const event = await queue.publish({ ...eventFor(stage, '/now'), call_url_after: HOUR_IN_SECONDS });
    const retried = await queue.api('POST', `/events/${event.key}/retry`);
    assert.equal(retried.status, 200);
    const { status, try_count } = await queue.finished(event);
    assert.deepEqual([status, try_count, stage.receiver.of(event.key).length], ['success', 1, 1]);
  },

  'an event in backoff is called now when it is retried, and keeps its tries': async (stage) => {
    const { queue, receiver } = stage;
    const event = await queue.publish({
      ...eventFor(stage, '/fail/1'),
      retry_delay: HOUR_IN_SECONDS,
      max_try_count: 3,
    });
    await until('its first attempt', 20, async () => {
      const { json } = await queue.api('GET', `/events/${event.key}`);
      return json.try_count === 1;
    });
    await queue.api('POST', `/events/${event.key}/retry`);
    const { status, try_count, max_try_count } = await queue.finished(event);
    assert.deepEqual([status, try_count, max_try_count], ['success', 2, 3]);
    assert.equal(receiver.of(event.key).length, 2);
  },

  'waiting events are called now all at once by their tag': async (stage) => {
    const tag = `${stage.tag}-all-now`;
    const events = await publishMany(stage, 12, '/all-now', tag, { call_url_after: HOUR_IN_SECONDS });
    assert.equal(await changeAll(stage, 'retry', { tag, status: 'waiting_execution' }), 12);
    const ends = await Promise.all(events.map((event) => stage.queue.finished(event)));
    assert.deepEqual([...new Set(ends.map(({ status }) => status))], ['success']);
  },

  'events are found by host, outcome and status code of their last attempt': async (stage) => {
    const tag = `${stage.tag}-ended`;
    const paths = ['/status/503', '/status/503', '/status/404', '/slow/3', '/well'];
    const once = { max_try_count: 1, timeout_for_request: 2 };
    const publish = (path: string) => stage.queue.publish({ ...eventFor(stage, path, tag), ...once });
    const events = await Promise.all(paths.map(publish));
    await Promise.all(events.map((event) => stage.queue.finished(event)));
    const { host } = new URL(stage.receiver.url);
    const expected: readonly (readonly [string, number])[] = [
      ['status_code=503', 2],
      ['status_code=5xx', 2],
      ['status_code=4xx', 1],
      ['outcome=timed_out', 1],
      ['outcome=answered', 4],
      [`host=${host}`, 5],
      ['host=127.0.0.1:1', 0],
      [`host=${host}&status_code=503&outcome=answered`, 2],
    ];
    const found = expected.map(async ([filter]) => [filter, (await findAll(stage, `tag=${tag}&${filter}`)).length]);
    assert.deepEqual(await Promise.all(found), expected);
  },

  'events are counted by status and status code': async ({ queue, tag }) => {
    const path = `/events/count?tag=${tag}-ended&status=max_try_count_reached`;
    const [all, some] = [await queue.api('GET', path), await queue.api('GET', `${path}&status_code=503`)];
    assert.deepEqual(
      [all.json, some.json].map(({ count, complete }) => [count, complete]),
      [
        [4, true],
        [2, true],
      ],
    );
  },

  'events that failed are retried by the status code of their last attempt': async (stage) => {
    const tag = `${stage.tag}-ended`;
    const before = stage.receiver.calls.length;
    assert.equal(await changeAll(stage, 'retry', { tag, status_code: 503 }), 2);
    const paths = await until('two calls more', 20, () => {
      const calls = stage.receiver.calls.slice(before).filter(({ path }) => path.startsWith('/status/'));
      return calls.length >= 2 && calls.map(({ path }) => path);
    });
    assert.deepEqual(paths, ['/status/503', '/status/503']);
  },

  'events that failed are retried at a rate, one after the other': async (stage) => {
    const { queue, receiver } = stage;
    const tag = `${stage.tag}-rate`;
    const events = await publishMany(stage, 4, '/status/500', tag, { max_try_count: 1 });
    await Promise.all(events.map((event) => queue.finished(event)));
    assert.equal(await changeAll(stage, 'retry', { tag, rate: 0.2 }), 4);
    // The first event is left out of the distances: it was due at once, so it may have failed again and wait for its
    // next attempt.
    const waiting = await findAll(stage, `tag=${tag}&status=waiting_execution`);
    const due = waiting.map(({ key, next_attempt_at_utc }) => ({ key, at: Date.parse(next_attempt_at_utc ?? '') }));
    const last = due.sort((one, other) => one.at - other.at).slice(-3);
    assert.deepEqual(
      last.map(({ at }) => at - (last[0]?.at ?? 0)),
      [0, 5_000, 10_000],
    );
    await Promise.all(events.map((event) => queue.finished(event)));
    const late = last.map(({ key, at }) => (receiver.of(key)[1]?.at ?? 0) - at);
    assert.ok(Math.min(...late) >= -1, `They were called ${late.join(', ')} ms after their instants.`);
  },

  'waiting events are cancelled by their host, after a dry run that says how many go where': async (stage) => {
    const { queue, receiver } = stage;
    const tag = `${stage.tag}-host`;
    // Nothing is called before it is cancelled. A receiver that stays open if the check fails keeps its process alive.
    const other = await openReceiver();
    other.close();
    await publishMany(stage, 3, '/here', tag, { call_url_after: HOUR_IN_SECONDS });
    await publishMany({ ...stage, receiver: other }, 2, '/there', tag, { call_url_after: HOUR_IN_SECONDS });
    const [here, there] = [new URL(receiver.url).host, new URL(other.url).host];
    const { json } = await queue.api('POST', '/events/cancel', { tag, dry_run: true });
    const hosts = [
      { host: here, count: 3 },
      { host: there, count: 2 },
    ];
    assert.deepEqual([json.changed, json.dry_run, json.hosts], [5, true, hosts]);
    assert.equal(await changeAll(stage, 'cancel', { tag, host: there }), 2);
    const waiting = await findAll(stage, `tag=${tag}&status=waiting_execution`);
    assert.deepEqual(
      waiting.map(({ url_to_send_request }) => new URL(url_to_send_request).host),
      [here, here, here],
    );
  },
};

/** Repeats a change in bulk until it is complete, and resolves with the number of events that it changed. */
async function changeAll({ queue }: Stage, change: 'cancel' | 'retry', search: object): Promise<number> {
  let changed = 0;
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const { status, json, text } = await queue.api('POST', `/events/${change}`, {
      ...search,
      ...(cursor && { cursor }),
    });
    if (status !== 200) throw new Error(`POST /events/${change}: ${status} ${text.slice(0, 300)}`);
    changed += json.changed;
    cursor = json.next_cursor;
  }
  return changed;
}

/** Reads all pages of a search, and resolves with the events. */
async function findAll({ queue }: Stage, search: string): Promise<readonly EventAnswer[]> {
  const found: EventAnswer[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { json, status, text } = await queue.api('GET', `/events?${search}${cursor && `&cursor=${cursor}`}`);
    if (status !== 200) throw new Error(`GET /events?${search}: ${status} ${text.slice(0, 300)}`);
    found.push(...json.events);
    cursor = json.next_cursor;
  }
  return found;
}

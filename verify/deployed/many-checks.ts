import assert from 'node:assert/strict';
import type { EventAnswer } from '../../api/event-answer.ts';
import type { Stage, StageChecks } from './stage.ts';
import { until } from './until.ts';

const BATCH = 30;

export const manyChecks: StageChecks = {
  'each event of a batch is answered and called, and a bad one stops no other': async (stage) => {
    const { queue, receiver, tag } = stage;
    const good = Array.from({ length: BATCH }, (_, n) => eventFor(stage, `/batch/${n}`, `${tag}-batch`));
    const { status, json } = await queue.api('POST', '/events/batch', { events: [...good, {}] });
    const results = json.results as readonly (EventAnswer & { status: unknown })[];
    const accepted = results.filter(({ key }) => key !== undefined);
    assert.deepEqual([status, accepted.length, results[BATCH]?.status], [200, BATCH, 422]);
    const ends = await Promise.all(accepted.map((event) => queue.finished(event)));
    assert.deepEqual([...new Set(ends.map((event) => event.status))], ['success']);
    const paths = receiver.calls.map(({ path }) => path).filter((path) => path.startsWith('/batch/'));
    assert.equal(new Set(paths).size, BATCH);
  },

  'events are found by tag and status, page by page': async (stage) => {
    const tag = `${stage.tag}-found`;
    await publishMany(stage, 15, `/found`, tag);
    const path = `/events?tag=${tag}&status=success&limit=6`;
    const pages = await until('15 events on all pages', 20, async () => {
      const found = await pagesOf(stage, path);
      return found.flat().length === 15 && found;
    });
    assert.deepEqual([new Set(pages.flat()).size, Math.max(...pages.map((keys) => keys.length))], [15, 6]);
  },

  'a deduplication id adds no second event, and with another request it is refused': async ({
    queue,
    receiver,
    tag,
  }) => {
    const event = { url_to_send_request: `${receiver.url}/once`, deduplication_id: tag };
    const first = await queue.api('POST', '/events', event);
    const second = await queue.api('POST', '/events', event);
    const { deduplication_id, ...plain } = event;
    const byHeader = await queue.api('POST', '/events', plain, { 'idempotency-key': tag });
    const other = await queue.api('POST', '/events', { ...event, url_to_send_request: `${receiver.url}/twice` });
    const statuses = [first, second, byHeader, other].map(({ status }) => status);
    assert.deepEqual(statuses, [201, 200, 200, 422]);
    assert.deepEqual([second.json.key, byHeader.json.key], [first.json.key, first.json.key]);
  },

  'waiting events are counted, and cancelled all at once by their tag': async (stage) => {
    const { queue, tag } = stage;
    await publishMany(stage, 25, '/never', `${tag}-bulk`, { call_url_after: 3_600 });
    const before = await queue.api('GET', '/events/count');
    const { json: bulk } = await queue.api('POST', '/events/cancel', { tag: `${tag}-bulk` });
    const after = await queue.api('GET', '/events/count');
    const bare = await queue.api('GET', '/get-count-of-events');
    assert.deepEqual([bulk.changed, before.json.count - after.json.count], [25, 25]);
    assert.equal(bare.text.trim(), String(after.json.count));
  },

  "the original queue's paths work": async ({ aws, queue, receiver }) => {
    const answer = await aws.http({
      method: 'POST',
      path: `/receive-event?password=${queue.apiKey}`,
      host: queue.host,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ url_to_send_request: `${receiver.url}/original` }),
    });
    const published = JSON.parse(answer.text);
    const { json } = await queue.api('GET', `/get-event?event_key=${published.key}&wait=5`);
    assert.deepEqual([answer.status, json.status], [201, 'success']);
  },

  'whoever may invoke the publish function publishes without a key': async ({ aws, queue, receiver, deployed }) => {
    const name = deployed.physical('QueuePublishFunction', 'AWS::Lambda::Function');
    const body = JSON.stringify({ url_to_send_request: `${receiver.url}/direct` });
    const path = `/2015-03-31/functions/${name}/invocations`;
    const answer = await aws.rest<{ statusCode: number; body: string }>('lambda', 'POST', path, { body });
    assert.equal(answer.statusCode, 201);
    assert.equal((await queue.finished(JSON.parse(answer.body))).status, 'success');
  },
};

export function eventFor({ receiver }: Pick<Stage, 'receiver'>, path: string, ...event_tags: readonly string[]) {
  return { url_to_send_request: `${receiver.url}${path}`, event_tags };
}

/** Publishes a batch of equal events, and resolves with them. */
export async function publishMany(
  stage: Stage,
  count: number,
  path: string,
  tag: string,
  more: object = {},
): Promise<readonly EventAnswer[]> {
  const events = Array(count).fill({ ...eventFor(stage, path, tag), ...more });
  const { status, json, text } = await stage.queue.api('POST', '/events/batch', { events });
  const accepted = status === 200 ? json.results.filter(({ key }: Partial<EventAnswer>) => key !== undefined) : [];
  if (accepted.length !== count) throw new Error(`POST /events/batch: ${status} ${text.slice(0, 300)}`);
  return accepted;
}

async function pagesOf({ queue }: Stage, path: string): Promise<readonly (readonly string[])[]> {
  const pages: string[][] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { json } = await queue.api('GET', `${path}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    pages.push(json.events.map(({ key }: EventAnswer) => key));
    cursor = json.next_cursor;
  }
  return pages;
}

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type SqliteTable, sqliteTable } from '../../adapters/sqlite-table.ts';
import { tableEventStore } from '../../adapters/table-event-store.ts';
import { HOUR, MINUTE } from '../../core/durations.ts';
import { BEGINNING, END, positionOf } from '../../core/event/entry.ts';
import type { QueuedEvent } from '../../core/event/event.ts';
import { shardOf } from '../../core/event/event-key.ts';
import { openQueue } from '../../core/queue.ts';
import { quietDependencies } from '../support/quiet-dependencies.ts';
import { answered, answeringRecords, wantedEvent } from '../support/sample-event.ts';
import { recordedMessages } from '../support/simulated-time.ts';

const START = Date.parse('2030-01-01T00:00:00Z');
/** This tag looks like the partition of another tag. */
const TAG = '1#mails';

let table: SqliteTable;
let queue: ReturnType<typeof answeringRecords>;

beforeEach(() => {
  table = sqliteTable(undefined);
  queue = answeringRecords(
    openQueue({
      ...quietDependencies,
      store: tableEventStore(table),
      dueQueue: recordedMessages(),
      call: async () => answered(200),
      now: () => START,
      sleep,
      newId: randomUUID,
      random: Math.random,
    }),
  );
});
afterEach(() => table.close());

describe('events whose tags an earlier version put into one partition', () => {
  test('are found by tag together with new events, latest due first, each once', async () => {
    const published = await publish(60);
    for (const event of published.filter((_, n) => n % 2 === 0)) await keepTagAsBefore(event);
    await publish(5, ['others']);
    const latestFirst = published.map(({ key }) => key.uuid).reverse();
    for (const limit of [1, 7, 59, 60, 100]) expect(await foundBy(limit)).toEqual(latestFirst);
  });

  test('are found once after the expiry of their entries has been moved on', async () => {
    const published = await publish(9);
    const store = tableEventStore(table);
    for (const event of published) {
      await keepTagAsBefore(event);
      const record = await store.findEvent(event.key);
      if (record !== undefined) await store.extendExpiry(record, START + 1_000 * HOUR);
    }
    for (const limit of [1, 2, 9]) expect(await foundBy(limit)).toEqual(published.map(({ key }) => key.uuid).reverse());
  });

  test('are the only ones in that partition, because new events are spread over the shards', async () => {
    for (const event of (await publish(30)).slice(0, 3)) await keepTagAsBefore(event);
    const whole = { from: BEGINNING, to: END, attributes: ['sk'], limit: 100 };
    const counts = [`tag#${TAG}`, ...[0, 1, 2, 3].map((shard) => `tagged#${shard}#${TAG}`)].map(
      async (pk) => (await table.query({ pk, ...whole })).items.length,
    );
    const [before, ...today] = await Promise.all(counts);
    expect([before, today.reduce((sum, count) => sum + count)]).toEqual([3, 27]);
  });

  test('are cancelled together with new events', async () => {
    const published = await publish(40);
    for (const event of published.slice(0, 20)) await keepTagAsBefore(event);
    expect(await queue.cancelAll({ tags: [TAG] })).toEqual({ changed: 40 });
  });
});

async function publish(count: number, tags: readonly string[] = [TAG]): Promise<readonly QueuedEvent[]> {
  const events: QueuedEvent[] = [];
  for (let n = 0; n < count; n++) {
    const { event } = await queue.publish(wantedEvent({ asked: { after: HOUR + n * MINUTE }, tags: [...tags] }), 'web');
    events.push(event);
  }
  return events;
}

async function keepTagAsBefore({ key }: QueuedEvent): Promise<void> {
  const sk = positionOf(key);
  await table.remove({ pk: `tagged#${shardOf(key.uuid)}#${TAG}`, sk });
  await table.put({ pk: `tag#${TAG}`, sk, format: 1, expires_at: Math.ceil((START + 100 * HOUR) / 1_000) });
}

/** Pages through the events of the tag and returns their uuids. */
async function foundBy(limit: number): Promise<readonly string[]> {
  const found: string[] = [];
  for (let after: string | undefined; ; ) {
    const { records, next } = await queue.find({ tags: [TAG] }, limit, after);
    found.push(...records.map(({ event }) => event.key.uuid));
    if (next === undefined) return found;
    after = next;
  }
}

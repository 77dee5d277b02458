import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { DAY, HOUR, MINUTE, SECOND } from '../core/durations.ts';
import type { EventKey } from '../core/event/event-key.ts';
import { openQueue, type Queue } from '../core/queue.ts';
import { type Meter, meter } from './support/consumed-capacity.ts';
import { openEventStore } from './support/event-store-contract.ts';
import { type Database, openDynalite } from './support/open-dynalite.ts';
import { quietDependencies } from './support/quiet-dependencies.ts';
import { answered, wantedEvent } from './support/sample-event.ts';
import { received, recordedMessages } from './support/simulated-time.ts';

const AT_ONCE = 1_000;
const START = Date.parse('2030-01-01T00:00:00Z');

let database: Database;
let metered: Meter;
let queue: Queue;
let messages: ReturnType<typeof recordedMessages>;
let now = START;

beforeEach(async () => {
  now = START;
  database = await openDynalite();
  metered = meter(database.client);
  messages = recordedMessages();
  queue = openQueue({
    ...quietDependencies,
    store: await openEventStore(database.client),
    dueQueue: { ...messages, backlog: async () => 0 },
    call: async () => answered(200),
    now: () => now,
    sleep,
    newId: randomUUID,
    random: Math.random,
  });
});
afterEach(() => database.close());

test('paging through 2,000 events while 200 arrive and 80 finish misses none of them, and shows none twice', async () => {
  const first = await publishAll(2_000, (n) => n * SECOND);
  const seen: string[] = [];
  let after: string | undefined;
  for (let page = 0; ; page++) {
    const { records, next } = await queue.find({ tags: [] }, 100, after);
    seen.push(...records.map(({ event }) => event.key.uuid));
    if (next === undefined) break;
    after = next;
    if (page % 5 === 0) await publishAll(50, (n) => n * 97 * SECOND);
    if (page % 5 === 1) await finish(first.slice(page * 20, page * 20 + 20));
  }
  expect(new Set(seen).size).toBe(seen.length);
  const shown = new Set(seen);
  expect(first.filter(({ uuid }) => !shown.has(uuid))).toEqual([]);
});

test('1,000 waiting events are counted exactly among 1,000 that have just finished and 1,000 of the day before', async () => {
  await finish(await publishAll(1_000, () => 0));
  now = START + DAY;
  for (let run = 0; run < 12; run++) {
    await queue.dispatch();
    now += MINUTE;
  }
  await queue.dispatch();
  await finish(await publishAll(1_000, () => 0));
  await publishAll(1_000, (n) => (n % 2 ? n * MINUTE : n * HOUR));
  metered.reset();
  expect(await queue.count(100)).toEqual({ count: 1_000, complete: true });
  const { reads, calls } = metered;
  process.stdout.write(`Counting 1,000 of 3,000 events read ${reads} units in ${JSON.stringify(calls)}.\n`);
  expect(calls.Query).toBeLessThanOrEqual(4 + 2_000 / 200);
  expect(calls.BatchGetItem).toBeLessThanOrEqual(1 + 2_000 / 100);
});

/** @param after how long from now the n-th is due */
async function publishAll(count: number, after: (n: number) => number): Promise<readonly EventKey[]> {
  const wanted = Array.from({ length: count }, (_, n) => wantedEvent({ asked: { after: after(n) } }));
  const keys: EventKey[] = [];
  for (let from = 0; from < count; from += AT_ONCE) {
    for (const one of await queue.publishAll(wanted.slice(from, from + AT_ONCE), 'web')) {
      if (one.status === 'rejected') throw one.reason;
      if (one.value !== 'another request') keys.push(one.value.record.event.key);
    }
  }
  expect(keys).toHaveLength(count);
  return keys;
}

/** Has the events called that are due, and cancels all others. */
async function finish(keys: readonly EventKey[]): Promise<void> {
  messages.take();
  const due = keys.filter(({ dueAt }) => dueAt <= now);
  for (let from = 0; from < due.length; from += AT_ONCE) {
    await queue.deliver(due.slice(from, from + AT_ONCE).map((key) => received({ key, attempt: 1, at: key.dueAt })));
  }
  await Promise.all(keys.filter(({ dueAt }) => dueAt > now).map(queue.cancel));
}

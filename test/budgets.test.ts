import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { parseMessageText, sqsDueQueue } from '../adapters/sqs-due-queue.ts';
import { tableEventStore } from '../adapters/table-event-store.ts';
import { tableSchedules } from '../adapters/table-schedules.ts';
import { MINUTE, WEEK } from '../core/durations.ts';
import type { WantedEvent } from '../core/event/event.ts';
import type { CallResult } from '../core/event/progress.ts';
import { openQueue, type Queue } from '../core/queue.ts';
import { type Meter, meter } from './support/consumed-capacity.ts';
import { openTable } from './support/event-store-contract.ts';
import { type Database, openDynalite } from './support/open-dynalite.ts';
import { quietDependencies } from './support/quiet-dependencies.ts';
import { answered, wantedEvent } from './support/sample-event.ts';
import { received } from './support/simulated-time.ts';

const KB = 1_024;
/** The size of an event without its body, in bytes, rounded up. */
const ENVELOPE = 512;

const sqs = mockClient(SQSClient);
let database: Database;
let metered: Meter;
let queue: Queue;
let answer: CallResult;
let now = Date.now();

beforeAll(async () => {
  database = await openDynalite();
  const table = await openTable(database.client);
  metered = meter(database.client);
  queue = openQueue({
    ...quietDependencies,
    store: tableEventStore(table),
    schedules: tableSchedules(table),
    dueQueue: sqsDueQueue({
      client: new SQSClient({ region: 'us-east-1' }),
      queueUrl: 'https://sqs.example/queue',
      now: () => now,
      longestTimeout: 6_000,
    }),
    call: async () => answer,
    now: () => now,
    sleep,
    newId: randomUUID,
    random: Math.random,
  });
});

afterAll(() => database.close());

beforeEach(() => {
  answer = answered(200, [['content-type', 'text/plain']]);
  sqs.reset();
  sqs.on(SendMessageBatchCommand).callsFake(({ Entries }) => ({ Successful: Entries }));
  metered.reset();
});

test.each([1, 2, 5])('an untagged event of %i KB delivered at once costs as many write units and one', async (size) => {
  await queue.publish(eventOf(size * KB - ENVELOPE), 'web');
  expect(metered.writes).toBe(size);
  await queue.deliver(sentMessages());
  expect(metered.writes).toBe(size + 1);
});

test('publishing reads nothing, and a delivery its event and whether that has ended', async () => {
  await queue.publish(eventOf(10), 'web');
  expect(metered.reads).toBe(0);
  await queue.deliver(sentMessages());
  expect(metered.reads).toBe(2);
});

test('publishing costs one call to the table and one to the due queue', async () => {
  await queue.publish(eventOf(10), 'web');
  expect(metered.calls).toEqual({ BatchWriteItem: 1 });
  expect(sqs.calls()).toHaveLength(1);
});

test('delivering a batch of ten successes costs two calls to the table and none to the due queue', async () => {
  await Promise.all(Array.from({ length: 10 }, () => queue.publish(eventOf(10), 'web')));
  const messages = sentMessages();
  metered.reset();
  sqs.resetHistory();
  expect(messages).toHaveLength(10);
  await queue.deliver(messages);
  expect(metered.calls).toEqual({ BatchGetItem: 1, BatchWriteItem: 1 });
  expect(sqs.calls()).toHaveLength(0);
});

test('ten events published in the same moment share a call to the table and one to the due queue', async () => {
  await Promise.all(Array.from({ length: 10 }, () => queue.publish(eventOf(10), 'web')));
  expect(metered.calls).toEqual({ BatchWriteItem: 1 });
  expect(sqs.calls()).toHaveLength(1);
});

test('a batch of a hundred small events costs four calls to the table and ten to the due queue', async () => {
  await queue.publishAll(
    Array.from({ length: 100 }, () => eventOf(10)),
    'web',
  );
  expect(metered.calls).toEqual({ BatchWriteItem: 4 });
  expect(sqs.calls()).toHaveLength(10);
});

test('a failure costs one write unit and one conditional put, and its next message one call', async () => {
  answer = answered(500);
  await queue.publish(eventOf(10), 'web');
  const messages = sentMessages();
  metered.reset();
  sqs.resetHistory();
  await queue.deliver(messages);
  expect(metered).toMatchObject({ writes: 1, calls: { BatchGetItem: 1, PutItem: 1 } });
  expect(sqs.calls()).toHaveLength(1);
});

test.each([
  [200, 'a success', {}],
  [500, 'a failure', { maxTryCount: 1 }],
])(
  'an answer of %i, %s, with callback_url costs two write units, and the callback its size and one',
  async (status, _, wishes) => {
    answer = answered(status, [['content-type', 'text/plain']]);
    await queue.publish({ ...eventOf(10), ...wishes, callbackUrl: 'https://example.com/result' }, 'web');
    const published = sentMessages();
    metered.reset();
    sqs.resetHistory();
    await queue.deliver(published);
    const failedEntry = status === 500 ? 1 : 0;
    const ofCallback = 1;
    expect(metered.writes).toBe(2 + failedEntry + ofCallback);
    const callback = sentMessages();
    expect(callback).toHaveLength(1);
    answer = answered(200);
    await queue.deliver(callback);
    expect(metered.writes).toBe(2 + failedEntry + ofCallback + 1);
  },
);

test('what a run of the dispatcher reads does not grow when 10,000 events wait for next week', async () => {
  await queue.dispatch();
  const readByRun = async () => {
    metered.reset();
    await queue.dispatch();
    return { reads: metered.reads, calls: metered.calls };
  };
  now += MINUTE;
  const before = await readByRun();
  await Promise.all(
    Array.from({ length: 10_000 }, (_, n) => queue.publish(wantedEvent({ asked: { after: WEEK + n } }), 'web')),
  );
  now += MINUTE;
  expect(await readByRun()).toEqual(before);
  expect(before.calls.Query).toBe(4);
});

describe('a schedule', () => {
  const everyMinute = (bodySize: number, timing = { every: MINUTE, from: now }) => {
    const { asked, ...event } = eventOf(bodySize);
    return { timing, event, overlap: 'allow', catchUp: 1 as number, isFromGiven: true, isPaused: undefined } as const;
  };

  test('that waits for next week costs a run of the dispatcher nothing', async () => {
    const costOfRun = async () => {
      now += MINUTE;
      metered.reset();
      await queue.dispatch();
      return { writes: metered.writes, reads: metered.reads, calls: metered.calls };
    };
    await queue.dispatch();
    const before = await costOfRun();
    for (let n = 0; n < 20; n++)
      await queue.schedules.replace(`weekly-${n}`, everyMinute(10, { every: WEEK, from: now + WEEK + n }), 'web');
    expect(await costOfRun()).toEqual(before);
  });

  test.each([1, 2])('whose event has %i KB costs as many write units and three for each run', async (size) => {
    await queue.dispatch();
    const [few, many] = [`few-${size}`, `many-${size}`];
    await queue.schedules.replace(few, everyMinute(size * KB - ENVELOPE), 'web');
    const ofFew = await unitsOfRun(1);
    await queue.schedules.remove(few);
    for (let n = 0; n < 3; n++) await queue.schedules.replace(`${many}-${n}`, everyMinute(size * KB - ENVELOPE), 'web');
    const ofMany = await unitsOfRun(3);
    for (let n = 0; n < 3; n++) await queue.schedules.remove(`${many}-${n}`);
    // The cursors are written as often for one cue as for three. The record of a run costs the third unit.
    expect(ofMany - ofFew).toBe(2 * (size + 2 + 1));
  });

  const WEEKLY = { every: WEEK, from: now + WEEK };

  test.each([
    [1, [3, 1], [3, 1], [2, 1]],
    [9, [11, 1], [11, 3], [10, 3]],
  ])(
    'of %i KB costs its size and two write units when it is made or changed, and one unit less when it is deleted',
    async (size, ...expected) => {
      const schedule = everyMinute(Math.max(1, (size - 1) * KB), WEEKLY);
      expect(await costsOf(`far-${size}`, schedule, { ...schedule, catchUp: 2 })).toEqual(expected);
    },
  );

  test.each([
    ['is only the event', { catchUp: 2 }, [9, 3], [6, 2]],
    ['are the instants', { timing: { every: MINUTE, from: now + MINUTE / 2 } }, [12, 4], [6, 5]],
  ])(
    'with runs in the next three minutes costs two write units for each that is made, and one for each that is taken away, where what changes %s',
    async (what, change, changed, deleted) => {
      const schedule = everyMinute(1);
      const costs = await costsOf(`near-${what.length}`, schedule, { ...schedule, ...change });
      expect(costs).toEqual([[9, 2], changed, deleted]);
    },
  );

  /** The write and read units that it costs to make a schedule, to change it, and to delete it. */
  async function costsOf(id: string, ...schedules: readonly ReturnType<typeof everyMinute>[]) {
    const costs = [];
    for (const change of [
      ...schedules.map((one) => () => queue.schedules.replace(id, one, 'web')),
      () => queue.schedules.remove(id),
    ]) {
      metered.reset();
      await change();
      costs.push([metered.writes, metered.reads]);
    }
    return costs;
  }

  /** The write units of a run of the dispatcher that makes so many runs, and of their records. */
  async function unitsOfRun(runs: number): Promise<number> {
    now += 3 * MINUTE;
    await queue.dispatch();
    now += MINUTE;
    sqs.resetHistory();
    metered.reset();
    await queue.dispatch();
    const messages = sentMessages();
    expect(messages).toHaveLength(runs);
    now = messages[0]?.at ?? now;
    await queue.deliver(messages);
    return metered.writes;
  }
});

function eventOf(bodySize: number): WantedEvent {
  return wantedEvent({ method: 'POST', body: { kind: 'bytes', bytes: new Uint8Array(bodySize) } });
}

function sentMessages() {
  const requests = sqs.commandCalls(SendMessageBatchCommand).map(({ args }) => args[0].input.Entries ?? []);
  return requests.flat().map(({ MessageBody }) => received(parseMessageText(MessageBody ?? '')));
}

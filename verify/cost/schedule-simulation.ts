import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import type { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { BatchGetCommand, BatchWriteCommand, type PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type DocumentClient, dynamoTable } from '../../adapters/dynamo-table.ts';
import { parseMessageText, sqsDueQueue } from '../../adapters/sqs-due-queue.ts';
import type { Item, ItemKey } from '../../adapters/table.ts';
import { tableEventStore } from '../../adapters/table-event-store.ts';
import { tableSchedules } from '../../adapters/table-schedules.ts';
import { uuidFor } from '../../adapters/uuid-for.ts';
import { dispatcher } from '../../core/dispatch/dispatcher.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../core/durations.ts';
import { cueAt } from '../../core/schedules/cue.ts';
import type { Schedule } from '../../core/schedules/schedule.ts';
import { timingsFor } from '../../lib/timings.ts';
import { pausesInMemory } from '../shared/pauses-in-memory.ts';
import { simulatedClock } from '../shared/simulated-clock.ts';

const START = Date.parse('2030-01-01T00:00:00Z');
/** The time from the start to the first instant. A run of the dispatcher meets its cues two minutes ahead. */
const BEFORE_FIRST = 3 * MINUTE;
/** The lateness of messages, in minutes, beyond which a simulation ends with an error. */
const MOST_MINUTES_LATE = 15;
const LONGEST_TIMEOUT = 6;
const timings = timingsFor(LONGEST_TIMEOUT);

/** The milliseconds from a request to AWS to its answer, if no partition is busy. */
export const LATENCY = 5;
/** The milliseconds of the dispatcher's one processor for a request, and for each item or message in it. */
const A_REQUEST = 0.5;
const AN_ITEM = 0.0145;
/** The units that one partition of DynamoDB takes in a second. */
export const PARTITION = { writes: 1_000, reads: 3_000 } as const;

export type ScheduleScene = {
  readonly schedules: number;
  readonly shards: number;
  /** The number of instants that are simulated, one a minute. */
  readonly instants: number;
};

/** The number of messages that were sent for an instant, and when the last of them was, in milliseconds after it. */
export type SentFor = { readonly sent: number; readonly lastSentAfter: number };

/**
 * Runs the dispatcher and its adapters, once a minute, over schedules that all have a run at each full minute. Resolves
 * with what was sent for each of the first instants.
 */
export async function simulateSchedules({ schedules, shards, instants }: ScheduleScene): Promise<readonly SentFor[]> {
  const clock = simulatedClock(START);
  const aws = simulatedAws(clock);
  await putSchedules(schedules, shards, aws.atOnce);
  const seen = Array.from({ length: instants }, () => ({ sent: 0, lastSentAfter: Number.NEGATIVE_INFINITY }));
  let failure: unknown;

  function noteSent(at: number): void {
    const found = seen[(at - START - BEFORE_FIRST) / MINUTE];
    if (found === undefined) return;
    found.sent++;
    found.lastSentAfter = clock.now() - at;
  }

  const giveUpAt = START + BEFORE_FIRST + (instants + MOST_MINUTES_LATE) * MINUTE;
  while (failure === undefined && seen.some(({ sent }) => sent < schedules)) {
    void runWith(aws.forARun(noteSent), shards, clock).catch((error) => {
      failure = error;
    });
    await clock.moveTo(clock.now() + MINUTE);
    if (clock.now() > giveUpAt) failure = new Error(`Runs are more than ${MOST_MINUTES_LATE} minutes late.`);
  }
  if (failure !== undefined) throw failure;
  return seen;
}

async function putSchedules(count: number, shards: number, client: DocumentClient): Promise<void> {
  const table = dynamoTable(client, 'events');
  const [store, schedules] = [tableEventStore(table), tableSchedules(table)];
  for (let number = 0; number < count; number++) {
    const schedule = scheduleOf(number, shards);
    const at = START + BEFORE_FIRST;
    await Promise.all([schedules.save(undefined, schedule), store.putCue(cueAt(schedule, at, uuidFor), at + DAY)]);
  }
}

function scheduleOf(number: number, shards: number): Schedule {
  const id = `schedule-${number}`;
  return {
    id,
    version: 1,
    edition: 1,
    life: uuidFor(`life ${number}`),
    shard: number % shards,
    timing: { every: MINUTE, from: START },
    event: {
      url: 'https://user.example.com/hook',
      method: 'GET',
      headers: [],
      body: undefined,
      timeout: 5 * SECOND,
      maxTryCount: 3,
      retry: { backoff: 'fixed', delay: MINUTE, maxDelay: HOUR },
      tags: [],
      keepResultFor: DAY,
    },
    overlap: 'allow',
    catchUp: 1,
    publishedBy: 'key',
    createdAt: START,
    changedAt: START,
    former: [],
  };
}

type Clock = ReturnType<typeof simulatedClock>;
type Aws = { readonly table: DocumentClient; readonly queue: SQSClient };

function runWith({ table, queue }: Aws, shards: number, { now, sleep }: Clock): Promise<unknown> {
  const longestTimeout = LONGEST_TIMEOUT * SECOND;
  const events = dynamoTable(table, 'events');
  const store = tableEventStore(events);
  const run = dispatcher({
    store,
    unobservedStore: store,
    dueQueue: sqsDueQueue({ client: queue, queueUrl: '', now, longestTimeout }),
    schedules: tableSchedules(events),
    uuidFor,
    pauses: pausesInMemory(),
    now,
    sleep,
    shards,
    longestTimeout,
    visibility: timings.visibility * SECOND,
    isAlone: false,
    report(error) {
      throw error;
    },
  });
  return run.dispatch();
}

type Command = QueryCommand | BatchGetCommand | BatchWriteCommand | PutCommand;
/** What a request asks of a partition. */
type Load = { readonly pk: string; readonly writes?: number; readonly reads?: number };
type Answer = { readonly items: number; readonly loads: readonly Load[]; readonly answer: object };

function simulatedAws(clock: Clock) {
  const items = new Map<string, Item>();
  const entries = new Map<string, Map<string, Item>>();
  const freeAt = new Map<string, number>();

  /** Makes the clients of a run, which has its own processor. It gets no more answers once Lambda would stop it. */
  function forARun(noteSent: (at: number) => void): Aws {
    const stopsAt = clock.now() + timings.dispatch * SECOND;
    let processorFreeAt = clock.now();

    async function answered({ items: count, loads, answer }: Answer): Promise<object> {
      processorFreeAt = Math.max(processorFreeAt, clock.now()) + A_REQUEST + AN_ITEM * count;
      const doneAt = Math.max(...[processorFreeAt, ...loads.map((load) => doneBy(load, processorFreeAt))]) + LATENCY;
      await clock.sleep(doneAt - clock.now());
      return clock.now() > stopsAt ? new Promise<never>(() => {}) : answer;
    }

    const queue = {
      async send({ input: { Entries = [] } }: SendMessageBatchCommand) {
        const answer = { Successful: Entries, Attributes: { ApproximateNumberOfMessages: '0' } };
        await answered({ items: Entries.length, loads: [], answer });
        for (const { MessageBody = '' } of Entries) noteSent(parseMessageText(MessageBody).at);
        return answer;
      },
    };
    const table = { send: async (command: Command) => answered(answerTo(command)) };
    return { table: table as unknown as DocumentClient, queue: queue as unknown as SQSClient };
  }

  /** Only the partitions of shards hold up requests: those of events and schedules are many, and none is busy. */
  function doneBy({ pk, writes = 0, reads = 0 }: Load, from: number): number {
    if (!pk.startsWith('shard#')) return from;
    const kind = `${pk} ${writes > 0 ? 'writes' : 'reads'}`;
    const taken = (writes / PARTITION.writes + reads / PARTITION.reads) * SECOND;
    const done = Math.max(freeAt.get(kind) ?? 0, from) + taken;
    freeAt.set(kind, done);
    return done;
  }

  function answerTo(command: Command): Answer {
    if (command instanceof QueryCommand) return page(command.input);
    if (command instanceof BatchGetCommand) {
      const keys = (command.input.RequestItems?.events?.Keys ?? []) as ItemKey[];
      return { items: keys.length, loads: [], answer: { Responses: { events: keys.flatMap(found) } } };
    }
    if (command instanceof BatchWriteCommand) {
      const puts = (command.input.RequestItems?.events ?? []).map(({ PutRequest }) => PutRequest?.Item as Item);
      for (const item of puts) put(item);
      return { items: puts.length, loads: puts.map(({ pk }) => ({ pk, writes: 1 })), answer: {} };
    }
    putIfUnchanged(command.input);
    return { items: 1, loads: [], answer: {} };
  }

  function page({ ExpressionAttributeValues: { ':pk': pk, ':low': low, ':high': high } = {}, Limit = 0 }: QueryInput) {
    const ahead = [...(entries.get(pk)?.values() ?? [])].filter(({ sk }) => low <= sk && sk <= high);
    const Items = ahead.sort((one, other) => (one.sk < other.sk ? 1 : -1)).slice(0, Limit);
    const reads = Math.ceil(JSON.stringify(Items).length / 4_096);
    const answer = { Items, ...(Items.length === Limit && { LastEvaluatedKey: Items.at(-1) }) };
    return { items: Items.length, loads: [{ pk, reads }], answer };
  }

  /** Every event that was not stored here succeeds as soon as its message is sent. */
  function found(key: ItemKey): readonly Item[] {
    const item = items.get(textOf(key));
    if (item !== undefined) return [item];
    return key.sk === 'progress' ? [{ ...key, status: 'success', finishedAt: 0, readableUntil: 1 }] : [];
  }

  function put(item: Item): void {
    if (!item.pk.startsWith('shard#')) return;
    const ofShard = entries.get(item.pk) ?? new Map<string, Item>();
    entries.set(item.pk, ofShard.set(item.sk, item));
  }

  function putIfUnchanged({ Item, ExpressionAttributeValues }: PutCommand['input']): void {
    const item = Item as Item;
    const [expected] = Object.values(ExpressionAttributeValues ?? {});
    if (items.get(textOf(item))?.version !== expected)
      throw new ConditionalCheckFailedException({ message: '', $metadata: {} });
    items.set(textOf(item), item);
  }

  const atOnce = { send: async (command: Command) => answerTo(command).answer } as unknown as DocumentClient;
  return { atOnce, forARun };
}

type QueryInput = QueryCommand['input'];

function textOf({ pk, sk }: ItemKey): string {
  return `${pk} ${sk}`;
}

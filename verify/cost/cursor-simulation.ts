import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import type { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { BatchGetCommand, type PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type DocumentClient, dynamoTable } from '../../adapters/dynamo-table.ts';
import { parseMessageText, sqsDueQueue } from '../../adapters/sqs-due-queue.ts';
import type { Item, ItemKey } from '../../adapters/table.ts';
import { tableEventStore } from '../../adapters/table-event-store.ts';
import { tableSchedules } from '../../adapters/table-schedules.ts';
import { uuidFor } from '../../adapters/uuid-for.ts';
import { dispatcher } from '../../core/dispatch/dispatcher.ts';
import { MINUTE, SECOND } from '../../core/durations.ts';
import { timingsFor } from '../../lib/timings.ts';
import { pausesInMemory } from '../shared/pauses-in-memory.ts';
import { simulatedClock } from '../shared/simulated-clock.ts';
import { dueEvents } from './due-events.ts';

const START = Date.parse('2030-01-01T00:00:00Z');
/** The minutes before the first event, in which new cursors become up to date, so that the audit runs. */
const SETTLING = 15;
const LONGEST_TIMEOUT = 6;
const timings = timingsFor(LONGEST_TIMEOUT);

/** The milliseconds from a request to AWS to its answer. */
const LATENCY = 8;
/** The milliseconds of a whole processor that a request takes, without the events in it. */
const A_REQUEST = 0.5;
/** The milliseconds of a processor for each event in a request. `npm run bench -- functions` measures 0.08 in all. */
const AN_EVENT = 0.0145;

export type CursorScene = {
  readonly shards: number;
  /** The share of a processor that the dispatcher has: 1 is a whole one. */
  readonly processor: number;
  /** The number of events that come due each second. Publish has sent no message for any of them. */
  readonly perSecond: number;
  readonly seconds: number;
  /** The minutes, from the first event on, in which the dispatcher does not run. The default is 0. */
  readonly stopped?: number;
  /** The minutes that are simulated, from the first event on. */
  readonly minutes: number;
};

export type Seen = {
  readonly sent: number;
  /** The number of messages for each lateness in milliseconds after the instant of the event. */
  readonly late: ReadonlyMap<number, number>;
  /** The number of events that were due and had no message, at the end of each minute. */
  readonly waiting: readonly number[];
};

/**
 * Runs the dispatcher and its adapters on a clock that jumps from one answer of AWS to the next. Every event succeeds
 * as soon as its message is sent.
 */
export async function simulateCursors(scene: CursorScene): Promise<Seen> {
  const { stopped = 0, minutes } = scene;
  const clock = simulatedClock(START - SETTLING * MINUTE);
  const aws = simulatedAws(scene, clock);
  const late = new Map<number, number>();
  const waiting: number[] = [];
  let sent = 0;
  let failure: unknown;

  function noteSent(at: number): void {
    const lateness = Math.max(0, Math.round(clock.now() - at));
    late.set(lateness, (late.get(lateness) ?? 0) + 1);
    sent++;
  }

  for (let minute = -SETTLING; minute < minutes; minute++) {
    if (minute < 0 || minute >= stopped)
      void runWith(aws.forARun(noteSent), scene, clock).catch((error) => {
        failure = error;
      });
    await clock.moveTo(START + (minute + 1) * MINUTE);
    if (failure !== undefined) throw failure;
    if (minute >= 0) waiting.push(Math.max(0, aws.events.dueBy(clock.now()) - sent));
  }
  return { sent, late, waiting };
}

type Clock = ReturnType<typeof simulatedClock>;
type Aws = { readonly table: DocumentClient; readonly queue: SQSClient };

function runWith({ table, queue }: Aws, { shards }: CursorScene, { now, sleep }: Clock): Promise<unknown> {
  const longestTimeout = LONGEST_TIMEOUT * SECOND;
  const store = tableEventStore(dynamoTable(table, 'events'));
  const run = dispatcher({
    store,
    unobservedStore: store,
    dueQueue: sqsDueQueue({ client: queue, queueUrl: '', now, longestTimeout }),
    schedules: tableSchedules(dynamoTable(table, 'events')),
    uuidFor,
    pauses: pausesInMemory(),
    now,
    sleep,
    shards,
    longestTimeout,
    visibility: timings.visibility * SECOND,
    isAlone: false,
    report() {},
  });
  return run.dispatch();
}

function simulatedAws({ processor, ...stream }: CursorScene, clock: Clock) {
  const events = dueEvents({ from: START, ...stream });
  let cursors: Item | undefined;

  /** Makes the clients of a run, which has its own processor. It gets no more answers once Lambda would stop it. */
  function forARun(noteSent: (at: number) => void): Aws {
    const stopsAt = clock.now() + timings.dispatch * SECOND;
    let freeAt = clock.now();

    async function answered<Answer>(eventsIn: number, answer: () => Answer): Promise<Answer> {
      freeAt = Math.max(freeAt, clock.now()) + (A_REQUEST + AN_EVENT * eventsIn) / processor;
      await clock.sleep(freeAt + LATENCY - clock.now());
      return clock.now() > stopsAt ? new Promise<never>(() => {}) : answer();
    }

    const table = {
      async send(command: QueryCommand | BatchGetCommand | PutCommand) {
        if (command instanceof QueryCommand) {
          const page = events.page(command.input);
          return answered(page.Items.length, () => page);
        }
        if (command instanceof BatchGetCommand) {
          const keys = (command.input.RequestItems?.events?.Keys ?? []) as ItemKey[];
          return answered(keys.length, () => ({ Responses: { events: keys.flatMap((key) => itemOf(key) ?? []) } }));
        }
        return answered(1, () => saveCursors(command.input));
      },
    };
    const queue = {
      send({ input: { Entries = [] } }: SendMessageBatchCommand) {
        return answered(Entries.length, () => {
          for (const { MessageBody = '' } of Entries) noteSent(parseMessageText(MessageBody).at);
          return { Successful: Entries, Attributes: { ApproximateNumberOfMessages: '0' } };
        });
      },
    };
    return { table: table as unknown as DocumentClient, queue: queue as unknown as SQSClient };
  }

  function itemOf(key: ItemKey): Item | undefined {
    return key.pk === 'hands' ? cursors : { ...key, status: 'success', finishedAt: 0, readableUntil: 1 };
  }

  function saveCursors({ Item, ExpressionAttributeValues }: PutCommand['input']): object {
    const [expected] = Object.values(ExpressionAttributeValues ?? {});
    if (cursors?.version !== expected) throw new ConditionalCheckFailedException({ message: '', $metadata: {} });
    cursors = Item as Item;
    return {};
  }

  return { events, forARun };
}

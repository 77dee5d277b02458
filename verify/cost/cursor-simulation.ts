import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import type { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { BatchGetCommand, type PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { dynamoEventStore } from '../../adapters/dynamo-event-store.ts';
import { type DocumentClient, dynamoTable } from '../../adapters/dynamo-table.ts';
import { parseMessageText, sqsDueQueue } from '../../adapters/sqs-due-queue.ts';
import type { Item, ItemKey } from '../../adapters/table.ts';
import { unlimitedConcurrency } from '../../core/delivery/concurrency-limit.ts';
import { dispatcher } from '../../core/dispatch/dispatch.ts';
import { timingsFor } from '../../lib/timings.ts';
import { pausesInMemory } from '../shared/pauses-in-memory.ts';
import { simulatedClock } from '../shared/simulated-clock.ts';
import { dueEvents } from './due-events.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const START = Date.parse('2030-01-01T00:00:00Z');
/** Minutes until hands that begin have caught up with nothing, and the audit may begin. */
const SETTLING = 15;
const LONGEST_TIMEOUT = 6;
const timings = timingsFor(LONGEST_TIMEOUT);

/** From a request to its answer, in milliseconds. */
const LATENCY = 8;
/** Milliseconds of a whole processor that a request takes, and each event in it: `npm run bench -- functions` measures 0.08 for an event in all. */
const A_REQUEST = 0.5;
const AN_EVENT = 0.0145;

export type Scene = {
  readonly shards: number;
  /** How much of a processor the dispatcher has. */
  readonly processor: number;
  /** Events that come due, none of which publish has sent. */
  readonly perSecond: number;
  readonly seconds: number;
  /** For so many minutes from the first event on the dispatcher does not run. */
  readonly stopped?: number;
  /** How many minutes are looked at, from the first event on. */
  readonly minutes: number;
};

export type Seen = {
  readonly sent: number;
  /** How often an event's message was sent so many milliseconds after its instant. */
  readonly late: ReadonlyMap<number, number>;
  /** At the end of each minute, how many events were due and not sent. */
  readonly waiting: readonly number[];
};

/** The dispatcher and its adapters on a clock that jumps to the next answer of AWS. Every event that was sent has ended at once. */
export async function simulateCursors(scene: Scene): Promise<Seen> {
  const { stopped = 0, minutes } = scene;
  const clock = simulatedClock(START - SETTLING * MINUTE);
  const aws = simulatedAws(scene, clock);
  const late = new Map<number, number>();
  const waiting: number[] = [];
  let sent = 0;
  let failure: unknown;

  function tellSent(at: number): void {
    const lateness = Math.max(0, Math.round(clock.now() - at));
    late.set(lateness, (late.get(lateness) ?? 0) + 1);
    sent++;
  }

  for (let minute = -SETTLING; minute < minutes; minute++) {
    if (minute < 0 || minute >= stopped)
      void runWith(aws.forARun(tellSent), scene, clock).catch((error) => {
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

function runWith({ table, queue }: Aws, { shards }: Scene, { now, sleep }: Clock): Promise<unknown> {
  const longestTimeout = LONGEST_TIMEOUT * SECOND;
  const run = dispatcher({
    store: dynamoEventStore(dynamoTable(table, 'events')),
    dueQueue: sqsDueQueue({ client: queue, queueUrl: '', now, longestTimeout }),
    call: async () => ({ outcome: 'unreachable', error: '' }),
    signingSecrets: { cached: async () => [] },
    concurrency: unlimitedConcurrency,
    pauses: pausesInMemory(),
    now,
    sleep,
    newId: () => '',
    random: () => 0,
    shards,
    longestTimeout,
    visibility: timings.visibility * SECOND,
    onChange() {},
    report: fail,
    instance: '',
    isAlone: false,
  });
  return run.dispatch();
}

function fail(error: unknown): never {
  throw error;
}

function simulatedAws({ processor, ...stream }: Scene, clock: Clock) {
  const events = dueEvents({ from: START, ...stream });
  let cursors: Item | undefined;

  /** A run has a processor of its own, is stopped after some minutes, and then gets no more answers. */
  function forARun(tellSent: (at: number) => void): Aws {
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
          for (const { MessageBody = '' } of Entries) tellSent(parseMessageText(MessageBody).at);
          return { Successful: Entries, Attributes: { ApproximateNumberOfMessages: '0' } };
        });
      },
    };
    return { table: table as unknown as DocumentClient, queue: queue as unknown as SQSClient };
  }

  function itemOf(key: ItemKey): Item | undefined {
    return key.pk === 'hands' ? cursors : { ...key, status: 'success' };
  }

  function saveCursors({ Item, ExpressionAttributeValues }: PutCommand['input']): object {
    const [expected] = Object.values(ExpressionAttributeValues ?? {});
    if (cursors?.version !== expected) throw new ConditionalCheckFailedException({ message: '', $metadata: {} });
    cursors = Item as Item;
    return {};
  }

  return { events, forARun };
}

import type { QueuedEvent } from './event.ts';
import type { EventKey } from './event-key.ts';
import { inShard } from './event-key.ts';
import { firstProgress, settle } from './lifecycle.ts';
import type { WantedEvent } from './new-event.ts';
import type { Caller, DueQueue, EventRecord, EventStore, Message } from './ports.ts';
import type { Progress, Waiting } from './progress.ts';

/** A message that arrives this much before its instant is waited for; an earlier one goes back to the due queue. */
const LONGEST_WAIT = 1_000;
/** How long a success may wait for its neighbours, so that they are recorded together. */
const LONGEST_LINGER = 100;

export type World = {
  readonly store: EventStore;
  readonly dueQueue: DueQueue;
  readonly call: Caller;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** May wake a little early, as timers do. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly newId: () => string;
  /** Evenly from [0, 1). */
  readonly random: () => number;
  readonly shards: number;
};

export type EventQueue = {
  /** Resolves once the event is kept and its message is sent. If it rejects, whether it was accepted is unknown. */
  publish(wanted: WantedEvent, publishedBy: string): Promise<EventRecord>;
  /** The event, unless there is none or its result was kept long enough. */
  read(key: EventKey): Promise<EventRecord | undefined>;
  /** Handles each message by itself and answers those to be handed over again. */
  deliver(messages: readonly Message[]): Promise<readonly Message[]>;
};

export function eventQueue(world: World): EventQueue {
  const { store, dueQueue, call, now, sleep, newId, random, shards } = world;

  async function publish(wanted: WantedEvent, publishedBy: string): Promise<EventRecord> {
    const createdAt = now();
    const event: QueuedEvent = {
      ...wanted,
      key: { dueAt: dueAt(wanted.asked, createdAt), uuid: inShard(newId(), Math.floor(random() * shards)) },
      publishedBy,
      createdAt,
    };
    const progress = firstProgress(event);
    await store.keepEvent(event);
    await dueQueue.send(messageOf(event, progress));
    return { event, progress };
  }

  async function read(key: EventKey): Promise<EventRecord | undefined> {
    const record = await store.findEvent(key);
    if (record === undefined) return undefined;
    const { progress } = record;
    const forgotten = progress.status !== 'waiting_execution' && progress.readableUntil <= now();
    return forgotten ? undefined : record;
  }

  async function deliver(messages: readonly Message[]): Promise<readonly Message[]> {
    const calls = openCalls(messages.length);
    const results = await Promise.allSettled(messages.map((message) => deliverOne(message, calls)));
    return messages.filter((_, index) => results[index]?.status === 'rejected');
  }

  async function deliverOne(message: Message, calls: OpenCalls): Promise<void> {
    const ended = await attempt(message).finally(calls.oneEnded);
    if (ended === undefined) return;
    const { event, read, progress } = ended;
    if (progress.status === 'success') {
      await Promise.race([calls.allEnded, sleep(LONGEST_LINGER)]);
      return store.recordSuccess(event, progress);
    }
    const won = await store.recordFailure(event, read, progress);
    if (won && progress.status === 'waiting_execution') await dueQueue.send(messageOf(event, progress));
  }

  /** Makes the call that a message asks for, unless it is too early or no longer owed. */
  async function attempt(message: Message) {
    if (message.at - now() > LONGEST_WAIT) return void (await dueQueue.send(message));
    await until(message.at);
    const record = await store.findEvent(message.key);
    if (record === undefined) return;
    const { event, progress: read } = record;
    if (!owed(message, read)) return;
    const startedAt = now();
    const result = await call(event, message.attempt);
    return { event, read, progress: settle(event, read, { startedAt, endedAt: now(), result }, random()) };
  }

  /** Timers fire up to a millisecond early, so the clock is asked again after each. */
  async function until(instant: number): Promise<void> {
    while (now() < instant) await sleep(instant - now());
  }

  return { publish, read, deliver };
}

/** A past instant is due now: behind the present nobody looks for events. */
function dueAt(asked: QueuedEvent['asked'], now: number): number {
  return 'at' in asked ? Math.max(asked.at, now) : now + asked.after;
}

function messageOf({ key }: QueuedEvent, { nextAttempt, nextAttemptAt }: Waiting): Message {
  return { key, attempt: nextAttempt, at: nextAttemptAt };
}

/** A message is worth a call only if it names the very attempt that comes next; all others are repetitions or leftovers. */
function owed({ attempt, at }: Message, progress: Progress): progress is Waiting {
  return progress.status === 'waiting_execution' && progress.nextAttempt === attempt && progress.nextAttemptAt === at;
}

type OpenCalls = { readonly oneEnded: () => void; readonly allEnded: Promise<void> };

function openCalls(count: number): OpenCalls {
  const { promise: allEnded, resolve } = Promise.withResolvers<void>();
  let open = count;
  const oneEnded = () => {
    open--;
    if (open === 0) resolve();
  };
  return { oneEnded, allEnded };
}

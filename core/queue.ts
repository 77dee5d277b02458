import { deliverer } from './deliver.ts';
import { type Dispatcher, dispatcher } from './dispatch.ts';
import type { QueuedEvent } from './event.ts';
import { type EventKey, inShard } from './event-key.ts';
import { SENT_BY_PUBLISH } from './hands.ts';
import { firstProgress } from './lifecycle.ts';
import { nextMessage } from './message.ts';
import type { WantedEvent } from './new-event.ts';
import type { Deliver, EventRecord } from './ports.ts';
import type { World } from './world.ts';

export type EventQueue = Dispatcher & {
  /** Resolves once the event is kept and, if it is due soon, its message is sent. If it rejects, whether it was accepted is unknown. */
  publish(wanted: WantedEvent, publishedBy: string): Promise<EventRecord>;
  /** The event, unless there is none or its result was kept long enough. */
  read(key: EventKey): Promise<EventRecord | undefined>;
  readonly deliver: Deliver;
};

export function eventQueue(world: World): EventQueue {
  const { store, dueQueue, now, newId, random, shards } = world;

  async function publish(wanted: WantedEvent, publishedBy: string): Promise<EventRecord> {
    const createdAt = now();
    const key = { dueAt: dueAt(wanted.asked, createdAt), uuid: inShard(newId(), Math.floor(random() * shards)) };
    const isSoon = key.dueAt - createdAt <= SENT_BY_PUBLISH;
    const event: QueuedEvent = { ...wanted, key, publishedBy, createdAt, ...(isSoon && { sent: true }) };
    const progress = firstProgress(event);
    await store.keepEvent(event);
    if (isSoon) await dueQueue.send(nextMessage(event, progress));
    return { event, progress };
  }

  async function read(key: EventKey): Promise<EventRecord | undefined> {
    const record = await store.findEvent(key);
    if (record === undefined) return undefined;
    const { progress } = record;
    const forgotten = progress.status !== 'waiting_execution' && progress.readableUntil <= now();
    return forgotten ? undefined : record;
  }

  return { publish, read, deliver: deliverer(world), ...dispatcher(world) };
}

/** A past instant is due now: behind the present nobody looks for events. */
function dueAt(asked: QueuedEvent['asked'], now: number): number {
  return 'at' in asked ? Math.max(asked.at, now) : now + asked.after;
}

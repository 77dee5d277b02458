import { afterTheFirst } from './delivery/claim.ts';
import type { Dependencies } from './dependencies.ts';
import { SENT_BY_PUBLISH } from './dispatch/cursors.ts';
import type { QueuedEvent, WantedEvent } from './event/event.ts';
import { inShard } from './event/event-key.ts';
import { firstProgress } from './event/lifecycle.ts';
import { type Message, nextMessage } from './event/message.ts';
import type { EventRecord, EventStore } from './ports.ts';

/** A publish lasts no longer: a reservation that is older and has no event is of one that died. */
const LONGEST_PUBLISH = 60_000;
/** How long to wait in all for the event of another who is at it. */
const PAUSES = [50, 100, 200, 400, 800];

/** The event, and whether it was added by this; or that its deduplication id was given to another request. */
export type Published = { readonly record: EventRecord; readonly isNew: boolean } | 'another request';

export type Publisher = {
  /** Resolves once the event is kept and, if it is due soon, its message is sent. If it rejects, whether it was accepted is unknown. */
  publish(wanted: WantedEvent, publishedBy: string): Promise<Published>;
  /** Each as if alone, and together as few calls as possible. */
  publishAll(wanted: readonly WantedEvent[], publishedBy: string): Promise<readonly PromiseSettledResult<Published>[]>;
};

export function publisher(dependencies: Dependencies): Publisher {
  const { store, dueQueue, now, sleep, newId, random, shards } = dependencies;

  async function publish(wanted: WantedEvent, publishedBy: string): Promise<Published> {
    return sent(await kept(wanted, publishedBy));
  }

  async function publishAll(wanted: readonly WantedEvent[], publishedBy: string) {
    const all = await Promise.allSettled(wanted.map((one) => kept(one, publishedBy)));
    return Promise.allSettled(
      all.map((one) => (one.status === 'fulfilled' ? sent(one.value) : Promise.reject(one.reason))),
    );
  }

  /** Keeps an event, unless its deduplication id says that there is one already. */
  async function kept(wanted: WantedEvent, publishedBy: string): Promise<Kept> {
    const event = newEvent(wanted, publishedBy);
    return wanted.deduplicationId === undefined ? keep(event) : keepOnce(event);
  }

  async function keep(event: QueuedEvent, again = false): Promise<Kept> {
    await store.putEvent(event);
    const record = { event, progress: firstProgress(event) };
    const message: Message = { ...nextMessage(event, record.progress), ...(again && { again }) };
    return { published: { record, isNew: true }, ...(event.sent && { message }) };
  }

  /**
   * Who reserves the id first keeps the event. All others wait for that event; if none comes, its publisher has died between the
   * two, and they keep it in its place, under the key that was reserved. Behind the cursors it would not be seen to: an old
   * reservation gets a new key.
   */
  async function keepOnce(event: QueuedEvent): Promise<Kept> {
    const reserved = await store.reserve(event);
    if (reserved.isOwn) return keep(event);
    if (!reserved.isSameRequest) return { published: 'another request' };
    const record = await eventually(() => store.findEvent(reserved.key));
    if (record !== undefined) return found(record);
    if (now() - reserved.createdAt < LONGEST_PUBLISH) {
      const { key, createdAt } = reserved;
      return keep(soonMarked({ ...event, key, createdAt }), true);
    }
    const renewed = await store.reserve(event, reserved.key);
    return renewed.isOwn ? keep(event) : keepOnce(event);
  }

  /**
   * Its publisher may have failed between keeping it and sending its message: that is why the request is repeated. The second
   * message comes behind the first; if they meet all the same, both are so late that they claim the attempt.
   */
  function found(record: EventRecord): Kept {
    const { event, progress } = record;
    const published = { record, isNew: false };
    if (!event.sent || progress.status !== 'waiting_execution' || progress.tryCount > 0) return { published };
    const handOverAt = afterTheFirst(progress.nextAttemptAt, event.timeout, now());
    return { published, message: nextMessage(event, progress), handOverAt };
  }

  async function eventually(find: () => ReturnType<EventStore['findEvent']>) {
    for (const pause of PAUSES) {
      const record = await find();
      if (record !== undefined) return record;
      await sleep(pause);
    }
    return find();
  }

  async function sent({ published, message, handOverAt }: Kept): Promise<Published> {
    if (message !== undefined) await dueQueue.send(message, handOverAt);
    return published;
  }

  function newEvent(wanted: WantedEvent, publishedBy: string): QueuedEvent {
    const createdAt = now();
    const key = { dueAt: dueAt(wanted.asked, createdAt), uuid: inShard(newId(), Math.floor(random() * shards)) };
    return soonMarked({ ...wanted, key, publishedBy, createdAt });
  }

  return { publish, publishAll };
}

type Kept = { readonly published: Published; readonly message?: Message; readonly handOverAt?: number };

/** What is due soon is sent by publish itself. */
function soonMarked(event: QueuedEvent): QueuedEvent {
  return event.key.dueAt - event.createdAt <= SENT_BY_PUBLISH ? { ...event, sent: true } : event;
}

/** A past instant is due now: behind the present nobody looks for events. */
function dueAt(asked: QueuedEvent['asked'], now: number): number {
  return 'at' in asked ? Math.max(asked.at, now) : now + asked.after;
}

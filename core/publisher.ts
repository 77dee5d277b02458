import { afterTheFirst } from './delivery/claim.ts';
import type { Dependencies } from './dependencies.ts';
import { SENT_BY_PUBLISH } from './dispatch/cursors.ts';
import { MINUTE } from './durations.ts';
import type { QueuedEvent, WantedEvent } from './event/event.ts';
import { type EventKey, inShard } from './event/event-key.ts';
import { firstProgress } from './event/lifecycle.ts';
import { type Message, nextMessage } from './event/message.ts';
import type { EventRecord } from './ports.ts';

/**
 * The longest time that a publish takes, in milliseconds. An older reservation without an event is that of a process
 * that died.
 */
const LONGEST_PUBLISH = MINUTE;
/** The waits, in milliseconds, between looks for an event that another request with the same deduplication id puts. */
const WAITS_FOR_EVENT = [50, 100, 200, 400, 800];

/**
 * The event and whether this request added it, or `another request` if its deduplication id belongs to a request that
 * asked for something else.
 */
export type Published = { readonly record: EventRecord; readonly isNew: boolean } | 'another request';

export type Publisher = {
  /**
   * Resolves when the event is in the table and, if it is due within 3 minutes, its message is sent. If it rejects, the
   * event may or may not have been accepted.
   */
  publish(wanted: WantedEvent, publishedBy: string): Promise<Published>;
  /**
   * Publishes several events independently of each other, with as few requests to the table and the due queue as
   * possible.
   */
  publishAll(wanted: readonly WantedEvent[], publishedBy: string): Promise<readonly PromiseSettledResult<Published>[]>;
};

type PublisherDependencies = Pick<Dependencies, 'store' | 'dueQueue' | 'now' | 'sleep' | 'newId' | 'random' | 'shards'>;

export function publisher(dependencies: PublisherDependencies): Publisher {
  const { store, dueQueue, now, sleep, newId, random, shards } = dependencies;

  async function publish(wanted: WantedEvent, publishedBy: string): Promise<Published> {
    return sendMessage(await accept(wanted, publishedBy));
  }

  async function publishAll(wanted: readonly WantedEvent[], publishedBy: string) {
    const results = await Promise.allSettled(wanted.map((one) => accept(one, publishedBy)));
    return Promise.allSettled(
      results.map((one) => (one.status === 'fulfilled' ? sendMessage(one.value) : Promise.reject(one.reason))),
    );
  }

  async function accept(wanted: WantedEvent, publishedBy: string): Promise<Accepted> {
    const event = newEvent(wanted, publishedBy);
    return event.deduplicationId === undefined ? put(event) : putUnlessRepeated(event);
  }

  function newEvent(wanted: WantedEvent, publishedBy: string): QueuedEvent {
    const createdAt = now();
    const key = { dueAt: dueAt(wanted.asked, createdAt), uuid: inShard(newId(), Math.floor(random() * shards)) };
    return markedIfDueSoon({ ...wanted, key, publishedBy, createdAt });
  }

  /** If the process dies after this put, the promote cursor or the audit finds the event and sends its message. */
  async function put(event: QueuedEvent, mark?: Pick<Message, 'mayBeDuplicate'>): Promise<Accepted> {
    await store.putEvent(event);
    const progress = firstProgress(event);
    const published = { record: { event, progress }, isNew: true };
    if (!event.messageSentByPublish) return { published };
    return { published, message: { ...nextMessage(event, progress), ...mark } };
  }

  /**
   * Puts the event if this request reserves its deduplication id. Otherwise it waits for the event of the request that
   * did. If that event does not come, the process that reserved the id has probably died, and this request puts the
   * event: within a minute under the reserved key, and later under a key of its own, because the cursors may have
   * passed the reserved one.
   */
  async function putUnlessRepeated(event: QueuedEvent): Promise<Accepted> {
    const reservation = await store.reserve(event);
    if (reservation.heldBy === 'this request') return put(event);
    if (reservation.heldBy === 'another request') return { published: 'another request' };
    const { key, createdAt } = reservation;
    const record = await waitForEvent(key);
    if (record !== undefined) return acceptedBefore(record);
    // The process that reserved the key may be slow and not dead, and send a message too.
    if (now() - createdAt < LONGEST_PUBLISH)
      return put(markedIfDueSoon({ ...event, key, createdAt }), { mayBeDuplicate: true });
    const renewed = await store.reserve(event, key);
    return renewed.heldBy === 'this request' ? put(event) : putUnlessRepeated(event);
  }

  async function waitForEvent(key: EventKey): Promise<EventRecord | undefined> {
    for (const wait of WAITS_FOR_EVENT) {
      const record = await store.findEvent(key);
      if (record !== undefined) return record;
      await sleep(wait);
    }
    return store.findEvent(key);
  }

  /**
   * The first request may have failed after it put the event and before it sent the message, so this one sends the
   * message again, behind the first. If both messages are handed over together, both are so late that their deliverers
   * claim the attempt.
   */
  function acceptedBefore(record: EventRecord): Accepted {
    const { event, progress } = record;
    const published = { record, isNew: false };
    const waitsForFirstAttempt = progress.status === 'waiting_execution' && progress.tryCount === 0;
    if (!event.messageSentByPublish || !waitsForFirstAttempt) return { published };
    const handOverAt = afterTheFirst(progress.nextAttemptAt, event.timeout, now());
    return { published, message: nextMessage(event, progress), handOverAt };
  }

  async function sendMessage({ published, message, handOverAt }: Accepted): Promise<Published> {
    if (message !== undefined) await dueQueue.send(message, handOverAt);
    return published;
  }

  return { publish, publishAll };
}

/**
 * The answer to a request whose event is in the table, and the message that is sent before the answer is given, if any.
 */
type Accepted = { readonly published: Published; readonly message?: Message; readonly handOverAt?: number };

/** The event, marked if publish sends its first message. The promote cursor passes over marked events. */
function markedIfDueSoon(event: QueuedEvent): QueuedEvent {
  return event.key.dueAt - event.createdAt <= SENT_BY_PUBLISH ? { ...event, messageSentByPublish: true } : event;
}

/**
 * The instant at which the first attempt is due. A past instant becomes the present, because the cursors have passed
 * the past.
 */
function dueAt(asked: QueuedEvent['asked'], now: number): number {
  return 'at' in asked ? Math.max(asked.at, now) : now + asked.after;
}

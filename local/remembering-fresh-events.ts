import type { QueuedEvent } from '../core/event/event.ts';
import { firstProgress } from '../core/event/lifecycle.ts';
import type { EventStore } from '../core/ports.ts';

/** At most this many events are remembered. The oldest one is forgotten first. */
const MOST_EVENTS = 1_000;
/** An event whose body has more than this many bytes is not remembered. */
const LONGEST_BODY = 4_096;
/**
 * The form of a uuid that was drawn. An event whose uuid is derived, as that of a run or a callback, may be put again
 * after it was called or cancelled, and would then look new.
 */
const RANDOM_UUID = /^.{14}4/;

/**
 * Returns the same store, which remembers a new event until something is recorded of it. So the first attempt of an
 * event that is due at once reads nothing from the table. The process must have the store to itself, because records of
 * other processes would not be seen.
 */
export function rememberingFreshEvents(store: EventStore): EventStore {
  const fresh = new Map<string, QueuedEvent>();

  function remember(event: QueuedEvent): void {
    if (!RANDOM_UUID.test(event.key.uuid) || (event.body?.bytes.length ?? 0) > LONGEST_BODY) return;
    fresh.set(event.key.uuid, event);
    const [oldest] = fresh.keys();
    if (fresh.size > MOST_EVENTS && oldest !== undefined) fresh.delete(oldest);
  }

  return {
    ...store,
    /**
     * Remembers the event before it is put. If it were remembered afterwards, a record made in between would be
     * overlooked, and the event would look new although it was called.
     */
    async putEvent(event) {
      remember(event);
      try {
        await store.putEvent(event);
      } catch (error) {
        fresh.delete(event.key.uuid);
        throw error;
      }
    },
    async findEvent(key) {
      const event = fresh.get(key.uuid);
      const isSame = event?.key.dueAt === key.dueAt;
      return isSame ? { event, progress: firstProgress(event) } : store.findEvent(key);
    },
    recordSuccess(event, progress) {
      fresh.delete(event.key.uuid);
      return store.recordSuccess(event, progress);
    },
    recordUnlessChanged(event, read, progress) {
      fresh.delete(event.key.uuid);
      return store.recordUnlessChanged(event, read, progress);
    },
  };
}

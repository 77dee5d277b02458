import type { QueuedEvent } from '../core/event/event.ts';
import { firstProgress } from '../core/event/lifecycle.ts';
import type { EventStore } from '../core/ports.ts';

/** How many events are remembered at most. The oldest are forgotten first. */
const MOST_EVENTS = 1_000;
/** How long the body of an event that is remembered is at most, in bytes. */
const LONGEST_BODY = 4_096;

/**
 * The same store, which remembers the events that were just kept until something is recorded of them: so the first attempt of an event
 * that is due at once reads nothing. Only for a process that has the store to itself, since nobody else's records are seen.
 */
export function rememberingFreshEvents(store: EventStore): EventStore {
  const fresh = new Map<string, QueuedEvent>();

  function remember(event: QueuedEvent): void {
    if ((event.body?.bytes.length ?? 0) > LONGEST_BODY) return;
    fresh.set(event.key.uuid, event);
    const [oldest] = fresh.keys();
    if (fresh.size > MOST_EVENTS && oldest !== undefined) fresh.delete(oldest);
  }

  return {
    ...store,
    /** The event is remembered first: a record that overtakes this answer must find it to be forgotten. */
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

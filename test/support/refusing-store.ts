import type { EventStore } from '../../core/ports.ts';
import { memoryEventStore } from './memory-event-store.ts';

/** A store in memory that refuses records of failures, as if another process had changed the event meanwhile. */
export function refusingStore() {
  const memory = memoryEventStore();
  let refusals = 0;
  const store: EventStore = {
    ...memory,
    recordUnlessChanged: async (...args) => refusals-- <= 0 && memory.recordUnlessChanged(...args),
  };
  return {
    store,
    /** Lets the next `count` calls of `recordUnlessChanged` return false and record nothing. */
    refuse: (count: number) => {
      refusals = count;
    },
  };
}

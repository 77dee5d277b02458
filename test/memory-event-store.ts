import type { QueuedEvent } from '../core/event.ts';
import { publicKey } from '../core/event-key.ts';
import { firstProgress } from '../core/lifecycle.ts';
import type { EventStore } from '../core/ports.ts';
import type { Progress } from '../core/progress.ts';

/** Passes the same contract as the store on DynamoDB. */
export function memoryEventStore(): EventStore {
  const events = new Map<string, QueuedEvent>();
  const recorded = new Map<string, Progress>();

  return {
    async keepEvent(event) {
      events.set(publicKey(event.key), event);
    },
    async findEvent(key) {
      const event = events.get(publicKey(key));
      return event && { event, progress: recorded.get(key.uuid) ?? firstProgress(event) };
    },
    async recordSuccess({ key }, progress) {
      recorded.set(key.uuid, progress);
    },
    async recordUnlessChanged({ key }, read, progress) {
      const current = recorded.get(key.uuid);
      const unchanged = read.version === 0 ? current === undefined : current?.version === read.version;
      if (!unchanged || current?.status !== (read.version === 0 ? undefined : read.status)) return false;
      recorded.set(key.uuid, progress);
      return true;
    },
  };
}

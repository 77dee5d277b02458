import type { Dependencies } from '../dependencies.ts';
import type { EventKey } from '../event/event-key.ts';
import { isForgotten } from '../event/expiry.ts';
import { cancelled } from '../event/lifecycle.ts';
import type { EventRecord } from '../ports.ts';

/** The changed event, or the reason why it was not changed. */
export type Changed = EventRecord | 'no such event' | 'not in this state';

/**
 * Cancels a waiting event, so that no attempt of it starts any more. An event that is cancelled already stays as it is.
 */
export function canceller({ store, now }: Pick<Dependencies, 'store' | 'now'>): (key: EventKey) => Promise<Changed> {
  return async function cancel(key): Promise<Changed> {
    const record = await store.findEvent(key);
    if (record === undefined || isForgotten(record.progress, now())) return 'no such event';
    const { event, progress: read } = record;
    if (read.status === 'cancelled') return record;
    if (read.status !== 'waiting_execution') return 'not in this state';
    const progress = cancelled(event, read, now());
    return (await store.recordUnlessChanged(event, read, progress)) ? { event, progress } : cancel(key);
  };
}

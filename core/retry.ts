import type { Changed } from './cancel.ts';
import type { EventKey } from './event-key.ts';
import { graceOf, lookAt } from './hands.ts';
import { isForgotten, reopened, reopenedExpiresAt } from './lifecycle.ts';
import { nextMessage } from './message.ts';
import type { World } from './world.ts';

/**
 * Makes a finished event due again at once. Its expiry and a reminder for the audit come first: so it is never forgotten while it
 * is unfinished, and never behind the trailing hand.
 */
export function retrier(world: World): (key: EventKey) => Promise<Changed> {
  const { store, dueQueue, now } = world;
  const grace = graceOf(world.longestTimeout, world.visibility);

  return async function retry(key): Promise<Changed> {
    const record = await store.findEvent(key);
    if (record === undefined || isForgotten(record.progress, now())) return 'no such event';
    const { event, progress: read } = record;
    if (read.status === 'waiting_execution') return 'not in this state';
    const progress = reopened(read, now());
    await store.keepUntil(record, reopenedExpiresAt(event, now()));
    await store.keepReminder(event, { kind: 'look', key: event.key, at: lookAt(event.key, progress, now(), grace) });
    if (!(await store.recordUnlessChanged(event, read, progress))) return retry(key);
    await dueQueue.send(nextMessage(event, progress));
    return { event, progress };
  };
}

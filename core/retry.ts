import { callbackSender } from './callback-sender.ts';
import type { Changed } from './cancel.ts';
import { afterTheFirst } from './claim.ts';
import type { QueuedEvent } from './event.ts';
import type { EventKey } from './event-key.ts';
import { owesCallback } from './failure-callback.ts';
import { graceOf, lookAt } from './hands.ts';
import { isForgotten, isReopened, reopened, reopenedExpiresAt } from './lifecycle.ts';
import { nextMessage } from './message.ts';
import type { Waiting } from './progress.ts';
import type { World } from './world.ts';

/**
 * Makes a finished event due again at once. Its expiry and a reminder for the audit come first: so it is never forgotten while it
 * is unfinished, and never behind the trailing hand. A callback that its failure still owes is sent before.
 */
export function retrier(world: World): (key: EventKey) => Promise<Changed> {
  const { store, dueQueue, now } = world;
  const grace = graceOf(world.longestTimeout, world.visibility);
  const callbacks = callbackSender(world);

  return async function retry(key): Promise<Changed> {
    const record = await store.findEvent(key);
    if (record === undefined || isForgotten(record.progress, now())) return 'no such event';
    const { event, progress: read } = record;
    if (read.status === 'waiting_execution') {
      if (isReopened(read)) await sendAgain(event, read);
      return 'not in this state';
    }
    if (owesCallback(record)) return callbacks.sendAgain(record).then(() => retry(key));
    const progress = reopened(read, now());
    await store.keepUntil(record, reopenedExpiresAt(event, now()));
    const at = lookAt(event.key, progress.nextAttemptAt, now(), grace);
    await store.keepReminder(event, { kind: 'look', key: event.key, at });
    if (!(await store.recordUnlessChanged(event, read, progress))) return retry(key);
    await dueQueue.send(nextMessage(event, progress));
    return { event, progress };
  };

  /** Whoever reopened it may have failed before its message was sent. This one comes behind that. */
  async function sendAgain(event: QueuedEvent, progress: Waiting): Promise<void> {
    const handOverAt = afterTheFirst(progress.nextAttemptAt, event.timeout, now());
    await dueQueue.send(nextMessage(event, progress), handOverAt);
  }
}

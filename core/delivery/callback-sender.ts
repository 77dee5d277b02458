import type { Dependencies } from '../dependencies.ts';
import { MINUTE } from '../durations.ts';
import type { QueuedEvent } from '../event/event.ts';
import { firstProgress } from '../event/lifecycle.ts';
import { nextMessage } from '../event/message.ts';
import { graceOf, nextAuditAt } from '../event/reminder-times.ts';
import type { EventRecord } from '../ports.ts';
import { afterTheFirst } from './claim.ts';
import { failureCallback, type PendingCallback } from './failure-callback.ts';

/**
 * The time after a failure, in milliseconds, within which its callback can be put without an audit reminder. Later, the
 * cursors may have passed its instant.
 */
const PUT_IN_TIME = MINUTE;

/**
 * Publishes failure callbacks. The callback is put before the mark that it is pending is taken away, so that none is
 * lost if the process dies in between.
 */
export type CallbackSender = {
  /** Puts a callback and sends its first message. Only the deliverer that recorded the failure may call this, once. */
  send(pending: PendingCallback): Promise<void>;
  /**
   * Puts a callback that is still pending and sends its message, behind a first one. The process that should have sent
   * that one may have died at any point, or may still be about to send it.
   */
  sendAgain(pending: PendingCallback): Promise<void>;
  /**
   * Puts a callback without sending its message, and returns its event as it is in the store. Only a process that is
   * alone and has sent nothing yet may call this.
   */
  put(pending: PendingCallback): Promise<EventRecord>;
};

export type CallbackSenderDependencies = Pick<
  Dependencies,
  'store' | 'dueQueue' | 'now' | 'longestTimeout' | 'visibility'
>;

export function callbackSender(dependencies: CallbackSenderDependencies): CallbackSender {
  const { store, dueQueue, now } = dependencies;
  const grace = graceOf(dependencies.longestTimeout, dependencies.visibility);

  async function send(pending: PendingCallback): Promise<void> {
    const callback = await putCallback(pending);
    await dueQueue.send(nextMessage(callback, firstProgress(callback)));
    await takeMarkAway(pending);
  }

  async function sendAgain(pending: PendingCallback): Promise<void> {
    const callback = await putCallback(pending);
    const message = nextMessage(callback, firstProgress(callback));
    const handOverAt = afterTheFirst(message.at, callback.timeout, now());
    await dueQueue.send({ ...message, mayBeDuplicate: true }, handOverAt);
    await takeMarkAway(pending);
  }

  async function put(pending: PendingCallback): Promise<EventRecord> {
    const callback = await putCallback(pending);
    await takeMarkAway(pending);
    return (await store.findEvent(callback.key)) ?? { event: callback, progress: firstProgress(callback) };
  }

  /**
   * A callback that is put late gets a reminder ahead of the audit cursor first, because the cursor may have passed its
   * own entry.
   */
  async function putCallback(pending: PendingCallback): Promise<QueuedEvent> {
    const callback = failureCallback(pending);
    const { key } = callback;
    if (now() - key.dueAt > PUT_IN_TIME)
      await store.putReminder(callback, { kind: 'audit', key, at: nextAuditAt(key, key.dueAt, now(), grace) });
    await store.putEvent(callback);
    return callback;
  }

  /**
   * The mark stays if the progress has been changed meanwhile. Then it is gone already, or means nothing any more, or
   * the audit finds it again.
   */
  async function takeMarkAway({ event, progress }: PendingCallback): Promise<void> {
    const { callbackPending, ...rest } = progress;
    await store.recordUnlessChanged(event, progress, { ...rest, version: progress.version + 1 });
  }

  return { send, sendAgain, put };
}

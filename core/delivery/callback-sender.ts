import type { Dependencies } from '../dependencies.ts';
import { MINUTE } from '../durations.ts';
import type { QueuedEvent } from '../event/event.ts';
import { firstProgress } from '../event/lifecycle.ts';
import { nextMessage } from '../event/message.ts';
import { graceOf, nextAuditAt } from '../event/reminder-times.ts';
import type { EventRecord } from '../ports.ts';
import { callbackEvents, type PendingCallbacks } from './callback-events.ts';
import { afterTheFirst } from './claim.ts';

/**
 * The time after an end, in milliseconds, within which its callbacks can be put without audit reminders. Later, the
 * cursors may have passed its instant.
 */
const PUT_IN_TIME = MINUTE;

/**
 * Publishes the callbacks of an end. They are put before the mark that they are pending is taken away, so that none is
 * lost if the process dies in between.
 */
export type CallbackSender = {
  /** Puts the callbacks and sends their first messages. Only the deliverer that recorded the end may call this, once. */
  send(pending: PendingCallbacks): Promise<void>;
  /**
   * Puts callbacks that are still pending and sends their messages, behind first ones. The process that should have
   * sent those may have died at any point, or may still be about to send them.
   */
  sendAgain(pending: PendingCallbacks): Promise<void>;
  /**
   * Puts callbacks without sending their messages, and returns their events as they are in the store. Only a process
   * that is alone and has sent nothing yet may call this.
   */
  put(pending: PendingCallbacks): Promise<readonly EventRecord[]>;
  /**
   * Leaves an audit reminder for an end that is about to be recorded. An event that had finished before may have no
   * entry ahead of the audit cursor, so nothing would find its callbacks if the process died after the record.
   */
  leaveReminder(pending: PendingCallbacks): Promise<void>;
};

export type CallbackSenderDependencies = Pick<
  Dependencies,
  'store' | 'dueQueue' | 'now' | 'longestTimeout' | 'visibility'
>;

export function callbackSender(dependencies: CallbackSenderDependencies): CallbackSender {
  const { store, dueQueue, now } = dependencies;
  const grace = graceOf(dependencies.longestTimeout, dependencies.visibility);

  async function send(pending: PendingCallbacks): Promise<void> {
    const callbacks = await putAll(pending);
    await Promise.all(callbacks.map((one) => dueQueue.send(nextMessage(one, firstProgress(one)))));
    await takeMarkAway(pending);
  }

  async function sendAgain(pending: PendingCallbacks): Promise<void> {
    const callbacks = await putAll(pending);
    await Promise.all(callbacks.map(sendBehind));
    await takeMarkAway(pending);
  }

  async function sendBehind(callback: QueuedEvent): Promise<void> {
    const message = nextMessage(callback, firstProgress(callback));
    const handOverAt = afterTheFirst(message.at, callback.timeout, now());
    await dueQueue.send({ ...message, mayBeDuplicate: true }, handOverAt);
  }

  async function put(pending: PendingCallbacks): Promise<readonly EventRecord[]> {
    const callbacks = await putAll(pending);
    await takeMarkAway(pending);
    return Promise.all(
      callbacks.map(async (event) => (await store.findEvent(event.key)) ?? { event, progress: firstProgress(event) }),
    );
  }

  async function putAll(pending: PendingCallbacks): Promise<readonly QueuedEvent[]> {
    const callbacks = callbackEvents(pending);
    await Promise.all(callbacks.map(putCallback));
    return callbacks;
  }

  /**
   * A callback that is put late gets a reminder ahead of the audit cursor first, because the cursor may have passed its
   * own entry.
   */
  async function putCallback(callback: QueuedEvent): Promise<void> {
    const { dueAt } = callback.key;
    if (now() - dueAt > PUT_IN_TIME) await putReminder(callback, dueAt);
    await store.putEvent(callback);
  }

  async function leaveReminder({ event, progress }: PendingCallbacks): Promise<void> {
    await putReminder(event, progress.finishedAt);
  }

  async function putReminder(event: QueuedEvent, pendingSince: number): Promise<void> {
    const { key } = event;
    await store.putReminder(event, { kind: 'audit', key, at: nextAuditAt(key, pendingSince, now(), grace) });
  }

  /**
   * The mark stays if the progress has been changed meanwhile. Then it is gone already, or means nothing any more, or
   * the audit finds it again.
   */
  async function takeMarkAway({ event, progress }: PendingCallbacks): Promise<void> {
    const { callbackPending, ...rest } = progress;
    await store.recordUnlessChanged(event, progress, { ...rest, version: progress.version + 1 });
  }

  return { send, sendAgain, put, leaveReminder };
}

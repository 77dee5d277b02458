import type { Dependencies } from '../dependencies.ts';
import type { QueuedEvent } from '../event/event.ts';
import { firstProgress } from '../event/lifecycle.ts';
import { nextMessage } from '../event/message.ts';
import { graceOf, nextAuditAt } from '../event/reminder-times.ts';
import type { EventRecord } from '../ports.ts';
import { afterTheFirst } from './claim.ts';
import { failureCallback, type PendingCallback } from './failure-callback.ts';

/** The cursors are minutes behind the present, and may have passed what is kept any later. */
const KEPT_IN_TIME = 60_000;

/** Tells of failures, by events of their own: each is kept before the mark that it is owed is taken away. */
export type CallbackSender = {
  /** For whoever recorded the failure, and for nobody else. */
  send(owed: PendingCallback): Promise<void>;
  /** For whoever finds that it is still owed: the one that should have sent it may have died at any point of it, or may yet be at it. */
  sendAgain(owed: PendingCallback): Promise<void>;
  /** For a process that is alone, and has sent nothing yet. Answers the callback as it is kept; its message is still to be sent. */
  keep(owed: PendingCallback): Promise<EventRecord>;
};

export function callbackSender(dependencies: Dependencies): CallbackSender {
  const { store, dueQueue, now } = dependencies;
  const grace = graceOf(dependencies.longestTimeout, dependencies.visibility);

  async function send(owed: PendingCallback): Promise<void> {
    const callback = await keptCallback(owed);
    await dueQueue.send(nextMessage(callback, firstProgress(callback)));
    await takeMarkAway(owed);
  }

  /** Its message comes behind the first, which may be there already. */
  async function sendAgain(owed: PendingCallback): Promise<void> {
    const callback = await keptCallback(owed);
    const message = nextMessage(callback, firstProgress(callback));
    const handOverAt = afterTheFirst(message.at, callback.timeout, now());
    await dueQueue.send({ ...message, again: true }, handOverAt);
    await takeMarkAway(owed);
  }

  async function keep(owed: PendingCallback): Promise<EventRecord> {
    const callback = await keptCallback(owed);
    await takeMarkAway(owed);
    return (await store.findEvent(callback.key)) ?? { event: callback, progress: firstProgress(callback) };
  }

  /** One that is kept late gets an entry ahead of the audit cursor first. */
  async function keptCallback(owed: PendingCallback): Promise<QueuedEvent> {
    const callback = failureCallback(owed);
    const { key } = callback;
    if (now() - key.dueAt > KEPT_IN_TIME)
      await store.putReminder(callback, { kind: 'audit', key, at: nextAuditAt(key, key.dueAt, now(), grace) });
    await store.putEvent(callback);
    return callback;
  }

  /** The mark stays if somebody has changed the progress meanwhile: it is away by then, or void, or the audit comes back to it. */
  async function takeMarkAway({ event, progress }: PendingCallback): Promise<void> {
    const { callbackOwed, ...rest } = progress;
    await store.recordUnlessChanged(event, progress, { ...rest, version: progress.version + 1 });
  }

  return { send, sendAgain, keep };
}

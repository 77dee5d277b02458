import { afterTheFirst } from './claim.ts';
import { failureCallback, type OwedCallback } from './failure-callback.ts';
import { graceOf, lookAt } from './hands.ts';
import { firstProgress } from './lifecycle.ts';
import { nextMessage } from './message.ts';
import type { World } from './world.ts';

/** Tells of failures, by events of their own: each is kept before the mark that it is owed is taken away. */
export type CallbackSender = {
  /** For whoever recorded the failure, and for nobody else. */
  send(owed: OwedCallback): Promise<void>;
  /**
   * For whoever finds that it is still owed: the one that should have sent it may have died at any point of it, or may yet be at it.
   *
   * @param handOverAt when a first call of it would have ended, if nothing else is known
   */
  sendAgain(owed: OwedCallback, handOverAt?: number): Promise<void>;
};

export function callbackSender(world: World): CallbackSender {
  const { store, dueQueue, now } = world;
  const grace = graceOf(world.longestTimeout, world.visibility);

  async function send(owed: OwedCallback): Promise<void> {
    const callback = failureCallback(owed);
    await store.keepEvent(callback);
    await dueQueue.send(nextMessage(callback, firstProgress(callback)));
    await takeMarkAway(owed);
  }

  /** The hands may have passed its instant, so it gets a reminder ahead of them first. */
  async function sendAgain(owed: OwedCallback, handOverAt?: number): Promise<void> {
    const callback = failureCallback(owed);
    const first = firstProgress(callback);
    const at = lookAt(callback.key, first.nextAttemptAt, now(), grace);
    await store.keepReminder(callback, { kind: 'look', key: callback.key, at });
    await store.keepEvent(callback);
    const behindTheFirst = afterTheFirst(first.nextAttemptAt, callback.timeout, now());
    await dueQueue.send({ ...nextMessage(callback, first), again: true }, handOverAt ?? behindTheFirst);
    await takeMarkAway(owed);
  }

  /** Whoever has changed the progress meanwhile has taken it away, or made it void. */
  async function takeMarkAway({ event, progress }: OwedCallback): Promise<void> {
    const { callbackOwed, ...rest } = progress;
    await store.recordUnlessChanged(event, progress, { ...rest, version: progress.version + 1 });
  }

  return { send, sendAgain };
}

import { callbackSender } from './callback-sender.ts';
import type { Changed } from './cancel.ts';
import { afterTheFirst } from './claim.ts';
import type { QueuedEvent } from './event.ts';
import type { EventKey } from './event-key.ts';
import { owesCallback } from './failure-callback.ts';
import { graceOf, lookAt } from './hands.ts';
import { isForgotten, isReopened, reopened, reopenedExpiresAt } from './lifecycle.ts';
import { nextMessage } from './message.ts';
import type { EventRecord } from './ports.ts';
import type { Progress, Waiting } from './progress.ts';
import type { World } from './world.ts';

/** The instant before which an event is not tried again, because an attempt from before its cancel may be under way until then. */
export type TooSoon = { readonly tooSoon: number };

export type Retrier = {
  /** Makes a finished event due again at once, unless an attempt from before may be under way. */
  retry(key: EventKey): Promise<Changed | TooSoon>;
  /**
   * Makes an event that has finished in this state due again: at once, or as soon as no attempt from before can be under way. One whose
   * state has changed meanwhile is left alone.
   */
  retryWhenIdle(key: EventKey, status: Progress['status']): Promise<Changed>;
};

/**
 * Opens finished events again. The expiry of an event and a reminder for the audit are written first: so an event is never forgotten while it
 * is unfinished, and never behind the trailing hand. A callback that its failure still owes is sent before.
 */
export function retrier(world: World): Retrier {
  const { store, dueQueue, now } = world;
  const grace = graceOf(world.longestTimeout, world.visibility);
  const callbacks = callbackSender(world);

  async function retryWhenIdle(key: EventKey, status: Progress['status']): Promise<Changed> {
    const record = await findRemembered(key);
    if (record === undefined) return 'no such event';
    if (record.progress.status !== status) return 'not in this state';
    return open(record, () => retryWhenIdle(key, status));
  }

  async function retry(key: EventKey): Promise<Changed | TooSoon> {
    const record = await findRemembered(key);
    if (record === undefined) return 'no such event';
    const { status, underWayUntil = 0 } = record.progress;
    return status !== 'waiting_execution' && now() < underWayUntil
      ? { tooSoon: underWayUntil }
      : open(record, () => retry(key));
  }

  async function findRemembered(key: EventKey): Promise<EventRecord | undefined> {
    const record = await store.findEvent(key);
    return record === undefined || isForgotten(record.progress, now()) ? undefined : record;
  }

  /** @param again is asked if somebody else has changed the event meanwhile */
  async function open<Answer>(record: EventRecord, again: () => Promise<Answer>): Promise<Changed | Answer> {
    const { event, progress: read } = record;
    if (read.status === 'waiting_execution') {
      if (isReopened(read)) await sendAgain(event, read);
      return 'not in this state';
    }
    if (owesCallback(record)) return callbacks.sendAgain(record).then(again);
    const progress = reopened(read, now());
    await store.keepUntil(record, reopenedExpiresAt(event, now()));
    const at = lookAt(event.key, progress.nextAttemptAt, now(), grace);
    await store.keepReminder(event, { kind: 'look', key: event.key, at });
    if (!(await store.recordUnlessChanged(event, read, progress))) return again();
    await dueQueue.send(nextMessage(event, progress));
    return { event, progress };
  }

  /** Whoever reopened it may have failed before its message was sent. This one comes behind that. */
  async function sendAgain(event: QueuedEvent, progress: Waiting): Promise<void> {
    const handOverAt = afterTheFirst(progress.nextAttemptAt, event.timeout, now());
    await dueQueue.send({ ...nextMessage(event, progress), again: true }, handOverAt);
  }

  return { retry, retryWhenIdle };
}

import { callbackSender } from '../delivery/callback-sender.ts';
import { afterTheFirst } from '../delivery/claim.ts';
import { isCallbackPending } from '../delivery/failure-callback.ts';
import type { Dependencies } from '../dependencies.ts';
import type { QueuedEvent } from '../event/event.ts';
import type { EventKey } from '../event/event-key.ts';
import { isForgotten, reopenedExpiresAt } from '../event/expiry.ts';
import { broughtForward, isRequested, mayHaveStarted, reopened } from '../event/lifecycle.ts';
import { nextMessage } from '../event/message.ts';
import type { Finished, Progress, Waiting } from '../event/progress.ts';
import { graceOf, hasReminder, nextAuditAt, scheduledIfFar } from '../event/reminder-times.ts';
import type { EventRecord } from '../ports.ts';
import type { Changed } from './cancel.ts';

/** The instant before which an event is not tried again, because an attempt from before its cancel may be under way until then. */
type TooSoon = { readonly tooSoon: number };

export type Retrier = {
  /**
   * Makes the next attempt of an event due now. A finished event is opened again with all its tries, unless an attempt from before a cancel may
   * be under way. A waiting event keeps the tries that it has left; if its attempt may have started, it is answered as it is.
   */
  retry(key: EventKey): Promise<EventRecord | 'no such event' | TooSoon>;
  /**
   * Makes the next attempt of an event that was found in this state due: now, at an instant, or as soon as no attempt from before a cancel can be
   * under way. An event that has left the state meanwhile, and a waiting one whose attempt may have started or is due sooner, are left alone:
   * `not in this state`.
   */
  retryWhenIdle(key: EventKey, status: Progress['status'], at?: number): Promise<Changed>;
};

/**
 * Opens finished events again, and brings the next attempt of waiting ones forward. A reminder for the audit is written first, so that the
 * audit finds an event whose message was not sent because the process died. Before it, the expiry of an event that is opened is moved on, and a
 * callback that its failure still owes is sent.
 */
export function retrier(dependencies: Dependencies): Retrier {
  const { store, now } = dependencies;
  const callbacks = callbackSender(dependencies);
  const { leaveReminder, send, sendBehind } = announcer(dependencies);

  async function retryWhenIdle(key: EventKey, status: Progress['status'], at?: number): Promise<Changed> {
    const record = await findRemembered(key);
    if (record === undefined) return 'no such event';
    if (record.progress.status !== status) return 'not in this state';
    return change(record, () => retryWhenIdle(key, status, at), at);
  }

  async function retry(key: EventKey): Promise<EventRecord | 'no such event' | TooSoon> {
    const record = await findRemembered(key);
    if (record === undefined) return 'no such event';
    const { status, underWayUntil = 0 } = record.progress;
    if (status !== 'waiting_execution' && now() < underWayUntil) return { tooSoon: underWayUntil };
    const changed = await change(record, () => retry(key));
    if (changed !== 'not in this state') return changed;
    await sendAgain(record);
    return record;
  }

  async function findRemembered(key: EventKey): Promise<EventRecord | undefined> {
    const record = await store.findEvent(key);
    return record === undefined || isForgotten(record.progress, now()) ? undefined : record;
  }

  /** @param again is asked if somebody else has changed the event meanwhile */
  function change<Answer>(record: EventRecord, again: () => Promise<Answer>, at?: number): Promise<Changed | Answer> {
    const { event, progress } = record;
    return progress.status === 'waiting_execution'
      ? bringForward(event, progress, again, at)
      : open(record, progress, again, at);
  }

  async function open<Answer>(
    record: EventRecord,
    read: Finished,
    again: () => Promise<Answer>,
    at?: number,
  ): Promise<Changed | Answer> {
    if (isCallbackPending(record)) return callbacks.sendAgain(record).then(again);
    const { event } = record;
    const progress = scheduledIfFar(reopened(read, now(), at), now());
    await store.extendExpiry(record, reopenedExpiresAt(event, read, progress.nextAttemptAt));
    await leaveReminder(event, progress);
    if (!(await store.recordUnlessChanged(event, read, progress))) return again();
    await send(event, progress);
    return { event, progress };
  }

  /** Writing may have lasted until the instant at which the attempt starts by itself: then its message comes behind that attempt. */
  async function bringForward<Answer>(
    event: QueuedEvent,
    read: Waiting,
    again: () => Promise<Answer>,
    at?: number,
  ): Promise<Changed | Answer> {
    const earlier = broughtForward(read, now(), at);
    if (earlier === undefined) return 'not in this state';
    const progress = scheduledIfFar(earlier, now());
    await leaveReminder(event, progress);
    if (!(await store.recordUnlessChanged(event, read, progress))) return again();
    if (mayHaveStarted(read, now())) await sendBehind(event, progress);
    else await send(event, progress);
    return { event, progress };
  }

  /** The first request for an attempt may have failed before its message was sent. */
  async function sendAgain({ event, progress }: EventRecord): Promise<void> {
    if (progress.status === 'waiting_execution' && isRequested(progress)) await sendBehind(event, progress);
  }

  return { retry, retryWhenIdle };
}

/** What a retry of many events leaves alone. */
export const leftAloneByRetry = { isUnchanged, isDone };

/** A waiting event is left alone if its attempt is due as soon as at the instant that it would be given. */
function isUnchanged(progress: Progress, now: number, at: number): boolean {
  return progress.status === 'waiting_execution' && broughtForward(progress, now, at) === undefined;
}

/** What has been called since the first request is left alone: a finished event if it was opened again, and has finished since. */
function isDone(progress: Progress, begunAt: number): boolean {
  if (progress.status === 'waiting_execution') return (progress.attempts.at(-1)?.startedAt ?? 0) >= begunAt;
  return progress.triedBefore !== undefined && progress.finishedAt >= begunAt;
}

/** Leaves the reminders and sends the messages of attempts that a client asked for. */
function announcer({ store, dueQueue, now, longestTimeout, visibility }: Dependencies) {
  const grace = graceOf(longestTimeout, visibility);

  /** The reminder of a scheduled attempt has its message sent when it comes due, and is seen by the audit as well. */
  async function leaveReminder(event: QueuedEvent, progress: Waiting): Promise<void> {
    const { key } = event;
    const { nextAttempt: attempt, nextAttemptAt } = progress;
    if (hasReminder(progress)) return store.putReminder(event, { kind: 'attempt', key, attempt, at: nextAttemptAt });
    const at = nextAuditAt(key, nextAttemptAt, now(), grace);
    await store.putReminder(event, { kind: 'audit', key, at });
  }

  async function send(event: QueuedEvent, progress: Waiting): Promise<void> {
    if (!hasReminder(progress)) await dueQueue.send(nextMessage(event, progress));
  }

  async function sendBehind(event: QueuedEvent, progress: Waiting): Promise<void> {
    const handOverAt = afterTheFirst(progress.nextAttemptAt, event.timeout, now());
    await dueQueue.send({ ...nextMessage(event, progress), again: true }, handOverAt);
  }

  return { leaveReminder, send, sendBehind };
}

import { areCallbacksPending } from '../delivery/callback-events.ts';
import { type CallbackSenderDependencies, callbackSender } from '../delivery/callback-sender.ts';
import { afterTheFirst } from '../delivery/claim.ts';
import type { QueuedEvent } from '../event/event.ts';
import type { EventKey } from '../event/event-key.ts';
import { isForgotten, reopenedExpiresAt } from '../event/expiry.ts';
import { broughtForward, isRequested, mayHaveStarted, reopened } from '../event/lifecycle.ts';
import { nextMessage } from '../event/message.ts';
import type { Finished, Progress, Waiting } from '../event/progress.ts';
import { graceOf, hasReminder, nextAuditAt, scheduledIfFar } from '../event/reminder-times.ts';
import type { EventRecord } from '../ports.ts';
import type { Changed } from './canceller.ts';

/**
 * The instant, in epoch milliseconds, before which an event cannot be opened again, because an attempt from before its
 * cancel may be under way until then.
 */
type TooSoon = { readonly tooSoon: number };

export type Retrier = {
  /**
   * Makes the next attempt of an event due now. A finished event is opened again with all its tries, unless an attempt
   * from before a cancel may be under way. A waiting event keeps the tries that it has left. If its attempt may have
   * started, it is returned unchanged.
   */
  retry(key: EventKey): Promise<EventRecord | 'no such event' | TooSoon>;
  /**
   * Makes the next attempt of an event due at the instant `at`, which is now by default, or at the first later instant
   * at which no attempt from before a cancel can be under way. Returns `not in this state`, and changes nothing, if the
   * event no longer has the status, or if it waits and its attempt may have started or is due sooner.
   */
  retryWhenIdle(key: EventKey, status: Progress['status'], at?: number): Promise<Changed>;
};

/**
 * Opens finished events again, and brings the next attempt of waiting events forward. Before an event is opened,
 * callbacks that are pending are sent, and the expiry of the event is moved. Before any change is recorded, an
 * audit reminder or a scheduled attempt is put. If the process then dies before the message is sent, the audit finds
 * the event by that entry.
 */
export function retrier(dependencies: CallbackSenderDependencies): Retrier {
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

  /** @param again Called if another process has changed the event since it was read. Its result is returned instead. */
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
    if (areCallbacksPending(record)) return callbacks.sendAgain(record).then(again);
    const { event } = record;
    const progress = scheduledIfFar(reopened(read, now(), at), now());
    await store.extendExpiry(record, reopenedExpiresAt(event, read, progress.nextAttemptAt));
    await leaveReminder(event, progress);
    if (!(await store.recordUnlessChanged(event, read, progress))) return again();
    await send(event, progress);
    return { event, progress };
  }

  /**
   * Gives a waiting event an earlier instant for its next attempt, and sends a message for that attempt. If the attempt
   * may have started by itself while this was written, the message is handed over only after that call should be
   * recorded, so that two deliverers do not make the attempt at the same time.
   */
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

  /**
   * Sends the message of a requested attempt again, because the first request may have failed before it sent the
   * message.
   */
  async function sendAgain({ event, progress }: EventRecord): Promise<void> {
    if (progress.status === 'waiting_execution' && isRequested(progress)) await sendBehind(event, progress);
  }

  return { retry, retryWhenIdle };
}

/** The rules that say which events a retry of many events leaves alone. */
export const leftAloneByRetry = { isUnchanged, isDone };

/** Whether a waiting event is left alone, because its attempt may have started or is due by the instant `at` anyway. */
function isUnchanged(progress: Progress, now: number, at: number): boolean {
  return progress.status === 'waiting_execution' && broughtForward(progress, now, at) === undefined;
}

/**
 * Whether an event was called since the first request at `begunAt`: its last attempt started since then, or it was
 * opened again and has finished since then.
 */
function isDone(progress: Progress, begunAt: number): boolean {
  if (progress.status === 'waiting_execution') return (progress.attempts.at(-1)?.startedAt ?? 0) >= begunAt;
  return progress.triedBefore !== undefined && progress.finishedAt >= begunAt;
}

/** Puts the reminders and sends the messages of attempts that a client asked for. */
function announcer({ store, dueQueue, now, longestTimeout, visibility }: CallbackSenderDependencies) {
  const grace = graceOf(longestTimeout, visibility);

  /**
   * Puts a scheduled attempt if the attempt is too far away for the due queue, and an audit reminder otherwise. The
   * audit meets both.
   */
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
    await dueQueue.send({ ...nextMessage(event, progress), mayBeDuplicate: true }, handOverAt);
  }

  return { leaveReminder, send, sendBehind };
}

import { WEEK } from '../durations.ts';
import type { QueuedEvent, RetryPolicy } from './event.ts';
import type { EventKey } from './event-key.ts';
import { JITTER, MAX_RETRY_AFTER } from './lifecycle.ts';
import type { Finished, Progress } from './progress.ts';

/**
 * The instant at which the table may delete the event: its longest possible life and the time of its result have
 * passed, and a week in which a fault can be noticed and repaired.
 */
export function expiresAt(event: QueuedEvent): number {
  return event.key.dueAt + longestLife(event);
}

/**
 * The instant at which the table may delete an event that is opened again. It is never before the end of its present
 * result, which stays if the record of the retry fails.
 */
export function reopenedExpiresAt(event: QueuedEvent, { readableUntil }: Finished, nextAttemptAt: number): number {
  return Math.max(expiresAt(event), nextAttemptAt + longestLife(event), readableUntil);
}

/**
 * The new expiry of an unfinished event that has outlived its longest possible life; undefined if the present expiry is
 * late enough.
 */
export function laterExpiry(event: QueuedEvent, now: number): number | undefined {
  return now > expiresAt(event) - WEEK ? now + longestLife(event) : undefined;
}

/**
 * The instant at which the table may delete the progress of an event: a week after the event. An event without its
 * progress would look new and be called again, and DynamoDB deletes expired items days late and in no order.
 */
export function progressExpiresAt(event: QueuedEvent, progress: Progress): number {
  const eventExpiresAt = Math.max(event.key.dueAt, latestInstant(progress)) + longestLife(event);
  return behindItsEvents(Math.max(eventExpiresAt, progress.failureReadableUntil ?? 0));
}

/** The expiry of the progress of an event that expires at an instant. */
export function behindItsEvents(expiresAt: number): number {
  return expiresAt + WEEK;
}

/** The instant at which the table may delete a reminder, which is useless once its event has expired. */
export function reminderExpiresAt(event: QueuedEvent, at: number): number {
  return Math.max(event.key.dueAt, at) + longestLife(event);
}

/** The instant at which the table may delete a cue that is put now. A pause of the queue may last long. */
export function cueExpiresAt(at: number, now: number): number {
  return Math.max(at, now) + WEEK;
}

/**
 * Whether an event may expire before its result: it finished more than a week after it was due, or it failed and
 * failures are kept longer than other results. The expiry that an event gets when it is accepted does not allow for a
 * failure, because most events do not fail.
 */
export function mayOutliveItsEvent({ dueAt }: EventKey, progress: Progress): progress is Finished {
  if (progress.status === 'waiting_execution') return false;
  const isFailureReadableLonger = progress.failureReadableUntil === progress.readableUntil;
  return isFailureReadableLonger || progress.finishedAt - dueAt > WEEK;
}

/** Whether the result of a finished event is no longer readable. The table may still have it. */
export function isForgotten(progress: Progress, now: number): boolean {
  return progress.status !== 'waiting_execution' && progress.readableUntil <= now;
}

function longestLife({ retry, maxTryCount, timeout, keepResultFor }: QueuedEvent): number {
  return maxTryCount * timeout + longestDelays(retry, maxTryCount) + keepResultFor + WEEK;
}

/** The longest time that the delays after a number of tries can take together. A receiver can lengthen each of them. */
function longestDelays({ backoff, delay, maxDelay, delays }: RetryPolicy, tries: number): number {
  const own = delays ?? [backoff === 'fixed' ? delay : maxDelay * (1 + JITTER)];
  const longest = own.slice(0, tries).map((one) => Math.max(one, MAX_RETRY_AFTER));
  const last = longest.at(-1) ?? 0;
  return longest.reduce((sum, one) => sum + one, 0) + (tries - longest.length) * last;
}

function latestInstant(progress: Progress): number {
  if (progress.status !== 'waiting_execution') return progress.finishedAt;
  return Math.max(progress.nextAttemptAt, progress.claim?.startedAt ?? 0);
}

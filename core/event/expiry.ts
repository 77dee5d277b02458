import type { QueuedEvent } from './event.ts';
import type { EventKey } from './event-key.ts';
import { JITTER, MAX_RETRY_AFTER } from './lifecycle.ts';
import type { Finished, Progress } from './progress.ts';

const WEEK = 7 * 86_400_000;

/** When the table may forget the event: after its longest possible life, its result's, and a week to notice and repair. */
export function expiresAt(event: QueuedEvent): number {
  return event.key.dueAt + longestLife(event);
}

/** When the table may forget an event that is tried again. If that comes to nothing, its result is still readable as long as before. */
export function reopenedExpiresAt(event: QueuedEvent, { readableUntil }: Finished, nextAttemptAt: number): number {
  return Math.max(expiresAt(event), nextAttemptAt + longestLife(event), readableUntil);
}

/** The expiry of an event that is unfinished past its longest possible life; undefined as long as its own will do. */
export function laterExpiry(event: QueuedEvent, now: number): number | undefined {
  return now > expiresAt(event) - WEEK ? now + longestLife(event) : undefined;
}

/**
 * A week behind its event's, however late that one still is: an event whose progress was forgotten would look new, and DynamoDB
 * takes days to delete what has expired, in no order.
 */
export function progressExpiresAt(event: QueuedEvent, progress: Progress): number {
  const eventExpiresAt = Math.max(event.key.dueAt, latestInstant(progress)) + longestLife(event);
  return behindItsEvents(Math.max(eventExpiresAt, progress.failureReadableUntil ?? 0));
}

/** When the table may forget the progress of an event that it may forget at an instant. */
export function behindItsEvents(expiresAt: number): number {
  return expiresAt + WEEK;
}

/** A reminder is of use as long as its event is. */
export function reminderExpiresAt(event: QueuedEvent, at: number): number {
  return Math.max(event.key.dueAt, at) + longestLife(event);
}

/**
 * Whether an event may expire before its result: it finished long after it was due, or it failed and failures are kept longer. Nobody knows
 * when an event is accepted that it will fail, and most do not: so its own expiry does not count on that.
 */
export function mayOutliveItsEvent({ dueAt }: EventKey, progress: Progress): progress is Finished {
  if (progress.status === 'waiting_execution') return false;
  const isFailureKeptLonger = progress.failureReadableUntil === progress.readableUntil;
  return isFailureKeptLonger || progress.finishedAt - dueAt > WEEK;
}

/** Whether the result of a finished event was kept as long as its publisher wanted. The table may still have it. */
export function isForgotten(progress: Progress, now: number): boolean {
  return progress.status !== 'waiting_execution' && progress.readableUntil <= now;
}

function longestLife({ retry, maxTryCount, timeout, keepResultFor }: QueuedEvent): number {
  const longestOwn = retry.backoff === 'fixed' ? retry.delay : retry.maxDelay * (1 + JITTER);
  return maxTryCount * (timeout + Math.max(longestOwn, MAX_RETRY_AFTER)) + keepResultFor + WEEK;
}

function latestInstant(progress: Progress): number {
  if (progress.status !== 'waiting_execution') return progress.finishedAt;
  return Math.max(progress.nextAttemptAt, progress.claim?.startedAt ?? 0);
}

import { MINUTE } from '../durations.ts';
import type { EventKey } from './event-key.ts';
import { isRequested } from './lifecycle.ts';
import type { Waiting } from './progress.ts';

/**
 * The longest delay of a retry that the due queue gets; later retries get a scheduled attempt. The due queue delays
 * messages by 15 minutes at most, and a second message comes minutes behind the first.
 */
const LONGEST_DELAY = 10 * MINUTE;
/**
 * The longest delay of an attempt that a client asked for that the due queue gets. It is longer than that of a retry,
 * because no second message follows unless the client repeats its request.
 */
const LONGEST_REQUESTED_DELAY = 15 * MINUTE;
const LEAST_GRACE = 10 * MINUTE;

/**
 * The grace, in milliseconds: the time after its instant within which an attempt is finished if nothing is wrong.
 *
 * @param longestTimeout The longest timeout that an event can have, in milliseconds.
 * @param visibility The time, in milliseconds, after which the due queue hands a message over again that was not
 *   acknowledged.
 */
export function graceOf(longestTimeout: number, visibility: number): number {
  return Math.max(LEAST_GRACE, visibility + longestTimeout + MINUTE);
}

/**
 * The latest instant of the audit reminder of an unfinished event that has one by now, if its next attempt is no
 * scheduled one.
 */
export function lastAuditAt(now: number, grace: number): number {
  return now + LONGEST_REQUESTED_DELAY + grace;
}

/**
 * The instant of the next audit reminder of an unfinished event. It lies on a grid of the event's own with steps of one
 * grace, so that two audits at about the same time leave one reminder. It lies after the pending attempt, so that it
 * never replaces a scheduled attempt.
 */
export function nextAuditAt(key: EventKey, pendingSince: number, now: number, grace: number): number {
  const phase = phaseOf(key, grace);
  return Math.floor((Math.max(now, pendingSince) - phase) / grace) * grace + phase + grace;
}

/**
 * Whether the next attempt is a scheduled one, because it was too far away for the due queue when its instant was set.
 */
export function hasReminder(progress: Waiting): boolean {
  if (isRequested(progress)) return progress.scheduled === true;
  const last = progress.attempts.at(-1);
  return last !== undefined && progress.nextAttemptAt - (last.startedAt + last.duration) > LONGEST_DELAY;
}

/**
 * The progress of an event whose next attempt a client has just asked for, marked as scheduled if the attempt is too
 * far away for the due queue.
 */
export function scheduledIfFar(progress: Waiting, now: number): Waiting {
  return progress.nextAttemptAt - now > LONGEST_REQUESTED_DELAY ? { ...progress, scheduled: true } : progress;
}

function phaseOf({ uuid }: EventKey, grace: number): number {
  return Number.parseInt(uuid.slice(-8), 16) % grace;
}

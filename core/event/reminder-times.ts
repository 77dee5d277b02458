import type { EventKey } from './event-key.ts';
import { isRequested } from './lifecycle.ts';
import type { Waiting } from './progress.ts';

const MINUTE = 60_000;
/** The due queue waits 15 minutes at most, and a second message comes minutes behind the first: a later attempt is left to a reminder. */
const LONGEST_DELAY = 10 * MINUTE;
/** A client may ask for an attempt this far ahead without a reminder: only if its request is repeated, a second message follows. */
const LONGEST_REQUESTED_DELAY = 15 * MINUTE;
const LEAST_GRACE = 10 * MINUTE;

/**
 * How long after its instant an attempt must be finished, if nothing is wrong.
 *
 * @param visibility how long the due queue waits for a deliverer before it hands the message to another
 */
export function graceOf(longestTimeout: number, visibility: number): number {
  return Math.max(LEAST_GRACE, visibility + longestTimeout + MINUTE);
}

/** Until when an unfinished event is looked at again, if it has been before and its next attempt has no entry of its own. */
export function lastAuditAt(now: number, grace: number): number {
  return now + LONGEST_REQUESTED_DELAY + grace;
}

/**
 * When the audit looks at an unfinished event again: on a grid of the event's own, so that two audits at about the same time
 * leave one reminder; and behind what is owed, so that it never takes the place of that one's reminder.
 */
export function nextAuditAt(key: EventKey, pendingSince: number, now: number, grace: number): number {
  const phase = phaseOf(key, grace);
  return Math.floor((Math.max(now, pendingSince) - phase) / grace) * grace + phase + grace;
}

/** Whether the next attempt has an entry of its own: its instant was further away than the due queue can wait when it was set. */
export function hasReminder(progress: Waiting): boolean {
  if (isRequested(progress)) return progress.scheduled === true;
  const last = progress.attempts.at(-1);
  return last !== undefined && progress.nextAttemptAt - (last.startedAt + last.duration) > LONGEST_DELAY;
}

/** The progress of an event whose next attempt a client asked for now, with the mark of an attempt that needs an entry of its own. */
export function scheduledIfFar(progress: Waiting, now: number): Waiting {
  return progress.nextAttemptAt - now > LONGEST_REQUESTED_DELAY ? { ...progress, scheduled: true } : progress;
}

function phaseOf({ uuid }: EventKey, grace: number): number {
  return Number.parseInt(uuid.slice(-8), 16) % grace;
}

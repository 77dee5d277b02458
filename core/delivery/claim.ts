import type { Dependencies } from '../dependencies.ts';
import { MINUTE, SECOND } from '../durations.ts';
import type { QueuedEvent } from '../event/event.ts';
import { type Call, isRequested } from '../event/lifecycle.ts';
import type { Received } from '../event/message.ts';
import { mayHaveBeenDropped, type Pause } from '../event/pause.ts';
import type { Claim, Progress, Waiting } from '../event/progress.ts';
import type { EventRecord } from '../ports.ts';

/**
 * The lateness of a message, in milliseconds, beyond which the audit may send another message before the call is
 * recorded.
 */
const LATE = 5 * MINUTE;
/**
 * The lateness of a first message, in milliseconds, beyond which it can overlap the message that a repeated request
 * sent.
 */
const LATE_FOR_REPEATED = 2 * SECOND;
/**
 * The longest timeout, in milliseconds, of a call that may be made without a claim. A second message is held back until
 * such a call is recorded, and SQS holds no message back for more than 15 minutes, so calls with a longer timeout are
 * always claimed.
 */
const LONG = 4 * MINUTE;
/**
 * The time, in milliseconds, that a claim lasts beyond the timeout of its call. A deliverer that has not recorded the
 * call by then is taken for dead.
 */
const MARGIN = 30 * SECOND;
/** The time, in milliseconds, within which an attempt is usually recorded after the end of its call. */
const RECORDED_WITHIN = 5 * SECOND;

type Instance = Pick<Dependencies, 'instance' | 'isAlone'>;

/**
 * Whether a message was handed over before or may be a duplicate. That does not prove that a deliverer died, because
 * the due queue also counts a hand-over that was throttled.
 */
export function isRepeated({ receiveCount, mayBeDuplicate }: Received): boolean {
  return receiveCount > 1 || mayBeDuplicate === true;
}

/**
 * Whether another deliverer may be at the attempt of a message, so that the attempt must be claimed. All other attempts
 * are not claimed, because a claim costs a write.
 */
export function mayBeContested(
  message: Received,
  { event, progress }: EventRecord,
  now: number,
  { visibility, isAlone }: Pick<Dependencies, 'visibility' | 'isAlone'>,
  pause: Pause | undefined,
): boolean {
  const late = now - message.at;
  if (isRepeated(message) || late > LATE || event.timeout > LONG) return true;
  if (mayHaveBeenDropped(message.at, pause)) return true;
  // If the due queue handed the message over at its instant, it may hand it to another deliverer before this call is
  // recorded.
  if (!isAlone && late + event.timeout + RECORDED_WITHIN > visibility) return true;
  return mayHaveBeenSentAgain(event, progress) && late > LATE_FOR_REPEATED;
}

/**
 * Whether a client that repeated its request, to publish or to retry, may have had a second message sent for the next
 * attempt.
 */
function mayHaveBeenSentAgain({ deduplicationId }: QueuedEvent, progress: Progress): boolean {
  return isRequested(progress) || (deduplicationId !== undefined && progress.tryCount === 0);
}

/**
 * The instant, in epoch milliseconds, at which a second message for an attempt is handed over. A deliverer that got the
 * first message at its instant and did not claim the attempt has recorded its call by then.
 */
export function afterTheFirst(at: number, timeout: number, now: number): number {
  return Math.max(at, now) + Math.min(timeout, LONG) + RECORDED_WITHIN;
}

/** The progress of an event with the claim of a deliverer on the next attempt. */
export function withClaim(event: QueuedEvent, read: Waiting, by: string, now: number): Waiting {
  const claim = { attempt: read.nextAttempt, by, startedAt: now, until: now + event.timeout + MARGIN };
  return { ...read, version: read.version + 1, claim };
}

/**
 * The claim on the attempt that a message names. Undefined if there is none, or if the progress has a claim on another
 * attempt, which was withdrawn when the event was cancelled.
 */
export function claimOf({ attempt }: Pick<Received, 'attempt'>, { claim }: Progress): Claim | undefined {
  return claim?.attempt === attempt ? claim : undefined;
}

/** The progress of an event without the claim of a deliverer that made no call. */
export function withoutClaim({ claim, ...progress }: Progress): Progress {
  return { ...progress, version: progress.version + 1 };
}

/** Whether a claim still lasts. The claim of another process is over at once if this process is alone. */
export function isLive({ by, until }: Claim, now: number, { instance, isAlone }: Instance): boolean {
  return now < until && (by === instance || !isAlone);
}

/** The call of a deliverer that claimed an attempt and died. It counts as ended now. */
export function crashedCall({ startedAt }: Claim, now: number): Call {
  const error = 'The process that made the call died. What the receiver did is unknown.';
  return { startedAt, endedAt: now, result: { outcome: 'crashed', error } };
}

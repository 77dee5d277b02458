import type { Dependencies } from '../dependencies.ts';
import type { QueuedEvent } from '../event/event.ts';
import { type Call, isRequested } from '../event/lifecycle.ts';
import type { Received } from '../event/message.ts';
import { mayHaveBeenDropped, type Pause } from '../event/pause.ts';
import type { Claim, Progress, Waiting } from '../event/progress.ts';
import type { EventRecord } from '../ports.ts';

/** Later than this, the audit may send another message before the call has been recorded. */
const LATE = 300_000;
/** So much later than its instant a first message may meet the second one, which was sent for a repeated request. */
const LATE_FOR_REPEATED = 2_000;
type Instance = Pick<Dependencies, 'instance' | 'isAlone'>;

/** A call this long may outlast what the due queue waits for its deliverer. */
const LONG = 240_000;
/** Added to a call's timeout: a deliverer that has not recorded it by then is dead. */
const MARGIN = 30_000;
/** After the end of its call an attempt is usually recorded. */
const RECORDED_WITHIN = 5_000;

/** Whether the due queue handed a message over before. That alone proves nothing: being throttled raises the count too. */
export function isRepeated({ receiveCount, again }: Received): boolean {
  return receiveCount > 1 || again === true;
}

/** Claiming costs a write, so it is done only where another deliverer may be at the same attempt. */
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
  // If it was taken from the due queue at its instant, another may be handed the message before this call has been recorded.
  if (!isAlone && late + event.timeout + RECORDED_WITHIN > visibility) return true;
  return mayHaveBeenSentAgain(event, progress) && late > LATE_FOR_REPEATED;
}

/** By whoever repeated the request that asked for this attempt: see publish and retry. */
function mayHaveBeenSentAgain({ deduplicationId }: QueuedEvent, progress: Progress): boolean {
  return isRequested(progress) || (deduplicationId !== undefined && progress.tryCount === 0);
}

/** When a message is handed over that may be a second one: whoever got the first, and claimed nothing, has recorded its call by then. */
export function afterTheFirst(at: number, timeout: number, now: number): number {
  return Math.max(at, now) + Math.min(timeout, LONG) + RECORDED_WITHIN;
}

/** The progress in which a deliverer says that it makes the next attempt. */
export function withClaim(event: QueuedEvent, read: Waiting, by: string, now: number): Waiting {
  const claim = { attempt: read.nextAttempt, by, startedAt: now, until: now + event.timeout + MARGIN };
  return { ...read, version: read.version + 1, claim };
}

/** The claim of the attempt that a message names. A progress may have that of another one, which was withdrawn when its event was cancelled. */
export function claimOf({ attempt }: Pick<Received, 'attempt'>, { claim }: Progress): Claim | undefined {
  return claim?.attempt === attempt ? claim : undefined;
}

/** The progress in which a deliverer takes its claim back, because it made no call. */
export function withoutClaim({ claim, ...progress }: Progress): Progress {
  return { ...progress, version: progress.version + 1 };
}

export function isLive({ by, until }: Claim, now: number, { instance, isAlone }: Instance): boolean {
  return now < until && (by === instance || !isAlone);
}

/** The call of a deliverer that claimed it and died. */
export function crashedCall({ startedAt }: Claim, now: number): Call {
  const error = 'The process that made the call died. What the receiver did is unknown.';
  return { startedAt, endedAt: now, result: { outcome: 'crashed', error } };
}

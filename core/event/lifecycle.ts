import { HOUR, SECOND } from '../durations.ts';
import { callbackMark } from './callback-key.ts';
import type { QueuedEvent, RetryPolicy } from './event.ts';
import { excerptOf, withLatestExcerpts } from './excerpt.ts';
import type { Answer, Attempt, CallResult, Crashed, EndedBecause, Finished, Progress, Waiting } from './progress.ts';
import { retryAfterOf } from './retry-after.ts';

/** The longest time that a receiver can put off the next attempt, in milliseconds. */
export const MAX_RETRY_AFTER = HOUR;
/** The part by which an exponential delay is shortened or lengthened at most. */
export const JITTER = 0.2;
const LISTED_AT_EACH_END = 10;
/** The time, in milliseconds, within which an attempt is recorded after the longest time that its call may take. */
const RECORDED_WITHIN = SECOND;
/**
 * An attempt that is due within this time, in milliseconds, is not brought forward, because it may start while the
 * change is written, or on a machine whose clock is ahead.
 */
const STARTS_BY_ITSELF = SECOND;
const GONE = 410;
const STOP_HEADER = 'event-queue-stop';

/** The progress of an event of which nothing has been recorded yet. */
export function firstProgress(event: QueuedEvent): Waiting {
  return {
    status: 'waiting_execution',
    version: 0,
    tryCount: 0,
    attempts: [],
    nextAttempt: 1,
    nextAttemptAt: event.key.dueAt,
  };
}

/** A call that has ended, or that of a deliverer that died in it. Instants are epoch milliseconds. */
export type Call = { readonly startedAt: number; readonly endedAt: number; readonly result: CallResult | Crashed };

/**
 * The progress after the pending attempt of an event has ended: a success, a later retry, or the end.
 *
 * @param chance A random number, evenly distributed over [0, 1), that spreads exponential retries.
 */
export function settle(event: QueuedEvent, progress: Waiting, call: Call, chance: number): Progress {
  const history = {
    version: progress.version + 1,
    tryCount: progress.tryCount + 1,
    ...triedBefore(progress),
    ...failureReadableUntil(progress),
    ...repeatedRequests(progress, call.result),
    attempts: withAttempt(progress.attempts, attemptOf(progress.nextAttempt, progress.nextAttemptAt, call)),
    ...lastAnswer(progress, call.result),
  };
  if (succeeded(call.result)) {
    const ended = { ...history, status: 'success' as const, ...finishedAt(call.endedAt, event.keepResultFor) };
    return { ...ended, ...callbackMark(event, ended) };
  }

  const failed = { ...history, status: 'failed' as const, ...failedAt(call.endedAt, event) };
  const ended = { ...failed, ...callbackMark(event, failed) };
  const endedBecause = reasonToEnd(call.result);
  if (endedBecause !== undefined) return { ...ended, endedBecause };
  if (triesLeft(event, history) <= 0) return ended;

  const delay = Math.max(retryDelay(event.retry, triedSince(history), chance), askedDelay(call));
  return {
    ...history,
    status: 'waiting_execution',
    nextAttempt: progress.nextAttempt + 1,
    nextAttemptAt: call.endedAt + delay,
  };
}

/**
 * The progress of an event that is cancelled, of which no attempt starts any more. If the instant of its attempt has
 * come, that attempt may be under way for as long as the event's timeout.
 */
export function cancelled(event: QueuedEvent, progress: Waiting, now: number): Finished {
  const { nextAttempt, nextAttemptAt, broughtForward, scheduled, ...history } = progress;
  return {
    ...history,
    version: history.version + 1,
    status: 'cancelled',
    withdrawnAttempt: nextAttempt,
    ...(nextAttemptAt <= now && { underWayUntil: now + event.timeout }),
    ...finishedAt(now, event.keepResultFor),
  };
}

/**
 * The progress of a finished event that is opened again, with as many tries as it had at first. Its attempts continue
 * the numbering.
 *
 * @param at The earliest instant of the next attempt. The attempt is later if one from before a cancel may be under way
 *   until then.
 */
export function reopened(progress: Finished, now: number, at = now): Waiting {
  const {
    finishedAt: _,
    readableUntil,
    endedBecause,
    overlapsWith,
    callbackPending,
    withdrawnAttempt,
    repeatedRequests,
    ...history
  } = progress;
  const lastNumber = withdrawnAttempt ?? history.attempts.at(-1)?.number ?? 0;
  return {
    ...history,
    status: 'waiting_execution',
    version: history.version + 1,
    triedBefore: history.tryCount,
    nextAttempt: lastNumber + 1,
    nextAttemptAt: Math.max(at, idleFrom(history, now)),
  };
}

/**
 * The progress of a waiting event whose next attempt is brought forward to an instant, or to the first later one at
 * which no attempt from before a cancel can be under way. The attempt keeps its number. Undefined if the attempt may
 * have started, or is due by then anyway.
 */
export function broughtForward({ scheduled, ...progress }: Waiting, now: number, at = now): Waiting | undefined {
  const nextAttemptAt = Math.max(at, idleFrom(progress, now));
  if (mayHaveStarted(progress, nextAttemptAt)) return undefined;
  return { ...progress, version: progress.version + 1, nextAttemptAt, broughtForward: true };
}

/**
 * Whether the next attempt may have started by an instant, because it is due within a second or a deliverer has claimed
 * it.
 */
export function mayHaveStarted({ nextAttempt, nextAttemptAt, claim }: Waiting, now: number): boolean {
  const isClaimed = claim?.attempt === nextAttempt && now < claim.until;
  return isClaimed || nextAttemptAt - STARTS_BY_ITSELF <= now;
}

/** The first instant at which no attempt from before a cancel can be under way. */
function idleFrom({ underWayUntil = 0 }: Pick<Progress, 'underWayUntil'>, now: number): number {
  return now < underWayUntil ? underWayUntil + RECORDED_WITHIN : now;
}

/**
 * The number of requests that an event may still make. A request that an attempt sent twice counts as two, so that the
 * receiver never sees more requests than the event has tries.
 */
export function triesLeft(event: QueuedEvent, history: Tried): number {
  return event.maxTryCount - triedSince(history) - (history.repeatedRequests ?? 0);
}

/** Whether an event was opened again by a retry, and no attempt has ended since. */
export function isReopened({ triedBefore, tryCount }: Progress): boolean {
  return triedBefore === tryCount;
}

/**
 * Whether a client asked for the next attempt by a retry. Such an attempt has no entry in its shard unless it is
 * scheduled, and a client that repeats its request sends a second message for it.
 */
export function isRequested(progress: Progress): boolean {
  return isReopened(progress) || (progress.status === 'waiting_execution' && progress.broughtForward === true);
}

/** The instant from which the next attempt or the callbacks of an event are pending; undefined if neither are. */
export function pendingSince(progress: Progress): number | undefined {
  if (progress.status === 'waiting_execution') return progress.nextAttemptAt;
  return progress.callbackPending ? progress.finishedAt : undefined;
}

/**
 * The delay, in milliseconds, from the end of a failed attempt to the next attempt.
 *
 * @param failed The number of failed attempts, including the latest.
 * @param chance A random number, evenly distributed over [0, 1).
 */
export function retryDelay(retry: RetryPolicy, failed: number, chance: number): number {
  if (retry.delays !== undefined) return retry.delays[failed - 1] ?? retry.delays.at(-1) ?? retry.delay;
  if (retry.backoff === 'fixed') return retry.delay;
  const grown = Math.min(retry.maxDelay, retry.delay * 2 ** (failed - 1));
  return Math.round(grown * (1 - JITTER + 2 * JITTER * chance));
}

/** The time, in milliseconds, for which an event stays readable after it failed for good. */
export function failureReadableFor({ keepResultFor, keepFailedFor, defaultKeepFailedFor }: QueuedEvent): number {
  return keepFailedFor ?? defaultKeepFailedFor ?? keepResultFor;
}

/** Whether the result of an attempt makes its event a success. */
export function succeeded(result: Call['result']): boolean {
  return result.outcome === 'answered' && result.answer.statusCode < 300;
}

/** The reason why no further attempt can help; undefined if one may. */
function reasonToEnd(result: Call['result']): EndedBecause | undefined {
  if (result.outcome === 'blocked') return 'blocked';
  return result.outcome === 'answered' && wantsNoMore(result.answer) ? 'stopped_by_receiver' : undefined;
}

/** Whether a receiver asks for no more calls, by the status 410 or by the header `event-queue-stop: true`. */
function wantsNoMore({ statusCode, headers }: Answer): boolean {
  const stop = headers.find(([name]) => name === STOP_HEADER)?.[1] ?? '';
  return statusCode === GONE || stop.trim().toLowerCase() === 'true';
}

/**
 * The history's record of an attempt.
 *
 * @param at The instant at which the attempt was due. It is later than the call if it comes from a message that was
 *   sent before the attempt was brought forward; then the attempt is not late.
 */
export function attemptOf(number: number, at: number, { startedAt, endedAt, result }: Call): Attempt {
  return {
    number,
    startedAt,
    late: Math.max(0, startedAt - at),
    duration: endedAt - startedAt,
    outcome: result.outcome,
    ...(result.outcome === 'answered' ? { statusCode: result.answer.statusCode } : { error: result.error }),
    ...(wentOutTwice(result) && { requests: 2 as const }),
    ...excerptOfFailure(result),
  };
}

function excerptOfFailure(result: Call['result']): Pick<Attempt, 'excerpt'> {
  const excerpt = result.outcome === 'answered' && !succeeded(result) ? excerptOf(result.answer) : undefined;
  return excerpt === undefined ? {} : { excerpt };
}

/** The history with one more attempt, in the order of the numbers. It keeps the first ten and the last ten attempts. */
export function withAttempt(attempts: readonly Attempt[], attempt: Attempt): readonly Attempt[] {
  const all = [...attempts, attempt].sort((one, other) => one.number - other.number);
  return withLatestExcerpts(all.length <= 2 * LISTED_AT_EACH_END ? all : all.toSpliced(LISTED_AT_EACH_END, 1));
}

/**
 * Whether an attempt of this number stands between the first ten and the last ten, so that the history does not keep
 * it.
 */
export function isLeftOut(attempts: readonly Attempt[], number: number): boolean {
  const [last, next] = attempts.slice(LISTED_AT_EACH_END - 1, LISTED_AT_EACH_END + 1);
  const isFull = attempts.length === 2 * LISTED_AT_EACH_END;
  return isFull && last !== undefined && next !== undefined && last.number < number && number < next.number;
}

type Tried = Pick<Progress, 'tryCount' | 'triedBefore' | 'repeatedRequests'>;

/** The number of attempts that have ended since the event was last opened again, or since it was published. */
function triedSince({ tryCount, triedBefore = 0 }: Tried): number {
  return tryCount - triedBefore;
}

function triedBefore({ triedBefore: count }: Progress): { triedBefore?: number } {
  return count === undefined ? {} : { triedBefore: count };
}

function failureReadableUntil({ failureReadableUntil: until }: Progress): { failureReadableUntil?: number } {
  return until === undefined ? {} : { failureReadableUntil: until };
}

function repeatedRequests(
  { repeatedRequests: count = 0 }: Progress,
  result: Call['result'],
): Pick<Tried, 'repeatedRequests'> {
  const now = count + (wentOutTwice(result) ? 1 : 0);
  return now === 0 ? {} : { repeatedRequests: now };
}

function wentOutTwice(result: Call['result']): boolean {
  return result.outcome !== 'crashed' && result.requests === 2;
}

function lastAnswer(progress: Waiting, result: Call['result']): { lastAnswer?: Answer } {
  if (result.outcome === 'answered') return { lastAnswer: result.answer };
  return progress.lastAnswer ? { lastAnswer: progress.lastAnswer } : {};
}

/** The fields that say when an event finished and until when it is readable. */
export function finishedAt(instant: number, readableFor: number): Pick<Finished, 'finishedAt' | 'readableUntil'> {
  return { finishedAt: instant, readableUntil: instant + readableFor };
}

/** The fields that say when an event failed for good and until when it is readable. */
function failedAt(instant: number, event: QueuedEvent) {
  const failed = finishedAt(instant, failureReadableFor(event));
  const isReadableLonger = failureReadableFor(event) > event.keepResultFor;
  return { ...failed, ...(isReadableLonger && { failureReadableUntil: failed.readableUntil }) };
}

/** The delay, in milliseconds, that the receiver asked for with a `Retry-After` header; 0 if it asked for none. */
function askedDelay({ result, endedAt }: Call): number {
  if (result.outcome !== 'answered') return 0;
  return Math.min(retryAfterOf(result.answer.headers, endedAt), MAX_RETRY_AFTER);
}

import type { QueuedEvent, RetryPolicy } from './event.ts';
import type { Answer, Attempt, CallResult, Crashed, EndedBecause, Finished, Progress, Waiting } from './progress.ts';
import { retryAfterOf } from './retry-after.ts';

export const MAX_RETRY_AFTER = 3_600_000;
export const JITTER = 0.2;
const KEPT_AT_EACH_END = 10;
/** An attempt that was under way when its event was cancelled is recorded so soon after the longest time that its call may have taken. */
const RECORDED_WITHIN = 1_000;
/** An attempt is not brought forward that starts by itself within this: it may start while the change is written, or by a clock that is ahead. */
const STARTS_BY_ITSELF = 1_000;
const GONE = 410;
const STOP_HEADER = 'event-queue-stop';

/** What is true of an event of which nothing has been recorded yet. */
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

export type Call = { readonly startedAt: number; readonly endedAt: number; readonly result: CallResult | Crashed };

/**
 * The progress after an attempt: success, a later retry, or the end.
 *
 * @param chance drawn evenly from [0, 1); spreads exponential retries
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
  if (succeeded(call.result))
    return { ...history, status: 'success', ...finishedAt(call.endedAt, event.keepResultFor) };

  const ended = {
    ...history,
    status: 'max_try_count_reached' as const,
    ...failedAt(call.endedAt, event),
    ...(event.failureUrl !== undefined && { callbackOwed: true as const }),
  };
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

/** No attempt starts from now on. One whose instant has come may be under way, for as long as a call of the event may take. */
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
 * The progress of an event that is tried again, with as many tries as it had at first. The numbers of its attempts go on.
 *
 * @param at the earliest instant of the next attempt, which is later if an attempt from before may be under way until then
 */
export function reopened(progress: Finished, now: number, at = now): Waiting {
  const {
    finishedAt: _,
    readableUntil,
    endedBecause,
    callbackOwed,
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
 * The progress of a waiting event whose next attempt is brought forward: to an instant, or to the moment from which no attempt from before a
 * cancel can be under way. The attempt keeps its number. Undefined if the attempt may have started, or is not due later than that.
 */
export function broughtForward({ scheduled, ...progress }: Waiting, now: number, at = now): Waiting | undefined {
  const nextAttemptAt = Math.max(at, idleFrom(progress, now));
  if (mayHaveStarted(progress, nextAttemptAt)) return undefined;
  return { ...progress, version: progress.version + 1, nextAttemptAt, broughtForward: true };
}

/** Whether the next attempt may have started by an instant: it is due, or a deliverer has claimed it. */
export function mayHaveStarted({ nextAttempt, nextAttemptAt, claim }: Waiting, now: number): boolean {
  const isClaimed = claim?.attempt === nextAttempt && now < claim.until;
  return isClaimed || nextAttemptAt - STARTS_BY_ITSELF <= now;
}

/** The first instant at which no attempt from before a cancel can be under way. */
function idleFrom({ underWayUntil = 0 }: Pick<Progress, 'underWayUntil'>, now: number): number {
  return now < underWayUntil ? underWayUntil + RECORDED_WITHIN : now;
}

/** How many more requests an event may make. One that an attempt sent twice counts twice, so that its receiver sees no more of them than it has tries. */
export function triesLeft(event: QueuedEvent, history: Tried): number {
  return event.maxTryCount - triedSince(history) - (history.repeatedRequests ?? 0);
}

/** Whether it was asked to be tried again, and has not been since. */
export function isReopened({ triedBefore, tryCount }: Progress): boolean {
  return triedBefore === tryCount;
}

/**
 * Whether a client asked for the next attempt, by a retry. The instant of such an attempt has no entry of its own in the shard unless it is
 * scheduled, and a client that repeated its request may have sent a second message.
 */
export function isRequested(progress: Progress): boolean {
  return isReopened(progress) || (progress.status === 'waiting_execution' && progress.broughtForward === true);
}

/** Since when something is owed for an event, be it an attempt or word of its failure; undefined if nothing is. */
export function pendingSince(progress: Progress): number | undefined {
  if (progress.status === 'waiting_execution') return progress.nextAttemptAt;
  return progress.callbackOwed ? progress.finishedAt : undefined;
}

/** Milliseconds from the end of a failed attempt to the next; `failed` counts the failed attempts, the latest included. */
export function retryDelay(retry: RetryPolicy, failed: number, chance: number): number {
  if (retry.backoff === 'fixed') return retry.delay;
  const grown = Math.min(retry.maxDelay, retry.delay * 2 ** (failed - 1));
  return Math.round(grown * (1 - JITTER + 2 * JITTER * chance));
}

/** How long the event stays readable after it failed for good. */
export function failureKeptFor({ keepResultFor, keepFailedFor, defaultKeepFailedFor }: QueuedEvent): number {
  return keepFailedFor ?? defaultKeepFailedFor ?? keepResultFor;
}

/** Whether an attempt that was so answered makes its event a success. */
export function succeeded(result: Call['result']): boolean {
  return result.outcome === 'answered' && result.answer.statusCode < 300;
}

/** Why no further attempt can help, if so. */
function reasonToEnd(result: Call['result']): EndedBecause | undefined {
  if (result.outcome === 'blocked') return 'blocked';
  return result.outcome === 'answered' && wantsNoMore(result.answer) ? 'stopped_by_receiver' : undefined;
}

/** By a status that says that there is nothing here any more, or in so many words. */
function wantsNoMore({ statusCode, headers }: Answer): boolean {
  const stop = headers.find(([name]) => name === STOP_HEADER)?.[1] ?? '';
  return statusCode === GONE || stop.trim().toLowerCase() === 'true';
}

/**
 * The attempt of a number that was owed at an instant, as it stands in the history. The instant may be that of a message from before the
 * attempt was brought forward: then it is later than the call.
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
  };
}

/** The attempts with one more, in the order of their numbers: the first ten and the last ten of them. */
export function withAttempt(attempts: readonly Attempt[], attempt: Attempt): readonly Attempt[] {
  const all = [...attempts, attempt].sort((one, other) => one.number - other.number);
  return all.length <= 2 * KEPT_AT_EACH_END ? all : all.toSpliced(KEPT_AT_EACH_END, 1);
}

/** Whether an attempt of this number would be one of those between the first ten and the last ten, which are not kept. */
export function isBetweenKept(attempts: readonly Attempt[], number: number): boolean {
  const [last, next] = attempts.slice(KEPT_AT_EACH_END - 1, KEPT_AT_EACH_END + 1);
  const isFull = attempts.length === 2 * KEPT_AT_EACH_END;
  return isFull && last !== undefined && next !== undefined && last.number < number && number < next.number;
}

type Tried = Pick<Progress, 'tryCount' | 'triedBefore' | 'repeatedRequests'>;

/** How many attempts have ended since an event was last asked to be tried again. */
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

/** When an event finished, and until when it can be read. */
export function finishedAt(instant: number, keptFor: number): Pick<Finished, 'finishedAt' | 'readableUntil'> {
  return { finishedAt: instant, readableUntil: instant + keptFor };
}

/** When an event failed, and until when it can be read. */
function failedAt(instant: number, event: QueuedEvent) {
  const failed = finishedAt(instant, failureKeptFor(event));
  const isKeptLonger = failureKeptFor(event) > event.keepResultFor;
  return { ...failed, ...(isKeptLonger && { failureReadableUntil: failed.readableUntil }) };
}

/** How much later the receiver asked to be called again. */
function askedDelay({ result, endedAt }: Call): number {
  if (result.outcome !== 'answered') return 0;
  return Math.min(retryAfterOf(result.answer.headers, endedAt), MAX_RETRY_AFTER);
}

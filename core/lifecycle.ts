import type { QueuedEvent, RetryPolicy } from './event.ts';
import type { Answer, Attempt, CallResult, Crashed, EndedBecause, Finished, Progress, Waiting } from './progress.ts';
import { retryAfterOf } from './retry-after.ts';

const WEEK = 7 * 86_400_000;
const MAX_RETRY_AFTER = 3_600_000;
const JITTER = 0.2;
const KEPT_AT_EACH_END = 10;

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
    attempts: withAttempt(progress.attempts, attemptOf(progress, call)),
    ...lastAnswer(progress, call.result),
  };
  if (succeeded(call.result)) return { ...history, status: 'success', ...finishedAt(call.endedAt, event) };

  const ended = { ...history, status: 'max_try_count_reached' as const, ...finishedAt(call.endedAt, event) };
  const endedBecause = reasonToEnd(call.result);
  if (endedBecause !== undefined) return { ...ended, endedBecause };
  if (history.tryCount >= event.maxTryCount) return ended;

  const delay = Math.max(retryDelay(event.retry, history.tryCount, chance), askedDelay(call));
  return {
    ...history,
    status: 'waiting_execution',
    nextAttempt: progress.nextAttempt + 1,
    nextAttemptAt: call.endedAt + delay,
  };
}

/** Milliseconds from the end of a failed attempt to the next; `failed` counts the failed attempts, the latest included. */
export function retryDelay(retry: RetryPolicy, failed: number, chance: number): number {
  if (retry.backoff === 'fixed') return retry.delay;
  const grown = Math.min(retry.maxDelay, retry.delay * 2 ** (failed - 1));
  return Math.round(grown * (1 - JITTER + 2 * JITTER * chance));
}

/** When the table may forget the event: after its longest possible life, its result's, and a week to notice and repair. */
export function expiresAt(event: QueuedEvent): number {
  const { retry, maxTryCount, timeout } = event;
  const longestOwn = retry.backoff === 'fixed' ? retry.delay : retry.maxDelay * (1 + JITTER);
  const longestDelay = Math.max(longestOwn, MAX_RETRY_AFTER);
  return event.key.dueAt + maxTryCount * (timeout + longestDelay) + event.keepResultFor + WEEK;
}

/** Never before its event's: an event whose progress was forgotten would look new. */
export function progressExpiresAt(event: QueuedEvent, progress: Progress): number {
  const resultExpiresAt = progress.status === 'waiting_execution' ? 0 : progress.readableUntil + WEEK;
  return Math.max(expiresAt(event), resultExpiresAt);
}

function succeeded(result: Call['result']): boolean {
  return result.outcome === 'answered' && result.answer.statusCode < 300;
}

/** Why no further attempt can help, if so. */
function reasonToEnd(result: Call['result']): EndedBecause | undefined {
  return result.outcome === 'blocked' ? 'blocked' : undefined;
}

function attemptOf(progress: Waiting, { startedAt, endedAt, result }: Call): Attempt {
  return {
    number: progress.nextAttempt,
    startedAt,
    late: startedAt - progress.nextAttemptAt,
    duration: endedAt - startedAt,
    outcome: result.outcome,
    ...(result.outcome === 'answered' ? { statusCode: result.answer.statusCode } : { error: result.error }),
  };
}

function withAttempt(attempts: readonly Attempt[], attempt: Attempt): readonly Attempt[] {
  if (attempts.length < 2 * KEPT_AT_EACH_END) return [...attempts, attempt];
  return [...attempts.slice(0, KEPT_AT_EACH_END), ...attempts.slice(KEPT_AT_EACH_END + 1), attempt];
}

function lastAnswer(progress: Waiting, result: Call['result']): { lastAnswer?: Answer } {
  if (result.outcome === 'answered') return { lastAnswer: result.answer };
  return progress.lastAnswer ? { lastAnswer: progress.lastAnswer } : {};
}

function finishedAt(instant: number, event: QueuedEvent): Pick<Finished, 'finishedAt' | 'readableUntil'> {
  return { finishedAt: instant, readableUntil: instant + event.keepResultFor };
}

/** How much later the receiver asked to be called again. */
function askedDelay({ result, endedAt }: Call): number {
  if (result.outcome !== 'answered') return 0;
  return Math.min(retryAfterOf(result.answer.headers, endedAt), MAX_RETRY_AFTER);
}

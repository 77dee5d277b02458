import { callbackMark } from '../event/callback-key.ts';
import type { QueuedEvent } from '../event/event.ts';
import {
  attemptOf,
  type Call,
  cancelled,
  finishedAt,
  isLeftOut,
  settle,
  succeeded,
  withAttempt,
} from '../event/lifecycle.ts';
import type { Message } from '../event/message.ts';
import type { Answer, Finished, Progress, Waiting } from '../event/progress.ts';

/** The names of an attempt in a message: the key of its event, its number and its instant. */
export type NamedAttempt = Pick<Message, 'key' | 'attempt' | 'at'>;

/** The name of the pending attempt of an event. */
export function pendingAttempt({ key }: QueuedEvent, { nextAttempt, nextAttemptAt }: Waiting): NamedAttempt {
  return { key, attempt: nextAttempt, at: nextAttemptAt };
}

/**
 * Whether an attempt that was made is missing in the history of its event, because the event was cancelled while it was
 * under way. An attempt between the first ten and the last ten is never missing, because the history does not show
 * whether it was counted.
 */
export function isMissing({ attempt }: Pick<NamedAttempt, 'attempt'>, progress: Progress): boolean {
  const { attempts } = progress;
  if (progress.status === 'waiting_execution' && attempt >= progress.nextAttempt) return false;
  return !attempts.some(({ number }) => number === attempt) && !isLeftOut(attempts, attempt);
}

/**
 * The progress of an event after an attempt that ended when it was no longer pending for its deliverer; undefined if
 * the attempt changes nothing. A failed attempt is added if it is missing in the history, and decides nothing about the
 * event. A successful attempt makes the event a success.
 */
export function withLateAttempt(
  event: QueuedEvent,
  progress: Progress,
  named: NamedAttempt,
  call: Call,
): Progress | undefined {
  if (isMissing(named, progress)) return withMissingAttempt(event, progress, named, call);
  if (!succeeded(call.result) || progress.status === 'success') return undefined;
  return isStillPending(named, progress)
    ? settle(event, progress, call, 0)
    : withSuccessInstead(event, progress, named, call);
}

/** Whether an attempt is the pending one of its event. Another deliverer may have claimed it. */
function isStillPending({ attempt }: NamedAttempt, progress: Progress): progress is Waiting {
  return progress.status === 'waiting_execution' && progress.nextAttempt === attempt;
}

/** The progress in which a success replaces the failure that another deliverer recorded for the same attempt. */
function withSuccessInstead(event: QueuedEvent, progress: Progress, named: NamedAttempt, call: Call): Progress {
  const attempt = attemptOf(named.attempt, named.at, call);
  const changed: Progress = {
    ...progress,
    version: progress.version + 1,
    attempts: progress.attempts.map((one) => (one.number === attempt.number ? attempt : one)),
    ...lastAnswer(progress, named, call),
  };
  return asSuccess(event, changed, call.endedAt);
}

/**
 * The progress with an attempt that was missing in its history. Its event was cancelled, and may have been opened again
 * and have finished since.
 */
function withMissingAttempt(event: QueuedEvent, progress: Progress, named: NamedAttempt, call: Call): Progress {
  const { triedBefore } = progress;
  const wasBeforeRetry = triedBefore !== undefined && named.attempt < latestNumber(progress);
  const added: Progress = {
    ...progress,
    version: progress.version + 1,
    tryCount: progress.tryCount + 1,
    ...(wasBeforeRetry && { triedBefore: triedBefore + 1 }),
    attempts: withAttempt(progress.attempts, attemptOf(named.attempt, named.at, call)),
    ...lastAnswer(progress, named, call),
  };
  return succeeded(call.result) && progress.status !== 'success' ? asSuccess(event, added, call.endedAt) : added;
}

/** The number of the pending attempt of an event, of the one that its cancel withdrew, or of the one that ended it. */
function latestNumber(progress: Progress): number {
  if (progress.status === 'waiting_execution') return progress.nextAttempt;
  return progress.withdrawnAttempt ?? progress.attempts.at(-1)?.number ?? 0;
}

/**
 * The last answer, if an attempt changes it: it makes the event a success, has the highest number of all attempts, or
 * is the only one that was answered.
 */
function lastAnswer(progress: Progress, { attempt }: NamedAttempt, { result }: Call): { lastAnswer?: Answer } {
  if (result.outcome !== 'answered') return {};
  const isLast = attempt > (progress.attempts.at(-1)?.number ?? 0);
  const decides = succeeded(result) && progress.status !== 'success';
  return isLast || decides || progress.lastAnswer === undefined ? { lastAnswer: result.answer } : {};
}

/**
 * The progress of an event that has succeeded after all. If it had failed and the callbacks of that failure are pending,
 * those of the success take their place.
 */
function asSuccess(event: QueuedEvent, progress: Progress, endedAt: number): Finished {
  const ended = progress.status === 'waiting_execution' ? cancelled(event, progress, endedAt) : progress;
  const { endedBecause, overlapsWith, callbackPending, ...finished } = ended;
  const succeeded = { ...finished, status: 'success' as const, ...finishedAt(endedAt, event.keepResultFor) };
  return { ...succeeded, ...callbackMark(event, succeeded) };
}

import type { QueuedEvent } from '../event/event.ts';
import {
  attemptOf,
  type Call,
  cancelled,
  finishedAt,
  isBetweenKept,
  settle,
  succeeded,
  withAttempt,
} from '../event/lifecycle.ts';
import type { Message } from '../event/message.ts';
import type { Answer, Finished, Progress, Waiting } from '../event/progress.ts';

/** An attempt by its number and its instant, as a message names it. */
export type NamedAttempt = Pick<Message, 'key' | 'attempt' | 'at'>;

/** The attempt that an event waits for. */
export function pendingAttempt({ key }: QueuedEvent, { nextAttempt, nextAttemptAt }: Waiting): NamedAttempt {
  return { key, attempt: nextAttempt, at: nextAttemptAt };
}

/**
 * Whether an attempt that was made is missing in the history of its event: the event was cancelled while it was under way. An attempt that
 * would stand between the first ten and the last ten is not missing, because nobody can tell whether it was counted.
 */
export function isMissing({ attempt }: Pick<NamedAttempt, 'attempt'>, progress: Progress): boolean {
  const { attempts } = progress;
  if (progress.status === 'waiting_execution' && attempt >= progress.nextAttempt) return false;
  return !attempts.some(({ number }) => number === attempt) && !isBetweenKept(attempts, attempt);
}

/**
 * The progress after an attempt that was made and is not owed to this deliverer any more; undefined if the attempt changes nothing. A
 * failed attempt decides nothing about the event, and is added only if it is missing. A success makes the event a success.
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
    : withOtherEnd(event, progress, named, call);
}

/** Whether the attempt is the next one of its event. Another deliverer may have claimed it. */
function isStillPending({ attempt }: NamedAttempt, progress: Progress): progress is Waiting {
  return progress.status === 'waiting_execution' && progress.nextAttempt === attempt;
}

/** The progress with a success in place of the failure that another deliverer recorded for the same attempt. */
function withOtherEnd(event: QueuedEvent, progress: Progress, named: NamedAttempt, call: Call): Progress {
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
 * The progress with an attempt that was missing in its history: its event was cancelled, and may have been tried again and finished
 * since.
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

/** The number of the attempt that an event waits for, that was withdrawn from it, or that ended it. */
function latestNumber(progress: Progress): number {
  if (progress.status === 'waiting_execution') return progress.nextAttempt;
  return progress.withdrawnAttempt ?? progress.attempts.at(-1)?.number ?? 0;
}

/** The answer that made the event a success, or else that of the attempt with the highest number. */
function lastAnswer(progress: Progress, { attempt }: NamedAttempt, { result }: Call): { lastAnswer?: Answer } {
  if (result.outcome !== 'answered') return {};
  const isLast = attempt > (progress.attempts.at(-1)?.number ?? 0);
  const decides = succeeded(result) && progress.status !== 'success';
  return isLast || decides || progress.lastAnswer === undefined ? { lastAnswer: result.answer } : {};
}

function asSuccess(event: QueuedEvent, progress: Progress, endedAt: number): Finished {
  const ended = progress.status === 'waiting_execution' ? cancelled(event, progress, endedAt) : progress;
  const { endedBecause, callbackOwed, ...finished } = ended;
  return { ...finished, status: 'success', ...finishedAt(endedAt, event.keepResultFor) };
}

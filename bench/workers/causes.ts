import type { History, Kill, RecordWrite } from './history.ts';
import type { ReceivedCall } from './moody-receiver.ts';

/** A call of an attempt that had been called before. */
export type Repetition = { readonly earlier: ReceivedCall; readonly call: ReceivedCall };

/** Why an attempt was called once more. */
export type Cause =
  | { readonly kind: 'killed'; readonly kill: Kill; readonly endedBefore: number }
  | { readonly kind: 'refused'; readonly write: RecordWrite };

/**
 * A call that had ended may not be recorded yet when its process is killed so shortly afterwards: after a start, thousands of calls
 * are made at once, and their ends are seen to one by one. `latestRecord` tells how much of it was needed.
 */
export const RECORDED_WITHIN = 1_000;
/** The same of one of several workers, whose table may be slow: of its call nothing must have been recorded. */
export const RECORDED_THROUGH_FAULTS_WITHIN = 3_000;

/** The receiver may note a call so much later than it was made; a process makes none so soon after its start. */
const NOTED_WITHIN = 100;

/** Each call after the first of an attempt, with the one before it. */
export function repeatedCalls(calls: readonly ReceivedCall[]): readonly Repetition[] {
  return [...Map.groupBy(calls, ({ attempt }) => attempt).values()].flatMap((same) =>
    same.slice(1).flatMap((call, index) => ({ earlier: same[index] as ReceivedCall, call })),
  );
}

/**
 * A process may die before it has recorded its call, and a fault may keep it from recording it. Nothing explains a call of what was
 * recorded.
 *
 * @param writes of the records of the event
 */
export function causeOf(
  repetition: Repetition,
  kills: History['kills'],
  writes: readonly RecordWrite[],
): Cause | undefined {
  const { earlier, call } = repetition;
  const between = writes.filter(({ at }) => earlier.startedAt <= at && at < call.startedAt);
  if (between.some(({ attempt, how }) => attempt === call.attempt && how !== 'refused')) return undefined;
  const write = between.findLast((one) => one.worker === earlier.worker && keptFromRecording(one, call.attempt));
  return write === undefined ? killOf(repetition, kills) : { kind: 'refused', write };
}

type Crash = { readonly attempt: number; readonly startedAt: number };

/**
 * Whoever was at the attempt was killed; or a fault kept it from recording its call, or from learning that it may make it.
 *
 * @param calls of the event
 * @param writes of the records of the event
 */
export function isExplainedCrash(
  { attempt, startedAt }: Crash,
  calls: readonly ReceivedCall[],
  kills: readonly Kill[],
  writes: readonly RecordWrite[],
): boolean {
  const callers = calls.filter((call) => call.attempt === attempt && call.startedAt >= startedAt);
  const mayHaveBeen = (worker: string | undefined) =>
    worker === undefined || callers.length === 0 || callers.some((caller) => caller.worker === worker);
  if (kills.some(({ at, worker }) => at >= startedAt && mayHaveBeen(worker))) return true;
  return writes.some(
    (write) =>
      write.at >= startedAt &&
      mayHaveBeen(write.worker) &&
      (keptFromRecording(write, attempt) || (write.attempt === attempt - 1 && write.how !== 'kept')),
  );
}

/** Who does not know that the entry of an end is kept does not record the end. */
function keptFromRecording({ attempt, how }: RecordWrite, recorded: number): boolean {
  return attempt === 'last' ? how !== 'kept' : attempt === recorded && how === 'refused';
}

function killOf({ earlier, call }: Repetition, kills: History['kills']): Cause | undefined {
  const { startedAt, endedAt = Number.POSITIVE_INFINITY, worker } = earlier;
  const between = kills.filter(({ at, replacedAt, worker: killed }) =>
    killed === undefined
      ? startedAt <= replacedAt + NOTED_WITHIN && replacedAt + NOTED_WITHIN < call.startedAt
      : killed === worker && at < call.startedAt,
  );
  const causes = between.map(
    (kill) => ({ kind: 'killed', kill, endedBefore: Math.max(0, kill.at - endedAt) }) as const,
  );
  const possible = causes.filter(({ kill, endedBefore }) => endedBefore <= recordedWithin(kill));
  return possible.sort((one, other) => one.endedBefore - other.endedBefore)[0];
}

function recordedWithin({ worker }: Kill): number {
  return worker === undefined ? RECORDED_WITHIN : RECORDED_THROUGH_FAULTS_WITHIN;
}

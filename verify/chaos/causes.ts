import type { ReceivedCall } from '../shared/moody-receiver.ts';
import type { History, Kill, RecordWrite, Treatment } from './history.ts';

/** A call of an attempt that had been called before. */
export type Repetition = { readonly earlier: ReceivedCall; readonly call: ReceivedCall };

/** Why an attempt was called once more. */
export type Cause =
  | { readonly kind: 'killed'; readonly kill: Kill; readonly endedBefore: number }
  | { readonly kind: 'refused'; readonly write: RecordWrite }
  | { readonly kind: 'overtaken' }
  | { readonly kind: 'reconnected' };

/**
 * A call that had ended may not be recorded yet when its process is killed so shortly afterwards: after a start, thousands of calls
 * are made at once, and their ends are seen to one by one. `latestRecord` tells how much of it was needed.
 */
export const RECORDED_WITHIN = 1_000;
/** The same of one of several workers, whose table may be slow: of its call nothing must have been recorded. */
export const RECORDED_THROUGH_FAULTS_WITHIN = 3_000;

/** A process sends a request again so soon after its connection was closed without an answer; a busy one takes longer than half a second. */
const SENT_AGAIN_WITHIN = 3_000;

/** A second message for an attempt comes so long after the end of the longest call that starts at its instant. */
export const BEHIND_THE_LONGEST = 5_000;

/** The receiver may note a call so much later than it was made; a process makes none so soon after its start. */
const NOTED_WITHIN = 100;

/** Each call after the first of an attempt, with the one before it. */
export function repeatedCalls(calls: readonly ReceivedCall[]): readonly Repetition[] {
  return [...Map.groupBy(calls, ({ attempt }) => attempt).values()].flatMap((same) =>
    same.slice(1).flatMap((call, index) => ({ earlier: same[index] as ReceivedCall, call })),
  );
}

/** What is known of an event, beside its calls. */
type Known = Pick<History, 'kills' | 'writes' | 'messages'> & { readonly timeout: number };

/**
 * A process may die before it has recorded its call, and a fault may keep it from recording it, or have two messages sent. Nothing explains
 * a call of what was recorded.
 */
export function causeOf(repetition: Repetition, known: Known): Cause | undefined {
  const { earlier, call } = repetition;
  const between = known.writes.filter(({ at }) => earlier.startedAt <= at && at < call.startedAt);
  if (between.some(({ attempt, how }) => attempt === call.attempt && how !== 'refused')) return undefined;
  const write = between.findLast((one) => one.worker === earlier.worker && keptFromRecording(one, call.attempt));
  if (write !== undefined) return { kind: 'refused', write };
  const killed = killOf(repetition, known.kills);
  if (killed !== undefined) return killed;
  if (isReconnected(repetition)) return { kind: 'reconnected' };
  return isOvertaken(repetition, known) ? { kind: 'overtaken' } : undefined;
}

/** An attempt that met a closed connection sends its request once more, and that uses one of the tries of its event. */
function isReconnected({ earlier, call }: Repetition): boolean {
  const isSoon = call.startedAt - earlier.startedAt <= SENT_AGAIN_WITHIN;
  return earlier.deed === 'hangs up' && earlier.worker === call.worker && isSoon;
}

/**
 * Whoever gets the first message of two does not claim the attempt. If it was so late that its call is under way, or not recorded yet,
 * when the second is to come, whoever gets that claims the attempt and calls too.
 */
function isOvertaken({ earlier, call }: Repetition, { writes, messages, timeout }: Known): boolean {
  const isBefore = ({ at, how }: Treatment) => at < call.startedAt && how !== 'refused';
  const sent = messages.filter((message) => message.attempt === call.attempt && isBefore(message));
  const first = sent.find(({ isMarked }) => !isMarked);
  if (first === undefined || !sent.some(({ isMarked }) => isMarked)) return false;
  if (call.startedAt < first.dueAt + timeout + BEHIND_THE_LONGEST) return false;
  const { startedAt, endedAt = call.startedAt } = earlier;
  if (call.startedAt - endedAt > RECORDED_THROUGH_FAULTS_WITHIN) return false;
  const isClaim = (write: RecordWrite) => write.attempt === call.attempt - 1 && write.at >= first.dueAt;
  const claims = writes.filter((write) => isClaim(write) && isBefore(write));
  return claims.length === 1 && claims.every(({ at, worker }) => at >= startedAt && worker === call.worker);
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
      (keptFromRecording(write, attempt) || (write.attempt === attempt - 1 && write.how !== 'done')),
  );
}

/** Who does not know that the entry of an end is kept does not record the end. */
function keptFromRecording({ attempt, how }: RecordWrite, recorded: number): boolean {
  return attempt === 'last' ? how !== 'done' : attempt === recorded && how === 'refused';
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

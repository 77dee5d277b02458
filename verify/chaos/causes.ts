import { SECOND } from '../../core/durations.ts';
import type { MoodyCall } from '../shared/moody-receiver.ts';
import type { Kill, RecordWrite, SentMessage, Treatment } from './history.ts';

/** A repeated call of an attempt, and the call of the same attempt before it. */
export type Repetition = { readonly earlier: MoodyCall; readonly call: MoodyCall };

/**
 * The reason for which an attempt was called again. `killed`: a process died before it had recorded the earlier call.
 * `refused`: a fault kept the record from the table. `overtaken`: a second message came while the late first one was
 * handled. `reconnected`: the connection was closed without an answer.
 */
export type Cause =
  | { readonly kind: 'killed'; readonly kill: Kill; readonly endedBefore: number }
  | { readonly kind: 'refused'; readonly write: RecordWrite }
  | { readonly kind: 'overtaken' }
  | { readonly kind: 'reconnected' };

/**
 * The milliseconds from the end of a call within which the local queue records it. After a start it takes long, because
 * thousands of calls end at once. `latestRecord` of the findings says how much of this time was needed.
 */
export const RECORDED_WITHIN = SECOND;
/**
 * The milliseconds within which a worker records a call that has ended. They are more, because the table may be slow.
 */
export const RECORDED_THROUGH_FAULTS_WITHIN = 3_000;

/**
 * The milliseconds by which a busy process may start the second request of an attempt after the time-out of the
 * attempt.
 */
export const BEHIND_THE_TIMEOUT = 5_000;

/** The milliseconds by which a second message comes after the end of the longest call that starts in time. */
export const BEHIND_THE_LONGEST = 5_000;

/**
 * The milliseconds by which the receiver may note a call late. A call that is noted so soon after a start was made by
 * the process before, because a new process makes no call so soon.
 */
const NOTED_WITHIN = 100;

/** Returns each call of an attempt but the first, with the call before it. */
export function repeatedCalls(calls: readonly MoodyCall[]): readonly Repetition[] {
  return [...Map.groupBy(calls, ({ attempt }) => attempt).values()].flatMap((same) =>
    same.slice(1).flatMap((call, index) => ({ earlier: same[index] as MoodyCall, call })),
  );
}

/** The facts about an event beside its calls. */
type Known = {
  readonly kills: readonly Kill[];
  /** The writes that a proxy saw: none if there was no proxy, because a request that nobody saw explains nothing. */
  readonly writes: readonly RecordWrite[];
  /** The messages that a proxy saw, in the same way. */
  readonly messages: readonly SentMessage[];
  readonly timeout: number;
};

/**
 * Returns the reason for a repeated call, or undefined if there is none. A process may have died before it recorded the
 * earlier call; a fault may have refused the record, or have caused a second message. Once the earlier call is
 * recorded, nothing explains another.
 */
export function causeOf(repetition: Repetition, known: Known): Cause | undefined {
  const { earlier, call } = repetition;
  const between = known.writes.filter(({ at }) => earlier.startedAt <= at && at < call.startedAt);
  if (between.some(({ attempt, how }) => attempt === call.attempt && how !== 'refused')) return undefined;
  const write = between.findLast((one) => one.worker === earlier.worker && keptFromRecording(one, call.attempt));
  if (write !== undefined) return { kind: 'refused', write };
  const killed = killOf(repetition, known.kills);
  if (killed !== undefined) return killed;
  if (isReconnected(repetition, known)) return { kind: 'reconnected' };
  return isOvertaken(repetition, known) ? { kind: 'overtaken' } : undefined;
}

/**
 * Returns whether the same process repeated its request because the connection was closed without an answer. The second
 * request uses a try of the event, and belongs to the same attempt, so it starts before the time-out of the attempt.
 */
function isReconnected({ earlier, call }: Repetition, { timeout }: Known): boolean {
  const isSoon = call.startedAt - earlier.startedAt <= timeout + BEHIND_THE_TIMEOUT;
  return earlier.deed === 'hangs up' && earlier.worker === call.worker && isSoon;
}

/**
 * Returns whether an attempt was called for each of two messages. The deliverer of the first message does not claim the
 * attempt. If that message is so late that its call is under way, or not recorded yet, when the second message comes,
 * the deliverer of the second claims the attempt and calls too.
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
 * Returns whether there is a reason for a crashed attempt: the deliverer that may have had the claim was killed, or a
 * fault refused its record, or a fault kept the answer to its claim.
 *
 * @param calls the calls of the event
 * @param writes the writes of the progress and the failed entry of the event
 */
export function isExplainedCrash(
  { attempt, startedAt }: Crash,
  calls: readonly MoodyCall[],
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

/**
 * Returns whether a fault in a write explains why a deliverer did not record an attempt: the record itself was refused,
 * or the entry of a failed event, which is written before the failure is recorded, was refused or got no answer.
 */
function keptFromRecording({ attempt, how }: RecordWrite, recorded: number): boolean {
  return attempt === 'last' ? how !== 'done' : attempt === recorded && how === 'refused';
}

function killOf({ earlier, call }: Repetition, kills: readonly Kill[]): Cause | undefined {
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

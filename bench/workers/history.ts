import type { EventAnswer } from '../../api/event-answer.ts';
import type { Deed, ReceivedCall } from './moody-receiver.ts';

/** An event that a client wanted. Without an acceptance nobody told the client whether it was accepted. */
export type Wanted = {
  readonly path: string;
  readonly maxTryCount: number;
  readonly accepted?: { readonly key: string; readonly dueAt: number };
};

/** A process that was killed: whatever is called until another takes its place, it had called. */
export type Kill = { readonly at: number; readonly replacedAt: number };

/** All that is known of a run: what was wanted, what was called, when processes were killed, and what was recorded. */
export type History = {
  readonly wanted: readonly Wanted[];
  readonly calls: readonly ReceivedCall[];
  readonly kills: readonly Kill[];
  /** By key, as it was read at the end. */
  readonly records: ReadonlyMap<string, EventAnswer>;
};

/** What a history shows. */
export type Findings = {
  /** Accepted, and not finished, or finished otherwise than its receiver answered. */
  readonly lost: readonly string[];
  /** Calls of what nobody wanted, or beyond the tries of an event. */
  readonly unexpected: readonly string[];
  readonly early: readonly string[];
  /** Calls that were made once more because their process was killed. */
  readonly explained: readonly string[];
  /** How long before the kill that explains it a repeated call had ended, at the most. */
  readonly latestRecord: number;
  /** Calls that were made once more for no reason. */
  readonly unexplained: readonly string[];
  /** Records that differ from what the receiver saw. */
  readonly mismatched: readonly string[];
};

/**
 * A call that had ended may not be recorded yet when its process is killed so shortly afterwards: after a start, thousands of calls
 * are made at once, and their ends are seen to one by one. `latestRecord` tells how much of it was needed.
 */
export const RECORDED_WITHIN = 1_000;

const OUTCOMES: Readonly<Record<Deed, string>> = {
  'answers 200': 'answered 200',
  'answers slowly': 'answered 200',
  'answers 503': 'answered 503',
  stalls: 'timed_out null',
  'answers garbage': 'invalid_answer null',
  'hangs up': 'unreachable null',
  'breaks off': 'invalid_answer null',
};

/** The receiver may note a call so much later than it was made; a process makes none so soon after its start. */
const NOTED_WITHIN = 100;

export function checkHistory({ wanted, calls, kills, records }: History): Findings {
  const byPath = Map.groupBy(calls, ({ path }) => path);
  const accepted = wanted.filter(isAccepted);
  const repetitions = [...byPath.values()].flatMap(repeatedCalls).map((repetition) => ({
    text: textOfRepetition(repetition),
    endedBefore: endedBeforeKill(repetition, kills),
  }));
  const explained = repetitions.filter(({ endedBefore }) => endedBefore !== undefined);
  return {
    lost: accepted.flatMap((event) => lossOf(event, records.get(event.accepted.key))),
    unexpected: unexpectedCalls(wanted, calls),
    early: accepted.flatMap((event) => earlyCalls(event, byPath.get(event.path) ?? [])),
    explained: explained.map(({ text }) => text),
    latestRecord: Math.max(0, ...explained.map(({ endedBefore = 0 }) => endedBefore)),
    unexplained: repetitions.filter(({ endedBefore }) => endedBefore === undefined).map(({ text }) => text),
    mismatched: accepted.flatMap((event) =>
      mismatches(event, byPath.get(event.path) ?? [], records.get(event.accepted.key), kills),
    ),
  };
}

/** By how much a repeated call had ended before the kill that explains the repetition; undefined if none does. */
function endedBeforeKill({ earlier, call }: Repetition, kills: readonly Kill[]): number | undefined {
  const between = kills.filter(
    ({ replacedAt }) => earlier.startedAt <= replacedAt + NOTED_WITHIN && replacedAt + NOTED_WITHIN < call.startedAt,
  );
  const pauses = between.map(({ at }) => Math.max(0, at - endOf(earlier)));
  return pauses.filter((pause) => pause <= RECORDED_WITHIN).sort((one, other) => one - other)[0];
}

type Accepted = Wanted & Required<Pick<Wanted, 'accepted'>>;
type Repetition = { readonly earlier: ReceivedCall; readonly call: ReceivedCall };

function isAccepted(event: Wanted): event is Accepted {
  return event.accepted !== undefined;
}

function lossOf({ path }: Accepted, record: EventAnswer | undefined): string[] {
  if (record === undefined) return [`${path} is gone`];
  return record.status === 'waiting_execution' ? [`${path} is not finished: ${textOfRecord(record)}`] : [];
}

function unexpectedCalls(wanted: readonly Wanted[], calls: readonly ReceivedCall[]): string[] {
  const tries = new Map(wanted.map(({ path, maxTryCount }) => [path, maxTryCount]));
  return calls.filter(({ path, attempt }) => !(attempt <= (tries.get(path) ?? 0))).map(textOfCall);
}

function earlyCalls({ accepted }: Accepted, calls: readonly ReceivedCall[]): string[] {
  const early = calls.filter(({ startedAt }) => startedAt < accepted.dueAt);
  return early.map((call) => `${textOfCall(call)}, due at ${accepted.dueAt}`);
}

/** Each call after the first of an attempt, with the one before it. */
function repeatedCalls(calls: readonly ReceivedCall[]): Repetition[] {
  return [...Map.groupBy(calls, ({ attempt }) => attempt).values()].flatMap((same) =>
    same.slice(1).flatMap((call, index) => ({ earlier: same[index] as ReceivedCall, call })),
  );
}

/** A crashed attempt says that its process was killed; any other must be what the receiver did, and end the event as it should. */
function mismatches(
  { path, maxTryCount }: Accepted,
  calls: readonly ReceivedCall[],
  record: EventAnswer | undefined,
  kills: readonly Kill[],
): string[] {
  if (record === undefined) return [];
  const numbers = new Set(record.attempts.map(({ number }) => number));
  const unrecorded = calls.filter(({ attempt }) => !numbers.has(attempt)).map(textOfCall);
  const invented = record.attempts.filter(({ number, outcome, status_code, started_at_utc }) => {
    if (outcome === 'crashed') return !kills.some(({ at }) => at >= Date.parse(started_at_utc));
    return !calls.some(({ attempt, deed }) => attempt === number && OUTCOMES[deed] === `${outcome} ${status_code}`);
  });
  const last = record.attempts.at(-1);
  const succeeded = last?.outcome === 'answered' && last.status_code === 200;
  const endsAsItShould = succeeded
    ? record.status === 'success' && record.request_response_body === path
    : record.status === 'max_try_count_reached' && record.try_count === maxTryCount;
  const isWrong = invented.length > 0 || !endsAsItShould;
  return [...unrecorded, ...(isWrong ? [`${path} is recorded as ${textOfRecord(record)}`] : [])];
}

function endOf({ endedAt = Number.POSITIVE_INFINITY }: ReceivedCall): number {
  return endedAt;
}

function textOfCall({ path, attempt, startedAt, endedAt }: ReceivedCall): string {
  return `attempt ${attempt} of ${path}, ${startedAt} to ${endedAt}`;
}

function textOfRepetition({ earlier, call }: Repetition): string {
  return `${textOfCall(earlier)}, and again ${call.startedAt}`;
}

function textOfRecord({ status, attempts }: EventAnswer): string {
  return `${status}: ${attempts.map(({ number, outcome, status_code }) => `${number} ${outcome} ${status_code}`).join(', ')}`;
}

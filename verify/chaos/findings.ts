import type { EventAnswer } from '../../api/event-answer.ts';
import type { Deed, MoodyCall } from '../shared/moody-receiver.ts';
import { type Cause, causeOf, isExplainedCrash, type Repetition, repeatedCalls } from './causes.ts';
import type { History, Kill, RecordWrite, Wanted } from './history.ts';
import { checkSchedules, type ScheduleFindings } from './schedule-findings.ts';

/** The findings about a history, each of them a sentence about an event or a call. */
export type Findings = ScheduleFindings & {
  /** Events that were accepted and are gone, or have not finished. */
  readonly lost: readonly string[];
  /** Calls that no client asked for, and calls beyond the tries of an event. */
  readonly unexpected: readonly string[];
  /** Calls that tell of the end of an event, though another callback has told of it. */
  readonly toldAgain: readonly string[];
  /** Calls before the instant of their event. */
  readonly early: readonly string[];
  /** Calls that were repeated because a process was killed. */
  readonly explained: readonly string[];
  /** Calls that were repeated because a fault refused the record of the earlier call. */
  readonly refused: readonly string[];
  /** Calls that were repeated because the first of two messages was so late that its call was not recorded yet. */
  readonly overtaken: readonly string[];
  /**
   * Calls that were repeated because their connection was closed without an answer. Each has used a try of its event.
   */
  readonly reconnected: readonly string[];
  /** The longest time in milliseconds from the end of a call that was not recorded to the kill that explains it. */
  readonly latestRecord: number;
  /** Calls that were repeated without a reason. */
  readonly unexplained: readonly string[];
  /** Records that differ from what the receiver saw. */
  readonly mismatched: readonly string[];
};

const UUID_LENGTH = 36;

const OUTCOMES: Readonly<Record<Deed, string>> = {
  'answers 200': 'answered 200',
  'answers slowly': 'answered 200',
  'answers 503': 'answered 503',
  stalls: 'timed_out null',
  'answers garbage': 'invalid_answer null',
  'hangs up': 'unreachable null',
  'breaks off': 'invalid_answer null',
};

export function checkHistory(history: History): Findings {
  const { wanted, calls, kills, records, writes, messages } = history;
  const pathsOfRuns = new Set(wanted.filter(({ isRun }) => isRun).map(({ path }) => path));
  const nameOf = (path: string, key: string) => (pathsOfRuns.has(path) ? key : path);
  const groups = Map.groupBy(calls, ({ path, key }) => nameOf(path, key));
  const callsOf = ({ path, accepted }: Accepted) => groups.get(nameOf(path, accepted.key)) ?? [];
  const writesOf = byEvent(writes);
  const messagesOf = byEvent(messages);
  const accepted = wanted.filter(isAccepted);
  const timeouts = new Map(wanted.map(({ path, timeout }) => [path, timeout]));
  const knownOf = ({ path, key }: MoodyCall) => ({
    kills,
    writes: writesOf(key),
    messages: messagesOf(key),
    timeout: timeouts.get(path) ?? Number.POSITIVE_INFINITY,
  });
  const repetitions = [...groups.values()].flatMap(repeatedCalls).map((repetition) => ({
    ...repetition,
    text: textOfRepetition(repetition),
    cause: causeOf(repetition, knownOf(repetition.call)),
  }));
  const repetitionsOf = Map.groupBy(repetitions, ({ call }) => nameOf(call.path, call.key));
  const because = (kind: Cause['kind'] | undefined) =>
    repetitions.filter(({ cause }) => cause?.kind === kind).map(({ text }) => text);
  return {
    lost: accepted.flatMap((event) => lossOf(event, records.get(event.accepted.key))),
    unexpected: [
      ...unexpectedCalls(wanted, calls),
      ...accepted.flatMap((event) => {
        const { key } = event.accepted;
        const repeated = repetitionsOf.get(nameOf(event.path, key)) ?? [];
        return excessOf(event, callsOf(event), repeated, records.get(key));
      }),
    ],
    toldAgain: accepted.filter(({ isCallback }) => isCallback).flatMap((event) => callsOfOthers(event, callsOf(event))),
    early: accepted.flatMap((event) => earlyCalls(event, callsOf(event))),
    explained: because('killed'),
    refused: because('refused'),
    overtaken: because('overtaken'),
    reconnected: because('reconnected'),
    latestRecord: Math.max(0, ...repetitions.map(({ cause }) => (cause?.kind === 'killed' ? cause.endedBefore : 0))),
    unexplained: because(undefined),
    mismatched: accepted.flatMap((event) => {
      const { key } = event.accepted;
      return mismatches(event, callsOf(event), records.get(key), kills, writesOf(key));
    }),
    ...checkSchedules(history),
  };
}

/** Groups the requests that proxies saw by event, and returns a function that finds them by the key of an event. */
function byEvent<Noted extends { readonly uuid: string }>(
  all: readonly Noted[] | 'unknown',
): (key: string) => readonly Noted[] {
  const groups = Map.groupBy(all === 'unknown' ? [] : all, ({ uuid }) => uuid);
  return (key) => groups.get(key.slice(-UUID_LENGTH)) ?? [];
}

type Accepted = Wanted & Required<Pick<Wanted, 'accepted'>>;

function isAccepted(event: Wanted): event is Accepted {
  return event.accepted !== undefined;
}

function lossOf({ path }: Accepted, record: EventAnswer | undefined): string[] {
  if (record === undefined) return [`${path} is gone`];
  return record.status === 'waiting_execution' ? [`${path} is not finished: ${textOfRecord(record)}`] : [];
}

function unexpectedCalls(wanted: readonly Wanted[], calls: readonly MoodyCall[]): string[] {
  const tries = new Map(wanted.map(({ path, maxTryCount }) => [path, maxTryCount]));
  return calls.filter(({ path, attempt }) => !(attempt <= (tries.get(path) ?? 0))).map(textOfCall);
}

type Explained = Repetition & { readonly cause: Cause | undefined };

/**
 * Returns a finding if a receiver saw more requests of an event than it has tries. Requests that the queue cannot know
 * of do not count: those of attempts that were repeated because a process died or a record was refused, and the second
 * request of an attempt in which a process died.
 */
function excessOf(
  { path, maxTryCount }: Wanted,
  calls: readonly MoodyCall[],
  repetitions: readonly Explained[],
  record: EventAnswer | undefined,
): string[] {
  const reconnected = repetitions.filter(({ cause }) => cause?.kind === 'reconnected');
  const unknown = repetitions
    .filter(({ cause }) => cause?.kind !== 'reconnected')
    .map(({ earlier }) => (reconnected.some(({ call }) => call === earlier) ? 2 : 1))
    .reduce((sum: number, one) => sum + one, 0);
  const crashed = record?.attempts.filter(({ outcome }) => outcome === 'crashed').length ?? 0;
  if (calls.length <= maxTryCount + unknown + crashed) return [];
  const recorded = record === undefined ? 'nothing' : textOfRecord(record);
  return [`${calls.length} calls of ${path}, which has ${maxTryCount} tries; recorded is ${recorded}`];
}

/** Returns the tries that the attempts of an event have used. An attempt that sent its request twice has used two. */
function triesOf({ attempts }: EventAnswer): number {
  return attempts.reduce((sum, { requests = 1 }) => sum + requests, 0);
}

function callsOfOthers({ accepted }: Accepted, calls: readonly MoodyCall[]): string[] {
  return calls.filter(({ key }) => key !== accepted.key).map(textOfCall);
}

function earlyCalls({ accepted }: Accepted, calls: readonly MoodyCall[]): string[] {
  const early = calls.filter(({ startedAt }) => startedAt < accepted.dueAt);
  return early.map((call) => `${textOfCall(call)}, due at ${accepted.dueAt}`);
}

/**
 * Returns the differences between a record and what its receiver saw. A crashed attempt says nothing about the
 * receiver. An attempt that timed out after its whole timeout is accepted whatever the receiver did, because an answer
 * can arrive late on a busy machine.
 */
function mismatches(
  { path, maxTryCount, timeout }: Accepted,
  calls: readonly MoodyCall[],
  record: EventAnswer | undefined,
  kills: readonly Kill[],
  writes: readonly RecordWrite[],
): string[] {
  if (record === undefined) return [];
  const numbers = new Set(record.attempts.map(({ number }) => number));
  const unrecorded = calls.filter(({ attempt }) => !numbers.has(attempt)).map(textOfCall);
  const invented = record.attempts.filter(({ number, outcome, status_code, started_at_utc, duration_ms }) => {
    const crash = { attempt: number, startedAt: Date.parse(started_at_utc) };
    if (outcome === 'crashed') return !isExplainedCrash(crash, calls, kills, writes);
    if (outcome === 'timed_out' && duration_ms >= timeout) return false;
    return !calls.some(({ attempt, deed }) => attempt === number && OUTCOMES[deed] === `${outcome} ${status_code}`);
  });
  const last = record.attempts.at(-1);
  const succeeded = last?.outcome === 'answered' && last.status_code === 200;
  const endsAsItShould = succeeded
    ? record.status === 'success' && record.request_response_body === path
    : record.status === 'max_try_count_reached' && triesOf(record) === maxTryCount;
  const isWrong = invented.length > 0 || !endsAsItShould;
  return [...unrecorded, ...(isWrong ? [`${path} is recorded as ${textOfRecord(record)}`] : [])];
}

function textOfCall({ path, attempt, worker, startedAt, endedAt }: MoodyCall): string {
  return `attempt ${attempt} of ${path} by ${worker}, ${startedAt} to ${endedAt}`;
}

function textOfRepetition({ earlier, call }: Repetition): string {
  return `${textOfCall(earlier)}, and again by ${call.worker}, ${call.startedAt}`;
}

function textOfRecord({ status, attempts }: EventAnswer): string {
  return `${status}: ${attempts.map(({ number, outcome, status_code }) => `${number} ${outcome} ${status_code}`).join(', ')}`;
}

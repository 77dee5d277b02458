import { SECOND } from '../../core/durations.ts';
import { callbackKey, callbacksOfEnd } from '../../core/event/callback-key.ts';
import type { QueuedEvent } from '../../core/event/event.ts';
import { pendingSince } from '../../core/event/lifecycle.ts';
import type { Attempt, Progress, Waiting } from '../../core/event/progress.ts';
import type { EventRecord } from '../../core/ports.ts';
import { callbacksOf, isGone, pauseAfter, requestsOf, succeedsAt } from './mixed-events.ts';
import type { SimulatedCall } from './simulated-cloud.ts';

/**
 * What a mishap may do to an event: make it late, call it once more or as many times more as calls were under way, or
 * let a call count as crashed, or leave no record of a call. No mishap may lose the event, or call it early.
 */
export type Harm = 'late' | 'copied' | 'repeated' | 'crashed' | 'untold';

/** The longest time in which a pause is noticed, in milliseconds. */
const NOTICED_WITHIN = 30 * SECOND;

/** The life of an event if nothing goes wrong: the instants of its calls, and its end. */
type Life = { readonly callsAt: readonly number[]; readonly status: 'success' | 'failed' };

/** The mishap that may also happen to an event that was cancelled while a call was under way. */
const IN_CALLS: readonly Harm[] = ['untold', 'crashed'];

type Attempts = readonly Attempt[];
type Calls = readonly SimulatedCall[];
type Records = readonly EventRecord[];

type Harms = Record<Exclude<Harm, 'copied'>, number>;

type Known = {
  readonly event: QueuedEvent;
  readonly harms: Harms;
  callsAtItsEnd?: number;
  /** Whether nothing is pending for the event, its callbacks included. */
  isSettled: boolean;
  /** How many retries of the event were asked for, whatever the answers were. */
  retries: number;
  isCancelled: 'no' | 'maybe' | 'yes';
  /** The uuids of the callbacks for the ends that a client saw. */
  readonly ends: Set<string>;
};

/**
 * The promises of the queue for whole histories, checked without the queue's own rules. Every accepted event finishes.
 * It is called at its instants, once each, unless a mishap explains otherwise. Its record says what happened. Each
 * end that was not asked for is told once to each URL, by an event like any other.
 */
export function queueModel(answerAfter: number) {
  const events = new Map<string, Known>();
  /** The mishaps of callbacks that have not been seen yet, by uuid. */
  const harmsOfUnseen = new Map<string, Harms>();
  /**
   * The attempts that a retry of a waiting event asked for, by uuid and number, each with the instant of the first
   * request.
   */
  const broughtForward = new Map<string, Map<number, number>>();
  /** The true instant from which no attempt may start; undefined if the queue may not be paused. */
  let quietFrom: number | undefined;
  /** Whether the queue is paused or may be, so that events may be late. */
  let mayBePaused = false;
  /** The promises that were broken. */
  const broken: string[] = [];

  function accept(event: QueuedEvent, harms = noHarms()): void {
    if (mayBePaused) add(harms, 'late');
    const known: Known = { event, harms, isSettled: false, retries: 0, isCancelled: 'no', ends: new Set() };
    events.set(event.key.uuid, known);
  }

  /** @param uuid of the event that it concerns; without one, any that is unfinished, or whose call may be under way */
  function harm(harms: readonly Harm[], uuid?: string): void {
    const concerned = uuid === undefined ? [...events.values()] : [events.get(uuid) ?? unseen(uuid)];
    for (const known of concerned)
      for (const one of harms) if (!known.isSettled || IN_CALLS.includes(one)) add(known.harms, one);
  }

  function unseen(uuid: string): Pick<Known, 'harms' | 'isSettled'> {
    const harms = harmsOfUnseen.get(uuid) ?? noHarms();
    harmsOfUnseen.set(uuid, harms);
    return { harms, isSettled: false };
  }

  /** Notes that a client asked for a cancel. A request that was answered counts from then on. */
  function cancel({ key }: QueuedEvent, isAnswered: boolean): void {
    const known = events.get(key.uuid);
    if (known === undefined) return;
    if (isAnswered) known.isCancelled = 'yes';
    else if (known.isCancelled === 'no') known.isCancelled = 'maybe';
  }

  /** Notes that a client asked for a retry of a finished event, whose end it has seen. */
  function retry({ event, progress }: EventRecord, isAnswered: boolean): void {
    const known = events.get(event.key.uuid);
    if (known === undefined) return;
    known.retries++;
    known.isSettled = false;
    delete known.callsAtItsEnd;
    if (!isAnswered && known.isCancelled === 'yes') known.isCancelled = 'maybe';
    if (!isAnswered) return;
    known.isCancelled = 'no';
    for (const uuid of callbackUuids({ event, progress })) known.ends.add(uuid);
  }

  /** Notes that a client asked for a retry of a waiting event, whatever the answer was. */
  function bringForward({ key }: QueuedEvent, { nextAttempt }: Waiting, now: number): void {
    const asked = broughtForward.get(key.uuid) ?? new Map<number, number>();
    broughtForward.set(key.uuid, asked.set(nextAttempt, Math.min(now, asked.get(nextAttempt) ?? now)));
  }

  /** Notes that a client paused the queue. Everything that waits may be late from then on. */
  function pause(trulyNow: number, isAnswered: boolean): void {
    mayBePaused = true;
    harm(['late']);
    if (isAnswered) quietFrom ??= trulyNow + NOTICED_WITHIN;
  }

  /** Notes that a client resumed the queue, whatever the answer was. */
  function resume(isAnswered: boolean): void {
    quietFrom = undefined;
    if (isAnswered) mayBePaused = false;
  }

  function checkPause({ url }: QueuedEvent, trulyNow: number): void {
    must(quietFrom === undefined || trulyNow <= quietFrom, `${url} is not called while the queue is paused`);
  }

  /** Checks, when a call starts, that its attempt is pending according to the store. */
  function callStarts({ event, progress }: EventRecord, attempt: number): void {
    const isPending = progress.status === 'waiting_execution' && progress.nextAttempt === attempt;
    const mayBeRepeated = (events.get(event.key.uuid)?.harms.repeated ?? 1) > 0;
    must(isPending || mayBeRepeated, `attempt ${attempt} of ${event.url} is pending when it is made`);
  }

  /** Checks what must hold at any time. */
  function check(records: Records, calls: Calls): void {
    for (const record of records) acceptCallbacks(record, records);
    for (const record of records) checkRecordOf(record, callsOf(record.event, calls));
  }

  function checkRecordOf({ event, progress }: EventRecord, own: Calls): void {
    const repeated = events.get(event.key.uuid)?.harms.repeated ?? Number.POSITIVE_INFINITY;
    const repetitions = own.length - new Set(own.map(({ attempt }) => attempt)).size;
    must(repetitions <= repeated, `${event.url} is called again ${repeated} times at most, not ${repetitions}`);
    checkRequests(event, own);
    for (const call of own) checkCall(event, call, progress.attempts);
    for (const attempt of progress.attempts) checkRecord(event, attempt, own);
    checkTurns(event, own);
    if (progress.status !== 'waiting_execution') checkSilence(event, own);
    const known = events.get(event.key.uuid);
    if (known !== undefined) known.isSettled = pendingSince(progress) === undefined;
  }

  /**
   * A callback gets the mishaps of its event, because they may have happened while the end was being told.
   */
  function acceptCallbacks(record: EventRecord, records: Records): void {
    const harms = events.get(record.event.key.uuid)?.harms;
    if (harms === undefined) return;
    for (const { event } of callbacksOf(record, records).map((one) => one.record))
      if (!events.has(event.key.uuid)) accept(event, sum(harms, harmsOfUnseen.get(event.key.uuid) ?? noHarms()));
  }

  function checkCall(event: QueuedEvent, call: SimulatedCall, attempts: Attempts): void {
    const { url, key, maxTryCount } = event;
    const before = attempts.find(({ number }) => number === call.attempt - 1);
    const { retries = 0 } = events.get(key.uuid) ?? {};
    const mostTries = maxTryCount * (1 + retries) + retries;
    const ownInstant = before ? endOf(before) + leastPause(event, before) : key.dueAt;
    const pendingAt = Math.min(ownInstant, broughtForward.get(key.uuid)?.get(call.attempt) ?? ownInstant);
    must(call.attempt <= mostTries, `${url} has no attempt ${call.attempt}`);
    must(
      retries > 0 || call.at >= pendingAt,
      `attempt ${call.attempt} of ${url} is not made ${pendingAt - call.at} ms early`,
    );
  }

  function checkRequests({ key, url, maxTryCount }: QueuedEvent, own: Calls): void {
    const { retries = 0, harms } = events.get(key.uuid) ?? {};
    const seen = own.reduce((sum, { requests = 1 }) => sum + requests, 0);
    const most = maxTryCount * (1 + retries) + 2 * (harms?.repeated ?? Number.POSITIVE_INFINITY);
    must(seen <= most, `the receiver of ${url} sees ${most} requests at most, not ${seen}`);
  }

  function checkTurns({ key, url }: QueuedEvent, own: Calls): void {
    if ((events.get(key.uuid)?.harms.repeated ?? 1) > 0) return;
    const isInTurn = own.every((call, index) => !overlap(call, own[index - 1]));
    must(isInTurn, `no two attempts of ${url} run at once`);
  }

  /** Whether a call starts before the previous one has ended, and no jump of the clocks explains that. */
  function overlap({ at, trulyAt }: SimulatedCall, before: SimulatedCall | undefined): boolean {
    if (before === undefined) return false;
    return trulyAt - before.trulyAt < answerAfter && Math.abs(at - before.at) < answerAfter;
  }

  function checkRecord({ url }: QueuedEvent, { number, outcome, startedAt }: Attempt, calls: Calls): void {
    const wasMade = calls.some(({ attempt, at }) => attempt === number && at === startedAt);
    must(wasMade || outcome === 'crashed', `attempt ${number} of ${url} was made as it is recorded`);
  }

  function checkSilence({ key, url }: QueuedEvent, calls: Calls): void {
    const known = events.get(key.uuid);
    if (known === undefined) return;
    known.callsAtItsEnd ??= calls.length;
    must(calls.length <= known.callsAtItsEnd + known.harms.repeated, `${url} is not called after its end`);
  }

  /** Checks what must hold after nothing has gone wrong for long enough. */
  function checkEnd(records: Records, calls: Calls): void {
    const kept = new Set(records.map(({ event }) => event.key.uuid));
    for (const [uuid, { event }] of events) must(kept.has(uuid), `${event.url} is in the store`);
    for (const record of records) {
      const { event, progress } = record;
      must(progress.status !== 'waiting_execution', `${event.url} is finished`);
      checkTold(record, records);
      checkHistory(event, progress, callsOf(event, calls));
      checkLife(event, progress, callsOf(event, calls));
    }
  }

  /** Checks that the history has every attempt that was made; of more than twenty, the first ten and the last ten. */
  function checkHistory({ key, url }: QueuedEvent, { attempts }: Progress, own: Calls): void {
    if ((events.get(key.uuid)?.harms.untold ?? 1) > 0) return;
    const numbers = [...new Set(own.map(({ attempt }) => attempt))].sort((one, other) => one - other);
    const kept = numbers.filter((_, index) => index < 10 || index >= numbers.length - 10);
    const told = attempts.map(({ number }) => number);
    must(
      kept.every((number) => told.includes(number)),
      `the attempts ${kept} of ${url} are told of, not ${told}`,
    );
  }

  /** Checks that each known end is told once to each of its URLs, and that nothing else is told. */
  function checkTold(record: EventRecord, records: Records): void {
    const { event, progress } = record;
    const callbacks = callbacksOf(record, records);
    const told = callbacks.map((one) => one.record.event.key.uuid);
    const { retries = 0, ends = [], harms = noHarms() } = events.get(event.key.uuid) ?? {};
    const mustBeTold = new Set([...ends, ...callbackUuids(record)]);
    const isRight = new Set(told).isSupersetOf(mustBeTold) && new Set(told).size === told.length;
    must(isRight, `${event.url} is told of ${[...mustBeTold]}, not of ${told}`);
    const mostFailures = retries + (progress.status === 'failed' || harms.repeated > 0 ? 1 : 0);
    const mostSuccesses = retries + (progress.status === 'success' ? 1 : 0);
    for (const url of new Set([event.failureUrl, event.callbackUrl])) {
      const toUrl = callbacks.filter((one) => one.record.event.url === url);
      const successes = toUrl.filter(({ tellsOfSuccess }) => tellsOfSuccess).length;
      must(successes <= mostSuccesses, `${event.url} is told as ${mostSuccesses} successes, not ${successes}`);
      const failures = toUrl.length - successes;
      must(failures <= mostFailures, `${event.url} is told as ${mostFailures} failures, not ${failures}`);
    }
  }

  function checkLife(event: QueuedEvent, progress: Progress, calls: Calls): void {
    const { url, key } = event;
    const { callsAt, status } = lifeOf(event, answerAfter);
    const crashes = progress.attempts.filter(({ outcome }) => outcome === 'crashed').length;
    const { harms, retries = 0, isCancelled = 'no' } = events.get(key.uuid) ?? {};
    must(crashes <= (harms?.crashed ?? crashes), `${url} has no crashed attempts without a death`);
    if (isCancelled === 'yes') {
      must(isCancelledOr(progress), `${url} is cancelled, or has succeeded all the same`);
      return;
    }
    const mayBeCancelled = isCancelled === 'maybe' && progress.status === 'cancelled';
    must(crashes > 0 || mayBeCancelled || progress.status === status, `${url} ends as its receiver answers`);
    must(mayBeCancelled || hasUsedItsTries(event, progress), `${url} has all its tries, or an end before`);
    if (retries > 0 || isCancelled === 'maybe' || broughtForward.has(key.uuid)) return;
    if (harms === undefined || Object.values(harms).some((count) => count > 0)) return;
    const times = [calls.map(({ at }) => at), callsAt].map((list) => list.map((at) => at - key.dueAt).join(', '));
    must(
      times[0] === times[1] || event.retry.backoff === 'exponential',
      `${url} is called at ${times[1]}, not at ${times[0]}`,
    );
  }

  function must(holds: boolean, promise: string): void {
    if (!holds) broken.push(promise);
  }

  /** One of the accepted events, drawn by chance. */
  function anyEvent(which: number): QueuedEvent | undefined {
    return [...events.values()][which % events.size]?.event;
  }

  return {
    accept,
    anyEvent,
    eventOf: (uuid: string) => events.get(uuid)?.event,
    harm,
    cancel,
    retry,
    bringForward,
    pause,
    resume,
    checkPause,
    mayBePaused: () => mayBePaused,
    callStarts,
    check,
    checkEnd,
    broken,
  };
}

const noHarms = (): Harms => ({ late: 0, repeated: 0, crashed: 0, untold: 0 });

const sum = (one: Harms, other: Harms): Harms => ({
  late: one.late + other.late,
  repeated: one.repeated + other.repeated,
  crashed: one.crashed + other.crashed,
  untold: one.untold + other.untold,
});

function add(harms: Harms, harm: Harm): void {
  if (harm === 'copied') harms.repeated++;
  else if (harm === 'repeated') harms.repeated += 1 + harms.repeated;
  else harms[harm]++;
}

/** The uuids of the callbacks that tell of the present end of an event. */
function callbackUuids({ event, progress }: EventRecord): string[] {
  if (progress.status === 'waiting_execution') return [];
  return callbacksOfEnd(event, progress).map((field) => callbackKey(event, progress, field).uuid);
}

const callsOf = ({ key }: QueuedEvent, calls: Calls) => calls.filter(({ uuid }) => uuid === key.uuid);

const endOf = ({ startedAt, duration }: Attempt) => startedAt + duration;

/** The delay that a receiver asks for, which counts only if its answer has come. */
function leastPause(event: QueuedEvent, { number, outcome }: Attempt): number {
  return pauseAfter(event, outcome === 'answered' ? number : 0);
}

function isCancelledOr({ status }: Progress): boolean {
  return status === 'cancelled' || status === 'success';
}

/** How many tries an event has used since its last retry. */
function hasUsedItsTries(event: QueuedEvent, progress: Progress): boolean {
  const { status, tryCount, triedBefore = 0, repeatedRequests = 0, attempts } = progress;
  const isStopped = isGone(event) && attempts.at(-1)?.outcome === 'answered';
  return status === 'success' || isStopped || tryCount - triedBefore + repeatedRequests === event.maxTryCount;
}

export type QueueModel = ReturnType<typeof queueModel>;

function lifeOf(event: QueuedEvent, answerAfter: number): Life {
  const callsAt: number[] = [];
  let triesLeft = isGone(event) ? 1 : event.maxTryCount;
  for (let attempt = 1; triesLeft > 0; attempt++) {
    triesLeft -= requestsOf(event, triesLeft);
    const last = callsAt.at(-1);
    callsAt.push(last === undefined ? event.key.dueAt : last + answerAfter + pauseAfter(event, attempt - 1));
    if (succeedsAt(event, attempt)) return { callsAt, status: 'success' };
  }
  return { callsAt, status: 'failed' };
}

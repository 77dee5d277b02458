import type { QueuedEvent } from '../../core/event.ts';
import type { EventRecord } from '../../core/ports.ts';
import type { Attempt, Progress } from '../../core/progress.ts';
import { succeedsAt } from './mixed-events.ts';
import type { SimulatedCall } from './simulated-cloud.ts';

/** What a mishap may do to an event: one more call, or as many more as were under way. Nothing may lose it, or call it early. */
export type Harm = 'late' | 'copied' | 'repeated' | 'crashed';

/** How an event lives if nothing goes wrong: the instants of its calls, and its end. */
type Life = { readonly callsAt: readonly number[]; readonly status: 'success' | 'max_try_count_reached' };

type Attempts = readonly Attempt[];
type Calls = readonly SimulatedCall[];

type Known = {
  readonly event: QueuedEvent;
  readonly harms: Record<Exclude<Harm, 'copied'>, number>;
  callsAtItsEnd?: number;
};

/**
 * The promises of the queue, said of whole histories and without its rules: every accepted event is finished; it is called at
 * its instants, once each, unless a mishap explains otherwise; its record tells what happened.
 */
export function queueModel(answerAfter: number) {
  const events = new Map<string, Known>();
  /** The promises that were not kept. */
  const broken: string[] = [];

  function accept(event: QueuedEvent): void {
    events.set(event.key.uuid, { event, harms: { late: 0, repeated: 0, crashed: 0 } });
  }

  /** @param uuid of the event that it concerns; without one, any that is unfinished */
  function harm(harms: readonly Harm[], uuid?: string): void {
    const concerned = uuid === undefined ? [...events.values()] : [events.get(uuid)];
    for (const known of concerned) {
      if (known === undefined || known.callsAtItsEnd !== undefined) continue;
      for (const one of harms) add(known.harms, one);
    }
  }

  /** When a call starts: by what the store holds at that moment, this attempt must be owed. */
  function callStarts({ event, progress }: EventRecord, attempt: number): void {
    const isOwed = progress.status === 'waiting_execution' && progress.nextAttempt === attempt;
    const mayBeRepeated = (events.get(event.key.uuid)?.harms.repeated ?? 1) > 0;
    must(isOwed || mayBeRepeated, `attempt ${attempt} of ${event.url} is owed when it is made`);
  }

  /** What has to hold at any time. */
  function check(records: readonly EventRecord[], calls: Calls): void {
    for (const { event, progress } of records) {
      const own = callsOf(event, calls);
      const repeated = events.get(event.key.uuid)?.harms.repeated ?? Number.POSITIVE_INFINITY;
      const repetitions = own.length - new Set(own.map(({ attempt }) => attempt)).size;
      must(repetitions <= repeated, `${event.url} is called again ${repeated} times at most, not ${repetitions}`);
      for (const call of own) checkCall(event, call, progress.attempts);
      for (const attempt of progress.attempts) checkRecord(event, attempt, own);
      if (progress.status !== 'waiting_execution') checkSilence(event, own);
    }
  }

  function checkCall({ url, key, retry, maxTryCount }: QueuedEvent, call: SimulatedCall, attempts: Attempts): void {
    const before = attempts.find(({ number }) => number === call.attempt - 1);
    const owedAt = before ? before.startedAt + before.duration + retry.delay : key.dueAt;
    must(call.attempt <= maxTryCount, `${url} has no attempt ${call.attempt}`);
    must(call.at >= owedAt, `attempt ${call.attempt} of ${url} is not made ${owedAt - call.at} ms early`);
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

  /** What has to hold once nothing has gone wrong for long enough. */
  function checkEnd(records: readonly EventRecord[], calls: Calls): void {
    const kept = new Set(records.map(({ event }) => event.key.uuid));
    for (const [uuid, { event }] of events) must(kept.has(uuid), `${event.url} is in the store`);
    for (const { event, progress } of records) {
      must(progress.status !== 'waiting_execution', `${event.url} is finished`);
      checkLife(event, progress, callsOf(event, calls));
    }
  }

  function checkLife(event: QueuedEvent, progress: Progress, calls: Calls): void {
    const { url, key, maxTryCount } = event;
    const { callsAt, status } = lifeOf(event, answerAfter);
    const crashes = progress.attempts.filter(({ outcome }) => outcome === 'crashed').length;
    const { harms } = events.get(key.uuid) ?? {};
    must(crashes <= (harms?.crashed ?? crashes), `${url} has no crashed attempts without a death`);
    must(crashes > 0 || progress.status === status, `${url} ends as its receiver answers`);
    must(status === 'success' || progress.tryCount === maxTryCount, `${url} is tried ${maxTryCount} times`);
    if (harms === undefined || Object.values(harms).some((count) => count > 0)) return;
    const times = [calls.map(({ at }) => at), callsAt].map((list) => list.map((at) => at - key.dueAt).join(', '));
    must(times[0] === times[1], `${url} is called at ${times[1]}, not at ${times[0]}`);
  }

  function must(holds: boolean, promise: string): void {
    if (!holds) broken.push(promise);
  }

  return { accept, harm, callStarts, check, checkEnd, broken };
}

function add(harms: Known['harms'], harm: Harm): void {
  if (harm === 'copied') harms.repeated++;
  else if (harm === 'repeated') harms.repeated += 1 + harms.repeated;
  else harms[harm]++;
}

const callsOf = ({ key }: QueuedEvent, calls: Calls) => calls.filter(({ uuid }) => uuid === key.uuid);

export type QueueModel = ReturnType<typeof queueModel>;

function lifeOf(event: QueuedEvent, answerAfter: number): Life {
  const callsAt: number[] = [];
  for (let attempt = 1; attempt <= event.maxTryCount; attempt++) {
    const last = callsAt.at(-1);
    callsAt.push(last === undefined ? event.key.dueAt : last + answerAfter + event.retry.delay);
    if (succeedsAt(event, attempt)) return { callsAt, status: 'success' };
  }
  return { callsAt, status: 'max_try_count_reached' };
}

import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { HOUR, MINUTE, SECOND } from '../../core/durations.ts';
import type { QueuedEvent } from '../../core/event/event.ts';
import type { EventKey } from '../../core/event/event-key.ts';
import { isPaused } from '../../core/event/pause.ts';
import { rest } from '../../verify/shared/simulated-clock.ts';
import { memoryEventStore } from '../support/memory-event-store.ts';
import { areSettled, everyEvent, mixedAnswer, requestsOf, wishes } from '../support/mixed-events.ts';
import { type Harm, type QueueModel, queueModel } from '../support/queue-model.ts';
import { wantedEvent } from '../support/sample-event.ts';
import { type Fault, type Operation, simulatedCloud } from '../support/simulated-cloud.ts';
import type { Held } from '../support/simulated-due-queue.ts';

const RUNS = Number(process.env.RUNS ?? 1_000);
/** A busy machine takes many times as long as the quarter of a minute that the histories take on an idle one. */
const LONGEST_RUN = 30 * MINUTE;
/**
 * The histories are the same in each run, so that only a change of the code turns them red. Other ones, and more, are
 * tried by `SEED=2 RUNS=20000 npm run jest -- test/core/model`.
 */
const SEED = Number(process.env.SEED ?? 1);
const ANSWER_AFTER = 2 * SECOND;
const MOST_SHARDS = 4;

/**
 * What is going to go wrong, and whether no run of the dispatcher has seen yet that the clock was put back. A run
 * notices it, if the run comes soon and before the clock is put forward again (docs/decisions/0005).
 */
type Trouble = {
  faults: { fault: Fault; afterSteps: number }[];
  refusedRecords: number;
  missedRuns: number;
  runsAtOnce: number;
  putBackUnseen: boolean;
};
type Real = { readonly cloud: ReturnType<typeof simulatedCloud>; readonly trouble: Trouble };
type Step = fc.AsyncCommand<QueueModel, Real>;

test(
  `through any ${RUNS} histories of mishaps nothing accepted is lost, early, or repeated without one to blame`,
  async () => {
    const history = fc.commands([...steps], { maxCommands: 40, size: 'max' });
    await fc.assert(fc.asyncProperty(history, keepsItsPromises), { numRuns: RUNS, seed: SEED });
  },
  LONGEST_RUN,
);

async function keepsItsPromises(history: Iterable<Step>): Promise<void> {
  const { model, real } = setUp();
  await fc.asyncModelRun(() => ({ model, real }), history);
  const { cloud, trouble } = real;
  Object.assign(trouble, noTrouble());
  model.resume(true);
  // A process that died may have the lease, which runs out when the clock moves.
  void cloud.queue.resume().catch(() => {});
  for (let hour = 0; hour < 12 && (hour < 1 || (await isBusy(cloud))); hour++)
    await cloud.runUntil(cloud.clock.now() + HOUR);
  const records = await everyEvent(cloud.store, MOST_SHARDS);
  model.check(records, cloud.calls);
  model.checkEnd(records, cloud.calls);
  expect(model.broken).toEqual([]);
}

function setUp(): { model: QueueModel; real: Real } {
  const model = queueModel(ANSWER_AFTER);
  const trouble: Trouble = { ...noTrouble(), putBackUnseen: false };
  const store = memoryEventStore();
  const cloud = simulatedCloud({
    store,
    answerAfter: ANSWER_AFTER,
    answer(event, attempt, triesLeft) {
      model.checkPause(event, cloud.clock.now());
      void store.findEvent(event.key).then((record) => record && model.callStarts(record, attempt));
      const result = mixedAnswer(event, attempt);
      return requestsOf(event, triesLeft) === 2 ? { ...result, requests: 2 } : result;
    },
    dispatches() {
      if (trouble.missedRuns > 0) model.harm(['late']);
      if (trouble.missedRuns-- > 0) return 0;
      const runs = trouble.runsAtOnce;
      trouble.runsAtOnce = 1;
      return runs;
    },
    fault(operation, args) {
      const fault = faultOf(trouble, operation);
      if (fault === undefined && operation === 'saveCursors') trouble.putBackUnseen = false;
      if (fault !== undefined) model.harm(...harmOf(fault, operation, args));
      return fault;
    },
  });
  return { model, real: { cloud, trouble } };
}

function noTrouble(): Omit<Trouble, 'putBackUnseen'> {
  return { faults: [], refusedRecords: 0, missedRuns: 0, runsAtOnce: 1 };
}

function faultOf(trouble: Trouble, operation: Operation): Fault | undefined {
  const isRecord = operation === 'recordSuccess' || operation === 'recordUnlessChanged';
  if (isRecord && trouble.refusedRecords-- > 0) return 'fails';
  for (const planned of trouble.faults) planned.afterSteps--;
  const now = trouble.faults.find(({ afterSteps }) => afterSteps < 0);
  trouble.faults = trouble.faults.filter((planned) => planned !== now);
  return now?.fault;
}

/**
 * The mishaps that a fault may cause. A death repeats the calls under way. A claim that was made and reported as failed
 * looks like a death. A page that is not saved, or of which a message could not be sent, is handled again. Every other
 * fault only costs time, and only that of the event that it concerns.
 */
function harmOf(fault: Fault, operation: Operation, args: readonly unknown[]): [Harm[], (string | undefined)?] {
  if (fault.startsWith('dies')) return [['late', 'repeated', 'crashed', 'untold']];
  if (operation === 'recordUnlessChanged') return [['late', 'crashed'], uuidIn(args)];
  if (operation === 'send' || operation === 'saveCursors') return [['late', 'repeated']];
  return [['late'], uuidIn(args)];
}

function uuidIn([first]: readonly unknown[]): string | undefined {
  const { uuid, key } = (first ?? {}) as Partial<EventKey & Pick<QueuedEvent, 'key'>>;
  return uuid ?? key?.uuid;
}

/**
 * Whether anything may still happen. A message of a cancelled event may belong to an attempt that could not be recorded
 * yet.
 */
const isBusy = async ({ store, dueQueue }: Real['cloud']) =>
  dueQueue.held().length > 0 || !areSettled(await everyEvent(store, MOST_SHARDS));

/** Makes one step of a history, and then checks what must hold at any time. */
function step<Args extends readonly unknown[]>(
  name: string,
  args: { [Index in keyof Args]: fc.Arbitrary<Args[Index]> },
  take: (real: Real, model: QueueModel, ...args: Args) => Promise<void> | void,
): fc.Arbitrary<Step> {
  return fc.tuple<unknown[]>(...args).map((values) => ({
    check: () => true,
    async run(model, real) {
      await take(real, model, ...(values as unknown as Args));
      await rest(1);
      model.check(await everyEvent(real.cloud.store, MOST_SHARDS), real.cloud.calls);
      // A history has dozens of steps, and an assertion costs as much as a step.
      if (model.broken.length > 0) expect(model.broken).toEqual([]);
    },
    toString: () => `${name}(${values.map((value) => JSON.stringify(value)).join(', ')})`,
  }));
}

/** A step that changes one of the messages on the due queue, if there is one. */
function tamper(name: string, harms: readonly Harm[], change: (held: Held, cloud: Real['cloud']) => void) {
  return step<[number]>(name, [fc.nat(20)], ({ cloud }, model, which) => {
    const held = cloud.dueQueue.held();
    const one = held[which % held.length];
    if (one === undefined) return;
    model.harm(harms, one.message.key.uuid);
    change(one, cloud);
  });
}

/** Publishes events. If the publisher gets no answer, an event may be there or not. */
async function publishAll({ cloud }: Real, model: QueueModel, which: readonly number[]): Promise<void> {
  const published = which.map((one) => answerOf(cloud.queue.publish(wantedEvent(wishes[one]), 'web')));
  for (const record of await Promise.all(published)) if (record !== undefined) model.accept(record.event);
}

async function cancelAny(real: Real, model: QueueModel, which: number): Promise<void> {
  await cancel(real, model, model.anyEvent(which));
}

/** Cancels the event whose call started last, if the call is under way, and may ask for a retry at the same moment. */
async function cancelInCall(
  real: Real,
  model: QueueModel,
  which: number,
  retry: 'one' | 'all' | 'none',
): Promise<void> {
  const { cloud } = real;
  await publishAll(real, model, [which]);
  await cloud.runUntil(cloud.clock.now() + ANSWER_AFTER / 2);
  const call = cloud.calls.findLast(({ at }) => at + ANSWER_AFTER > cloud.now());
  const event = call && model.eventOf(call.uuid);
  await cancel(real, model, event);
  if (retry === 'one') await retryOf(real, model, event);
  if (retry === 'all') await retryCancelled(real, model);
}

async function cancel({ cloud }: Real, model: QueueModel, event: QueuedEvent | undefined): Promise<void> {
  if (event === undefined) return;
  const changed = await answerOf(cloud.queue.cancel(event.key));
  if (typeof changed !== 'string') model.cancel(event, changed !== undefined);
}

async function retryAny(real: Real, model: QueueModel, which: number): Promise<void> {
  await retryOf(real, model, model.anyEvent(which));
}

async function retryOf({ cloud, trouble }: Real, model: QueueModel, event: QueuedEvent | undefined): Promise<void> {
  const before = event && (await cloud.store.findEvent(event.key));
  if (before === undefined) return;
  const { event: asked, progress } = before;
  if (progress.status === 'waiting_execution') model.bringForward(asked, progress, cloud.now());
  const changed = await answerOf(cloud.queue.retry(asked.key));
  if (typeof changed === 'object' && 'tooSoon' in changed) return;
  if (progress.status !== 'waiting_execution') model.retry(before, changed !== undefined);
  // The retry sends a second message for the attempt, delayed until the first one has been handled. After the clock was
  // put back, the second one may come too early, so the attempt may be made twice.
  else if (trouble.putBackUnseen) model.harm(['copied'], asked.key.uuid);
}

/** Retries all events that wait, at once or at a rate. The answer says how many are now due earlier, and not which. */
async function callWaiting({ cloud }: Real, model: QueueModel, rate: number | undefined): Promise<void> {
  for (const { event, progress } of await everyEvent(cloud.store, MOST_SHARDS))
    if (progress.status === 'waiting_execution') model.bringForward(event, progress, cloud.now());
  await answerOf(cloud.queue.retryAll({ status: 'waiting_execution', tags: [] }, undefined, { rate }));
}

/** Retries all cancelled events. The answer says how many were opened again, and not which ones. */
async function retryCancelled({ cloud }: Real, model: QueueModel, rate?: number): Promise<void> {
  const records = await everyEvent(cloud.store, MOST_SHARDS);
  const changed = await answerOf(cloud.queue.retryAll({ status: 'cancelled', tags: [] }, undefined, { rate }));
  for (const before of records.filter(({ progress }) => progress.status === 'cancelled'))
    model.retry(before, changed !== undefined);
}

async function pauseQueue({ cloud }: Real, model: QueueModel): Promise<void> {
  const paused = await answerOf(cloud.queue.pause());
  model.pause(cloud.clock.now(), paused !== undefined);
}

/**
 * Resumes the queue. The answer may come only when the clock moves, so the pause itself tells whether it has ended.
 */
async function resumeQueue({ cloud }: Real, model: QueueModel): Promise<void> {
  await answerOf(cloud.queue.resume());
  model.resume(!isPaused(await cloud.pauses.read()));
}

/** Resolves to the answer, or to undefined if none comes because the process dies or fails. */
function answerOf<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  return Promise.race([asked.catch(() => undefined), rest(1).then(() => undefined)]);
}

/** Retries at once, soon after each other, and so far apart that the due queue cannot wait for them. */
const rates = fc.constantFrom(undefined, 1, 1 / 1_000);

const steps: readonly fc.Arbitrary<Step>[] = [
  step<[number[]]>('publish', [fc.array(fc.nat(wishes.length - 1), { minLength: 1, maxLength: 5 })], publishAll),
  step<[number]>('tick', [fc.constantFrom(SECOND, 20 * SECOND, MINUTE, 5 * MINUTE, 20 * MINUTE)], ({ cloud }, _, by) =>
    cloud.runUntil(cloud.clock.now() + by),
  ),
  step<[number]>('cancel', [fc.nat(50)], cancelAny),
  step<[number]>('retry', [fc.nat(50)], retryAny),
  step<[number, 'one' | 'all' | 'none']>(
    'cancel in a call',
    [fc.nat(wishes.length - 1), fc.constantFrom('one', 'all', 'none')],
    cancelInCall,
  ),
  step<[number | undefined]>('retry all that are cancelled', [rates], retryCancelled),
  step<[number | undefined]>('call all that wait now', [rates], callWaiting),
  step<[]>('pause', [], pauseQueue),
  step<[]>('resume', [], resumeQueue),
  tamper('lose', ['late', 'untold'], (held, { dueQueue }) => dueQueue.remove([held])),
  tamper('repeat', ['late', 'copied'], (held, { dueQueue }) => dueQueue.repeat(held)),
  tamper('delay', ['late'], (held) => {
    held.visibleAt += 7 * MINUTE;
  }),
  // A second message for an attempt is not moved. It is delayed until the first one has been handled, and is only
  // useful after that; SQS never hands a message over before its delay has ended.
  tamper('hand over early', [], (held, { clock }) => {
    if (held.receiveCount === 0 && !held.isSecond) held.visibleAt = clock.now();
  }),
  step<[Fault, number]>(
    'fault',
    [fc.constantFrom('fails', 'is done and fails', 'dies before', 'dies after'), fc.nat(40)],
    ({ trouble }, _, fault, afterSteps) => void trouble.faults.push({ fault, afterSteps }),
  ),
  step<[number]>('throttle records', [fc.integer({ min: 1, max: 10 })], ({ trouble }, _, count) => {
    trouble.refusedRecords = count;
  }),
  step<[number]>('miss runs', [fc.integer({ min: 1, max: 15 })], ({ trouble }, _, count) => {
    if (!trouble.putBackUnseen) trouble.missedRuns = count;
  }),
  step<[number]>('run at once', [fc.integer({ min: 2, max: 3 })], ({ trouble }, _, count) => {
    trouble.runsAtOnce = count;
  }),
  step<[number]>(
    'put the clock back',
    [fc.constantFrom(MINUTE, 10 * MINUTE, HOUR)],
    ({ cloud, trouble }, model, by) => {
      model.harm(['late', 'repeated', 'crashed']);
      for (const { message } of cloud.dueQueue.held().filter((one) => one.isSecond))
        model.harm(['copied'], message.key.uuid);
      trouble.putBackUnseen = true;
      trouble.missedRuns = 0;
      cloud.jump(-by);
    },
  ),
  step<[number]>(
    'put the clock forward',
    [fc.constantFrom(MINUTE, 10 * MINUTE, HOUR)],
    ({ cloud, trouble }, model, by) => {
      if (trouble.putBackUnseen) return;
      // When the clock jumps forward, a claim may run out while its call is under way.
      model.harm(['late', 'crashed']);
      // After a pause, the message for an attempt that was under way when the pause began is delayed until that attempt
      // has ended. If the clock jumps, the message may come too early, so the attempt may be made twice.
      if (model.mayBePaused()) model.harm(['copied']);
      cloud.jump(by);
    },
  ),
  step<[]>('restart', [], async ({ cloud }, model) => {
    model.harm(['late', 'repeated', 'crashed', 'untold']);
    await cloud.restart();
  }),
];

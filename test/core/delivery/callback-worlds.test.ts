import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { HOUR, MINUTE, SECOND } from '../../../core/durations.ts';
import { callbackKey, callbacksOfEnd } from '../../../core/event/callback-key.ts';
import type { QueuedEvent } from '../../../core/event/event.ts';
import type { Finished, Progress } from '../../../core/event/progress.ts';
import type { EventStore } from '../../../core/ports.ts';
import { rest } from '../../../verify/shared/simulated-clock.ts';
import { memoryEventStore } from '../../support/memory-event-store.ts';
import { areSettled, callbacksOf, everyEvent } from '../../support/mixed-events.ts';
import { answered, wantedEvent } from '../../support/sample-event.ts';
import { type Fault, simulatedCloud } from '../../support/simulated-cloud.ts';
import { received } from '../../support/simulated-time.ts';

/** More worlds, and other ones, are tried by `WORLDS=5000 SEED=2 npm run jest -- test/core/delivery/callback-worlds`. */
const WORLDS = Number(process.env.WORLDS ?? 100);
const SEED = Number(process.env.SEED ?? 1);
const LONGEST_RUN = 30 * MINUTE;
const SHARDS = 4;
const STEPS = 60;
const FAULTS: readonly Fault[] = ['fails', 'is done and fails', 'dies before', 'dies after'];
const ANSWER_AFTER = 2 * SECOND;
const PACES = [SECOND / 2, SECOND / 2, SECOND, SECOND, 20 * SECOND, 20 * SECOND, 11 * MINUTE];
const wanted = wantedEvent({
  url: 'https://example.com/work',
  maxTryCount: 2,
  retry: { backoff: 'fixed', delay: 20 * SECOND, maxDelay: HOUR },
  callbackUrl: 'https://example.com/result',
});
const FAILURE_URL = 'https://example.com/failed';

/** An end that was recorded, with the uuids of its callbacks. */
type End = {
  readonly status: Finished['status'];
  readonly uuids: readonly string[];
  /** Whether a success took the place of this end while its callbacks were pending. Then it may be told or not. */
  isReplaced: boolean;
};

test(
  `in any of ${WORLDS} worlds in which processes die, messages come twice or never, and users cancel and retry, each end has one callback, and no other is told`,
  () => fc.assert(fc.asyncProperty(fc.integer(), tellsEachEndOnce), { numRuns: WORLDS, seed: SEED }),
  LONGEST_RUN,
);

async function tellsEachEndOnce(seed: number): Promise<void> {
  const chance = chanceFrom(seed);
  const ends: End[] = [];
  let isCalm = true;
  const cloud = simulatedCloud({
    store: notingEnds(memoryEventStore(), ends),
    answerAfter: ANSWER_AFTER,
    answer: ({ url }) => answered(chance() < (url === wanted.url ? 0.35 : 0.8) ? 200 : 500),
    loses: () => !isCalm && chance() < 0.1,
    fault: () => (isCalm || chance() > 0.06 ? undefined : FAULTS[Math.floor(chance() * FAULTS.length)]),
  });
  const { event } = await cloud.queue.publish({ ...wanted, ...(chance() < 0.5 && { failureUrl: FAILURE_URL }) }, 'web');
  isCalm = false;
  for (let step = 0; step < STEPS; step++) {
    await takeStep(cloud, event, chance);
    await rest(1);
  }
  isCalm = true;
  const isBusy = async () => !areSettled(await everyEvent(cloud.store, SHARDS));
  for (let hour = 0; hour < 12 && (hour < 1 || (await isBusy())); hour++)
    await cloud.runUntil(cloud.clock.now() + HOUR);
  await expectToldOnce(cloud, event, ends);
}

async function takeStep(cloud: Cloud, event: QueuedEvent, chance: () => number): Promise<void> {
  const kind = chance();
  if (kind < 0.08) void cloud.queue.cancel(event.key).catch(() => {});
  else if (kind < 0.18) void cloud.queue.retry(event.key).catch(() => {});
  else if (kind < 0.5) handToAnother(cloud, chance);
  else await cloud.runUntil(cloud.clock.now() + (PACES[Math.floor(chance() * PACES.length)] ?? 0));
}

/**
 * Hands a message that is on the due queue to another process, as if it had been sent twice: that of a call under way,
 * or else any.
 */
function handToAnother(cloud: Cloud, chance: () => number): void {
  const held = cloud.dueQueue.held();
  const call = cloud.calls.findLast(({ at }) => at + ANSWER_AFTER > cloud.now());
  const underWay = held.find(({ message }) => message.key.uuid === call?.uuid && message.attempt === call.attempt);
  const one = underWay ?? held[Math.floor(chance() * held.length)];
  if (one === undefined || one.isSecond) return;
  void cloud.queueWith(SHARDS).deliver([received(one.message, 1)]);
}

async function expectToldOnce(cloud: Cloud, { key }: QueuedEvent, ends: readonly End[]): Promise<void> {
  const records = await everyEvent(cloud.store, SHARDS);
  expect(areSettled(records)).toBe(true);
  const record = records.find(({ event }) => event.key.uuid === key.uuid);
  const told = (record ? callbacksOf(record, records) : []).map(({ record: { event }, tellsOfSuccess }) => ({
    uuid: event.key.uuid,
    tellsOfSuccess,
    isCalled: cloud.calls.some(({ uuid }) => uuid === event.key.uuid),
  }));
  const expected = ends.flatMap(({ status, uuids, isReplaced }) =>
    uuids
      .filter((uuid) => !isReplaced || told.some((one) => one.uuid === uuid))
      .map((uuid) => ({ uuid, tellsOfSuccess: status === 'success', isCalled: true })),
  );
  expect(told.sort(byUuid)).toEqual(expected.sort(byUuid));
  expect(new Set(ends.flatMap(({ uuids }) => uuids)).size).toBe(ends.flatMap(({ uuids }) => uuids).length);
}

/** A store that notes each end of the event when it is written. */
function notingEnds(store: EventStore, ends: End[]): EventStore {
  function note(event: QueuedEvent, before: Progress, progress: Progress): void {
    const isEnd = progress.status === 'success' || progress.status === 'failed';
    if (event.url !== wanted.url || !isEnd || before.status === progress.status) return;
    const last = ends.at(-1);
    if (last && before.status !== 'waiting_execution' && before.callbackPending) last.isReplaced = true;
    const uuids = callbacksOfEnd(event, progress).map((field) => callbackKey(event, progress, field).uuid);
    ends.push({ status: progress.status, uuids, isReplaced: false });
  }

  return {
    ...store,
    async recordSuccess(event, progress) {
      const before = (await store.findEvent(event.key))?.progress;
      await store.recordSuccess(event, progress);
      if (before !== undefined) note(event, before, progress);
    },
    async recordUnlessChanged(event, read, progress) {
      const recorded = await store.recordUnlessChanged(event, read, progress);
      if (recorded) note(event, read, progress);
      return recorded;
    },
  };
}

/** Random numbers that are the same for the same seed (Mulberry32). */
function chanceFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

const byUuid = (one: { readonly uuid: string }, other: { readonly uuid: string }) => (one.uuid < other.uuid ? -1 : 1);

type Cloud = ReturnType<typeof simulatedCloud>;

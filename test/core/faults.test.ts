import { describe, expect, test } from '@jest/globals';
import { HOUR, MINUTE } from '../../core/durations.ts';
import { callbacksOfEnd } from '../../core/event/callback-key.ts';
import type { EventRecord } from '../../core/ports.ts';
import { rest } from '../../verify/shared/simulated-clock.ts';
import {
  areSettled,
  callbacksOf,
  everyEvent,
  isGone,
  mixedAnswer,
  succeedsAt,
  wishes,
} from '../support/mixed-events.ts';
import { wantedEvent } from '../support/sample-event.ts';
import { type Fault, type Operation, type SimulatedCall, simulatedCloud } from '../support/simulated-cloud.ts';
import { START } from '../support/simulation.ts';

const SHARDS = 2;

test('without a fault every event is finished, called at its instants, and no attempt is made twice', async () => {
  const { cloud, accepted } = await lived(() => undefined);
  expect(accepted).toHaveLength(wishes.length);
  await expectFinished(cloud);
  expect(repetitions(cloud.calls)).toEqual([]);
  for (const { event } of await everyEvent(cloud.store, SHARDS)) {
    const first = cloud.calls.find(({ uuid }) => uuid === event.key.uuid);
    expect([event.url, first?.at]).toEqual([event.url, event.key.dueAt]);
  }
});

/** The calls that change nothing. Whether a fault comes before or after one of them makes no difference. */
const READS: readonly Operation[] = [
  'findEvent',
  'findProgress',
  'entries',
  'findCursors',
  'list',
  'find',
  'read',
  'backlog',
];

describe('whichever call to the store or the due queue', () => {
  test.each<Fault>(['fails', 'is done and fails', 'dies before', 'dies after'])(
    '%s, no accepted event is lost, each end is told once to each URL, and only calls in flight or of one page are repeated, once',
    async (fault) => {
      const mayDiffer = (operation: Operation) =>
        fault === 'fails' || fault === 'dies before' || !READS.includes(operation);
      let steps = 0;
      await lived((operation) => {
        if (mayDiffer(operation)) steps++;
        return undefined;
      });
      expect(steps).toBeGreaterThan(100);
      for (let failing = 0; failing < steps; failing++) {
        let step = 0;
        const { cloud } = await lived((operation) => (mayDiffer(operation) && step++ === failing ? fault : undefined));
        await expectFinished(cloud);
        const repeated = repetitions(cloud.calls);
        expect(repeated.length).toBeLessThanOrEqual(fault.startsWith('dies') ? wishes.length : 1);
        expect(new Set(repeated).size).toBeLessThanOrEqual(2);
      }
    },
  );
});

type NextFault = (operation: Operation) => Fault | undefined;

/**
 * Publishes events, and runs the queue for half an hour with faults, then without until nothing is pending, and then
 * for another half hour, in which anything that is done twice would show.
 */
async function lived(nextFault: NextFault) {
  let faults = true;
  const cloud = simulatedCloud({
    fault: (operation) => (faults ? nextFault(operation) : undefined),
    answer: mixedAnswer,
    shards: SHARDS,
  });
  const published = wishes.map((wish) => cloud.queue.publish(wantedEvent(wish), 'web').catch(() => undefined));
  const hangs = rest().then(() => undefined);
  const accepted = await Promise.all(published.map((one) => Promise.race([one, hangs])));
  await cloud.runUntil(START + 30 * MINUTE);
  faults = false;
  let end = START + 30 * MINUTE;
  while (end < START + 4 * HOUR && !(await isAtRest(cloud))) {
    end += 10 * MINUTE;
    await cloud.runUntil(end);
  }
  await cloud.runUntil(end + 30 * MINUTE);
  return { cloud, accepted: accepted.flatMap((record) => (record ? [record.event] : [])) };
}

async function isAtRest({ store, dueQueue }: ReturnType<typeof simulatedCloud>): Promise<boolean> {
  return dueQueue.held().length === 0 && areSettled(await everyEvent(store, SHARDS));
}

/**
 * Fails unless every event has finished as it was promised. The end of an event whose deliverer died in a call is not
 * compared, because that call may have used up the event's tries.
 */
async function expectFinished({ store }: ReturnType<typeof simulatedCloud>): Promise<void> {
  const records = await everyEvent(store, SHARDS);
  expect(areSettled(records)).toBe(true);
  expect(records.map((record) => endOf(record, records))).toEqual(records.map(promisedEnd));
}

function endOf(record: EventRecord, records: readonly EventRecord[]) {
  const { url } = record.event;
  const { status, tryCount, attempts } = record.progress;
  const told = callbacksOf(record, records).map((callback) => callback.tryCount);
  const early = attempts.filter(({ late }) => late < 0);
  const end = hasCrashed(record) ? undefined : status === 'success' ? { status } : { status, tryCount };
  return { url, told, early, end };
}

function promisedEnd(record: EventRecord): ReturnType<typeof endOf> {
  const { event, progress } = record;
  const { url, maxTryCount } = event;
  const mustBeTold = progress.status === 'waiting_execution' ? [] : callbacksOfEnd(event, progress);
  const failure = { status: 'failed', tryCount: isGone(event) ? 1 : maxTryCount } as const;
  const end = succeedsAt(event, 2) ? ({ status: 'success' } as const) : failure;
  return {
    url,
    told: mustBeTold.map(() => progress.tryCount),
    early: [],
    end: hasCrashed(record) ? undefined : end,
  };
}

function hasCrashed({ progress }: EventRecord): boolean {
  return progress.attempts.some(({ outcome }) => outcome === 'crashed');
}

/**
 * Returns, for every call that repeats an earlier call of the same attempt, the instant of the first call of that
 * attempt.
 */
function repetitions(calls: readonly SimulatedCall[]): number[] {
  const first = new Map<string, number>();
  return calls.flatMap(({ uuid, attempt, at }) => {
    const firstAt = first.get(`${uuid} ${attempt}`);
    first.set(`${uuid} ${attempt}`, firstAt ?? at);
    return firstAt === undefined ? [] : [firstAt];
  });
}

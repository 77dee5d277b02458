import { describe, expect, test } from '@jest/globals';
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
import { SECOND, START } from '../support/simulation.ts';

const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
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

describe('whichever call to the store or the due queue', () => {
  test.each<Fault>(['fails', 'is done and fails', 'dies before', 'dies after'])(
    '%s, nothing accepted is lost, each failure is told once, and no call is repeated but those in flight or of one page, once',
    async (fault) => {
      let steps = 0;
      await lived(() => {
        steps++;
        return undefined;
      });
      expect(steps).toBeGreaterThan(100);
      for (let failing = 0; failing < steps; failing++) {
        let step = 0;
        const { cloud } = await lived(() => (step++ === failing ? fault : undefined));
        await expectFinished(cloud);
        const repeated = repetitions(cloud.calls);
        expect(repeated.length).toBeLessThanOrEqual(fault.startsWith('dies') ? wishes.length : 1);
        expect(new Set(repeated).size).toBeLessThanOrEqual(2);
      }
    },
  );
});

type NextFault = (operation: Operation) => Fault | undefined;

/** Publishes events, and runs the queue for half an hour with faults and then for some hours without. */
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
  await cloud.runUntil(START + 4 * HOUR);
  return { cloud, accepted: accepted.flatMap((record) => (record ? [record.event] : [])) };
}

/** An event whose deliverer died in its call may have used up its tries. */
async function expectFinished({ store }: ReturnType<typeof simulatedCloud>): Promise<void> {
  const records = await everyEvent(store, SHARDS);
  expect(areSettled(records)).toBe(true);
  for (const record of records) {
    const { event, progress } = record;
    const { url, maxTryCount } = event;
    const told = callbacksOf(record, records).map(({ tryCount }) => tryCount);
    const mustBeTold = event.failureUrl !== undefined && progress.status === 'max_try_count_reached';
    expect([url, told]).toEqual([url, mustBeTold ? [progress.tryCount] : []]);
    for (const { late } of progress.attempts) expect(late).toBeGreaterThanOrEqual(0);
    if (progress.attempts.some(({ outcome }) => outcome === 'crashed')) continue;
    const tries = isGone(event) ? 1 : maxTryCount;
    const expected = succeedsAt(event, 2) ? ['success', expect.any(Number)] : ['max_try_count_reached', tries];
    expect([url, progress.status, progress.tryCount]).toEqual([url, ...expected]);
  }
}

/** The instant at which each call was first made that was made again. */
function repetitions(calls: readonly SimulatedCall[]): number[] {
  const first = new Map<string, number>();
  return calls.flatMap(({ uuid, attempt, at }) => {
    const firstAt = first.get(`${uuid} ${attempt}`);
    first.set(`${uuid} ${attempt}`, firstAt ?? at);
    return firstAt === undefined ? [] : [firstAt];
  });
}

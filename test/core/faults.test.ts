import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BEGINNING, positionAt } from '../../core/entry.ts';
import type { EventKey } from '../../core/event-key.ts';
import type { WantedEvent } from '../../core/new-event.ts';
import type { DueQueue, EventRecord, EventStore } from '../../core/ports.ts';
import { memoryEventStore } from '../memory-event-store.ts';
import { answered, wantedEvent } from '../sample-event.ts';
import { simulatedCloud } from './simulated-cloud.ts';
import { SECOND, START } from './simulation.ts';

const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** At once and soon, later, much later; that succeed, that fail once, that fail always; with near and far retries. */
const wishes: readonly Partial<WantedEvent>[] = [
  { url: 'https://example.com/good' },
  { url: 'https://example.com/good', asked: { after: 90 * SECOND } },
  { url: 'https://example.com/good', asked: { after: 4 * MINUTE } },
  { url: 'https://example.com/flaky', asked: { after: 5 * MINUTE } },
  { url: 'https://example.com/flaky', retry: { backoff: 'fixed', delay: 20 * MINUTE, maxDelay: HOUR } },
  { url: 'https://example.com/bad', maxTryCount: 3 },
  { url: 'https://example.com/bad', maxTryCount: 2, retry: { backoff: 'fixed', delay: 16 * MINUTE, maxDelay: HOUR } },
];

test('without a fault every event is finished, called at its instants, and no attempt is made twice', async () => {
  const { cloud, accepted } = await lived(() => undefined);
  expect(accepted).toHaveLength(wishes.length);
  await expectFinished(cloud);
  expect(repetitions(cloud.calls)).toBe(0);
  for (const { uuid, at } of cloud.calls.filter(({ attempt }) => attempt === 1)) {
    expect(at).toBe(accepted.find(({ key }) => key.uuid === uuid)?.key.dueAt);
  }
});

test.each([
  ['fails', 'before'],
  ['succeeds and then fails', 'after'],
] as const)(
  'whichever call to the store or the due queue %s, nothing accepted is lost',
  async (_, fault) => {
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
      expect(repetitions(cloud.calls)).toBeLessThanOrEqual(1);
    }
  },
  60_000,
);

test('under any mix of faults, losses, copies and missed or doubled runs nothing is lost, early, or repeated without one to blame', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(99), { minLength: 400, maxLength: 400 }),
      fc.integer({ min: 0, max: 12 }),
      async (tape, share) => {
        let mishaps = 0;
        let at = 0;
        const happens = (percent: number) => {
          const happened = (tape[at++ % tape.length] ?? 0) < percent;
          if (happened) mishaps++;
          return happened;
        };
        const fault = () => (happens(share) ? 'before' : happens(share) ? 'after' : undefined);
        const { cloud } = await lived(fault, {
          loses: () => happens(share),
          copies: () => (happens(share) ? 2 : 1),
          dispatches: () => (happens(share) ? 0 : happens(share) ? 2 : 1),
        });
        await expectFinished(cloud);
        expect(repetitions(cloud.calls)).toBeLessThanOrEqual(mishaps);
      },
    ),
    { numRuns: 2_000 },
  );
}, 60_000);

type Fault = 'before' | 'after' | undefined;

/** Events are published and half an hour goes by with faults, then some hours without. */
async function lived(nextFault: () => Fault, mishaps: Mishaps = {}) {
  let faults = true;
  const faulty =
    <Args extends unknown[], Result>(act: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      const fault = faults ? nextFault() : undefined;
      if (fault === 'before') throw new Error('It failed.');
      const result = await act(...args);
      if (fault === 'after') throw new Error('It was done, and failed.');
      return result;
    };
  const cloud = simulatedCloud({
    loses: (message) => faults && (mishaps.loses?.(message) ?? false),
    copies: (message) => (faults ? (mishaps.copies?.(message) ?? 1) : 1),
    dispatches: (minute) => (faults ? (mishaps.dispatches?.(minute) ?? 1) : 1),
    store: everyCall(memoryEventStore(), faulty),
    overDueQueue: (dueQueue) => everyCall(dueQueue, faulty),
    answer: ({ url }, attempt) => answered(url.endsWith('good') || (url.endsWith('flaky') && attempt > 1) ? 200 : 500),
    shards: 2,
  });
  const published = await Promise.allSettled(wishes.map((wish) => cloud.queue.publish(wantedEvent(wish), 'web')));
  await cloud.runUntil(START + 30 * MINUTE);
  faults = false;
  await cloud.runUntil(START + 4 * HOUR);
  return { cloud, accepted: published.flatMap((one) => (one.status === 'fulfilled' ? [one.value.event] : [])) };
}

type Mishaps = Pick<Parameters<typeof simulatedCloud>[0] & object, 'loses' | 'copies' | 'dispatches'>;

type Wrap = <Args extends unknown[], Result>(
  act: (...args: Args) => Promise<Result>,
) => (...args: Args) => Promise<Result>;

function everyCall<Port extends EventStore | DueQueue>(port: Port, wrap: Wrap): Port {
  return Object.fromEntries(Object.entries(port).map(([name, act]) => [name, wrap(act)])) as Port;
}

/**
 * Every event that is in the store, also one whose publisher was told that it is unknown whether it was accepted. One whose
 * deliverers died in its calls may have run out of tries.
 */
async function expectFinished({ store }: ReturnType<typeof simulatedCloud>): Promise<void> {
  for (const { event, progress } of await everyEvent(store)) {
    const { url, maxTryCount } = event;
    expect(progress.status).not.toBe('waiting_execution');
    for (const { late } of progress.attempts) expect(late).toBeGreaterThanOrEqual(0);
    if (progress.attempts.some(({ outcome }) => outcome === 'crashed')) continue;
    const expected = url.endsWith('bad') ? ['max_try_count_reached', maxTryCount] : ['success', expect.any(Number)];
    expect([url, progress.status, progress.tryCount]).toEqual([url, ...expected]);
  }
}

async function everyEvent(store: EventStore): Promise<readonly EventRecord[]> {
  const keys: EventKey[] = [];
  for (const shard of [0, 1]) {
    for (let position = BEGINNING; position > positionAt(START + 24 * HOUR); ) {
      const { entries, reached } = await store.entries(shard, position, START + 24 * HOUR);
      keys.push(...entries.filter(({ kind }) => kind === 'event').map(({ key }) => key));
      position = reached;
    }
  }
  const records = await Promise.all(keys.map(store.findEvent));
  return records.filter((record) => record !== undefined);
}

/** How many calls were made beyond one for each attempt. */
function repetitions(calls: ReturnType<typeof simulatedCloud>['calls']): number {
  return calls.length - new Set(calls.map(({ uuid, attempt }) => `${uuid} ${attempt}`)).size;
}

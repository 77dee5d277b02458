import { expect, test } from '@jest/globals';
import { HOUR, MINUTE, SECOND } from '../../core/durations.ts';
import type { Progress } from '../../core/event/progress.ts';
import { memoryEventStore } from '../support/memory-event-store.ts';
import { everyEvent } from '../support/mixed-events.ts';
import { answered, wantedEvent } from '../support/sample-event.ts';
import { type SimulatedCall, simulatedCloud } from '../support/simulated-cloud.ts';
import { START } from '../support/simulation.ts';

test('a backlog of 40 minutes costs no event more than a second message, and no attempt a second call', async () => {
  const events = 4_800;
  const cloud = simulatedCloud({ deliverers: 1, answerAfter: 5 * SECOND });
  for (let n = 0; n < events; n++) await cloud.queue.publish(wantedEvent(), 'web');
  await cloud.runUntil(START + 39 * MINUTE);
  expect(cloud.calls.length).toBeLessThan(events);
  await cloud.runUntil(START + 2 * HOUR);
  expect(cloud.calls).toHaveLength(events);
  expect(mostOf(cloud.calls.map(nameOf))).toBe(1);
  expect(mostOf(cloud.sent.map(({ key }) => key.uuid))).toBeLessThanOrEqual(2);
});

test.each([200, 500])(
  'when no progress can be written for 20 minutes, calls answered %i are not made again',
  async (statusCode) => {
    const events = 500;
    const memory = memoryEventStore();
    let throttled = true;
    const cloud = simulatedCloud({
      answer: () => answered(statusCode),
      fault: (operation) => (throttled && operation.startsWith('record') ? 'fails' : undefined),
      store: memory,
    });
    const wish = wantedEvent({ maxTryCount: 1 });
    for (let n = 0; n < events; n++) await cloud.queue.publish({ ...wish, asked: { after: n * 2 * SECOND } }, 'web');
    await cloud.runUntil(START + 20 * MINUTE);
    expect(await finished(cloud.store)).toHaveLength(0);
    throttled = false;
    await cloud.runUntil(START + 3 * HOUR);
    expect(await finished(cloud.store)).toHaveLength(events);
    expect(cloud.calls).toHaveLength(events);
    expect(mostOf(cloud.calls.map(nameOf))).toBe(1);
    expect(mostOf(cloud.sent.map(({ key }) => key.uuid))).toBeLessThanOrEqual(2);
    expect(await lateCalls(cloud.store)).toEqual([]);
  },
);

test('an answer that takes 14 minutes is not called a second time, though its message comes again and again', async () => {
  const cloud = simulatedCloud({ longestTimeout: 14 * MINUTE, visibility: MINUTE, answerAfter: 14 * MINUTE - SECOND });
  const { event } = await cloud.queue.publish(wantedEvent({ timeout: 14 * MINUTE }), 'web');
  await cloud.runUntil(START + 3 * HOUR);
  expect(cloud.calls).toHaveLength(1);
  expect((await cloud.queue.read(event.key))?.progress).toMatchObject({ status: 'success', tryCount: 1 });
});

const nameOf = ({ uuid, attempt }: SimulatedCall) => `${uuid} ${attempt}`;

/** How often the most frequent value occurs. */
function mostOf(names: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Math.max(...counts.values());
}

async function finished(store: ReturnType<typeof memoryEventStore>): Promise<readonly Progress[]> {
  const records = await everyEvent(store, 4);
  return records.map(({ progress }) => progress).filter(({ status }) => status !== 'waiting_execution');
}

async function lateCalls(store: ReturnType<typeof memoryEventStore>) {
  const attempts = (await finished(store)).flatMap((progress) => progress.attempts);
  return attempts.filter(({ late }) => late > 0);
}

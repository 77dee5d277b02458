import { describe, expect, test } from '@jest/globals';
import { DAY, HOUR, MINUTE, SECOND } from '../../../core/durations.ts';
import type { WantedEvent } from '../../../core/event/event.ts';
import type { EventRecord, EventStore } from '../../../core/ports.ts';
import type { SearchInStatus } from '../../../core/query/counter.ts';
import { memoryEventStore } from '../../support/memory-event-store.ts';
import { everyEvent } from '../../support/mixed-events.ts';
import { answered, wantedEvent } from '../../support/sample-event.ts';
import { simulatedCloud } from '../../support/simulated-cloud.ts';
import { START } from '../../support/simulation.ts';

const FAILED: SearchInStatus = { status: 'failed', tags: [] };
const WAITING: SearchInStatus = { status: 'waiting_execution', tags: [] };
const CANCELLED: SearchInStatus = { status: 'cancelled', tags: [] };

type Scene = NonNullable<Parameters<typeof simulatedCloud>[0]>;
type Cloud = ReturnType<typeof simulatedCloud>;

/**
 * Opens a queue on which `count` events have failed for good, and moves its clock to `START + MINUTE`. All events were
 * published at `START`, and were due a millisecond after each other.
 */
async function withFailed(count: number, wishes: Partial<WantedEvent> = {}, scene: Scene = {}) {
  const cloud = simulatedCloud({ answer: () => answered(500), ...scene });
  for (let n = 0; n < count; n++)
    await cloud.queue.publish(wantedEvent({ maxTryCount: 1, asked: { after: n }, ...wishes }), 'web');
  await cloud.runUntil(START + MINUTE);
  cloud.calls.splice(0);
  return cloud;
}

/** Returns the instants at which the waiting events are due, in milliseconds after `START + MINUTE`, earliest first. */
async function dueOf({ queue }: Cloud): Promise<number[]> {
  const due: number[] = [];
  for (let after: string | undefined, isLast = false; !isLast; ) {
    const { records, next } = await queue.find(WAITING, 100, after);
    due.push(...records.map(nextAttemptAt));
    after = next;
    isLast = next === undefined;
  }
  return due.sort((one, other) => one - other);
}

function nextAttemptAt({ progress }: EventRecord): number {
  return progress.status === 'waiting_execution' ? progress.nextAttemptAt - START - MINUTE : Number.NaN;
}

const steps = (count: number, pause: number, from = 0) => Array.from({ length: count }, (_, n) => from + n * pause);
const callsOf = ({ calls }: Cloud) => calls.map(({ at }) => at - START - MINUTE);

describe('a bulk retry with a rate', () => {
  test.each([
    [1, SECOND],
    [10, 100],
    [0.5, 2 * SECOND],
    [1_000, 1],
  ])('of %d a second makes one event due every %i ms, and has it called then', async (rate, pause) => {
    const cloud = await withFailed(8);
    expect(await cloud.queue.retryAll(FAILED, undefined, { rate })).toEqual({ changed: 8 });
    expect(await dueOf(cloud)).toEqual(steps(8, pause));
    await cloud.runUntil(START + 2 * MINUTE);
    expect(callsOf(cloud)).toEqual(steps(8, pause));
  });

  test('gives instants between two milliseconds to the nearest one', async () => {
    const cloud = await withFailed(8);
    await cloud.queue.retryAll(FAILED, undefined, { rate: 300 });
    expect(await dueOf(cloud)).toEqual([0, 3, 7, 10, 13, 17, 20, 23]);
  });

  test('goes on with the next page where the one before has got to', async () => {
    const cloud = await withFailed(1_250);
    const begunAt = cloud.now();
    const first = await cloud.queue.retryAll(FAILED, undefined, { rate: 10 });
    expect(first).toEqual({ changed: 1_000, next: expect.any(String), nextAt: START + MINUTE + 100 * SECOND });
    const second = await cloud.queue.retryAll(FAILED, first.next, { rate: 10, startAt: first.nextAt, begunAt });
    expect(second).toEqual({ changed: 250 });
    expect(await dueOf(cloud)).toEqual(steps(1_250, 100));
  });

  test('makes nothing due in the past where the next page is asked for late', async () => {
    const cloud = await withFailed(1_100);
    const begunAt = cloud.now();
    const { next, nextAt } = await cloud.queue.retryAll(FAILED, undefined, { rate: 100 });
    await cloud.runUntil(START + MINUTE + HOUR);
    await cloud.queue.retryAll(FAILED, next, { rate: 100, startAt: nextAt, begunAt });
    expect(await dueOf(cloud)).toEqual(steps(100, 10, HOUR));
  });

  test('keeps its rate while it is slow itself', async () => {
    const memory = memoryEventStore();
    const store: EventStore = {
      ...memory,
      async list(...args) {
        if (isSlow) cloud.jump(100);
        return memory.list(...args);
      },
    };
    let isSlow = false;
    const cloud = await withFailed(300, {}, { store });
    isSlow = true;
    await cloud.queue.retryAll(FAILED, undefined, { rate: 1_000 });
    isSlow = false;
    const due = await dueOf(cloud);
    expect(due).toHaveLength(300);
    for (const [index, at] of due.slice(1).entries()) expect(at - (due[index] ?? 0)).toBeGreaterThanOrEqual(1);
  });
});

describe('a request with a rate that is repeated', () => {
  test('opens no event a second time, and gives no instant twice, though the first one has gone on', async () => {
    const cloud = await withFailed(2_100);
    const begunAt = cloud.now();
    const { next, nextAt } = await cloud.queue.retryAll(FAILED, undefined, { rate: 10 });
    const page = { rate: 10, startAt: nextAt, begunAt };
    expect(await cloud.queue.retryAll(FAILED, next, page)).toMatchObject({ changed: 1_000 });
    const again = await cloud.queue.retryAll(FAILED, next, page);
    expect(again).toMatchObject({ changed: 0, nextAt: START + MINUTE + 200 * SECOND });
    await cloud.queue.retryAll(FAILED, again.next, { ...page, startAt: again.nextAt });
    expect(await dueOf(cloud)).toEqual(steps(2_100, 100));
  });

  test('does what the first one had not done when it failed', async () => {
    let left = 30;
    const cloud = await withFailed(
      50,
      {},
      { fault: (operation) => (operation === 'extendExpiry' && left-- <= 0 ? 'fails' : undefined) },
    );
    await expect(cloud.queue.retryAll(FAILED, undefined, { rate: 10 })).rejects.toThrow();
    left = 1_000;
    expect(await dueOf(cloud)).toHaveLength(30);
    expect(await cloud.queue.retryAll(FAILED, undefined, { rate: 10 })).toEqual({ changed: 20 });
    expect(await dueOf(cloud)).toEqual(steps(50, 100));
  });

  test('leaves those alone that have failed once more since', async () => {
    const cloud = await withFailed(1_010);
    const begunAt = cloud.now();
    const { next, nextAt } = await cloud.queue.retryAll(FAILED, undefined, { rate: 100 });
    const page = { rate: 100, startAt: nextAt, begunAt };
    expect(await cloud.queue.retryAll(FAILED, next, page)).toEqual({ changed: 10 });
    await cloud.runUntil(START + HOUR);
    expect(await cloud.queue.retryAll(FAILED, next, page)).toEqual({ changed: 0 });
    await cloud.runUntil(START + 2 * HOUR);
    expect(cloud.calls).toHaveLength(1_010);
    expect(await cloud.queue.retryAll(FAILED, undefined, { rate: 1 })).toMatchObject({ changed: 1_000 });
  });

  test('leaves those alone that were called since, also without a rate', async () => {
    const cloud = await withFailed(1_010);
    const begunAt = cloud.now();
    const { next } = await cloud.queue.retryAll(FAILED);
    expect(await cloud.queue.retryAll(FAILED, next, { begunAt })).toEqual({ changed: 10 });
    await cloud.runUntil(START + HOUR);
    expect(await cloud.queue.retryAll(FAILED, next, { begunAt })).toEqual({ changed: 0 });
  });

  test('calls no waiting event a second time', async () => {
    const retry = { backoff: 'fixed', delay: DAY, maxDelay: DAY } as const;
    const cloud = await withFailed(20, { maxTryCount: 9, retry });
    const begunAt = cloud.now();
    expect(await cloud.queue.retryAll(WAITING, undefined, { rate: 10 })).toEqual({ changed: 20 });
    const due = await dueOf(cloud);
    expect(due).toEqual(steps(20, 100));
    expect(await cloud.queue.retryAll(WAITING, undefined, { rate: 10, begunAt })).toEqual({ changed: 0 });
    expect(await dueOf(cloud)).toEqual(due);
    await cloud.runUntil(START + HOUR);
    expect(await cloud.queue.retryAll(WAITING, undefined, { rate: 10, begunAt })).toEqual({ changed: 0 });
    expect(cloud.calls).toHaveLength(20);
  });
});

describe('a dry run', () => {
  test('says how many would be tried again and where they go, page by page, and changes none', async () => {
    const cloud = await withFailed(1_020, { url: 'https://example.com:8443/' });
    await cloud.queue.publish(wantedEvent({ url: 'http://example.org/', maxTryCount: 1 }), 'web');
    await cloud.runUntil(cloud.now() + SECOND);
    const before = await everyEvent(cloud.store, 4);
    const first = await cloud.queue.retryAll(FAILED, undefined, { isDryRun: true, rate: 10 });
    expect(first).toMatchObject({ changed: 1_000, next: expect.any(String), nextAt: expect.any(Number) });
    const second = await cloud.queue.retryAll(FAILED, first.next, { isDryRun: true, rate: 10, startAt: first.nextAt });
    const hosts = [first, second].map((result) => [...(result.hosts ?? [])]);
    expect([second.changed, hosts]).toEqual([
      21,
      [
        [
          ['example.org', 1],
          ['example.com:8443', 999],
        ],
        [['example.com:8443', 21]],
      ],
    ]);
    expect(await everyEvent(cloud.store, 4)).toEqual(before);
    expect(await cloud.queue.retryAll(FAILED)).toMatchObject({ changed: 1_000 });
  });

  test.each<[number | undefined, number]>([
    [undefined, 3],
    [1 / 120, 2],
  ])('with a rate of %s counts of those that wait the ones that would be called sooner', async (rate, count) => {
    const cloud = simulatedCloud({ answerAfter: 2 * SECOND });
    for (const minutes of [0, 3, 30, 31])
      await cloud.queue.publish(wantedEvent({ asked: { after: minutes * MINUTE } }), 'web');
    await cloud.runUntil(START + SECOND);
    expect(await cloud.queue.retryAll(WAITING, undefined, { rate, isDryRun: true })).toMatchObject({ changed: count });
    expect(await cloud.queue.retryAll(WAITING, undefined, { rate })).toEqual({ changed: count });
  });

  test('of a cancel cancels nothing', async () => {
    const cloud = simulatedCloud();
    for (let n = 0; n < 3; n++) await cloud.queue.publish(wantedEvent({ asked: { after: HOUR } }), 'web');
    const { changed, hosts } = await cloud.queue.cancelAll(WAITING, undefined, { isDryRun: true });
    expect([changed, [...(hosts ?? [])]]).toEqual([3, [['example.com', 3]]]);
    expect(await cloud.queue.count(100)).toEqual({ count: 3, complete: true });
  });
});

describe('with a rate, an event', () => {
  test('that was cancelled under way is due no sooner than its attempt has ended', async () => {
    const cloud = simulatedCloud({ answer: () => answered(500), answerAfter: 4 * SECOND });
    for (let n = 0; n < 3; n++) await cloud.queue.publish(wantedEvent({ timeout: (1 + n * 2) * SECOND }), 'web');
    await cloud.runUntil(START + MINUTE - 58 * SECOND);
    await cloud.queue.cancelAll(WAITING);
    await cloud.queue.retryAll(CANCELLED, undefined, { rate: 0.25 });
    const records = (await cloud.queue.find(WAITING, 10)).records;
    const due = records.map(({ event, progress }) => [
      event.timeout / SECOND,
      progress.status === 'waiting_execution' ? (progress.nextAttemptAt - START - 2 * SECOND) / SECOND : 0,
    ]);
    for (const [index, [timeout = 0, at]] of due.entries()) expect(at).toBe(Math.max(index * 4, timeout + 1));
  });

  test('that waits is brought forward, and never put off', async () => {
    const cloud = simulatedCloud();
    for (const minutes of [3, 30, 31, 32])
      await cloud.queue.publish(wantedEvent({ asked: { after: minutes * MINUTE } }), 'web');
    expect(await cloud.queue.retryAll(WAITING, undefined, { rate: 1 / 120 })).toEqual({ changed: 3 });
    await cloud.runUntil(START + DAY);
    expect(cloud.calls.map(({ at }) => (at - START) / MINUTE)).toEqual([0, 2, 3, 4]);
  });

  test('is left to a reminder if it is due in more than 15 minutes, so that no message goes in circles until then', async () => {
    const cloud = await withFailed(200);
    const sent = cloud.sent.length;
    await cloud.queue.retryAll(FAILED, undefined, { rate: 0.1 });
    expect(cloud.sent.slice(sent)).toHaveLength(91);
    await cloud.runUntil(START + 2 * HOUR);
    expect(callsOf(cloud)).toEqual(steps(200, 10 * SECOND));
    expect(cloud.sent.slice(sent)).toHaveLength(200);
  });

  test.each([0, 12 * MINUTE, 25 * MINUTE])('is called once and in time after a restart %i ms later', async (later) => {
    const cloud = await withFailed(600);
    await cloud.runUntil(START + HOUR);
    await cloud.queue.retryAll(FAILED, undefined, { rate: 0.5 });
    await cloud.runUntil(START + HOUR + later);
    await cloud.restart();
    await cloud.runUntil(START + 2 * HOUR);
    expect(callsOf(cloud)).toEqual(steps(600, 2 * SECOND, HOUR - MINUTE));
  });

  test('that is far away can be called now, and is called once', async () => {
    const cloud = await withFailed(2);
    await cloud.queue.retryAll(FAILED, undefined, { rate: 0.001 });
    const [{ event }] = (await cloud.queue.find({ ...WAITING, dueBefore: START + 1 }, 10)).records as [EventRecord];
    await cloud.runUntil(START + 3 * MINUTE);
    await cloud.queue.retry(event.key);
    await cloud.runUntil(START + DAY);
    expect(callsOf(cloud)).toEqual([0, 2 * MINUTE]);
  });

  test('that is far away can be cancelled, and is not called', async () => {
    const cloud = await withFailed(2);
    await cloud.queue.retryAll(FAILED, undefined, { rate: 0.001 });
    await cloud.queue.cancelAll(WAITING);
    await cloud.runUntil(START + DAY);
    expect(callsOf(cloud)).toEqual([]);
  });

  test('is still there at its instant, however far away that is', async () => {
    const memory = memoryEventStore();
    const kept: number[] = [];
    const store: EventStore = {
      ...memory,
      async extendExpiry(record, instant) {
        kept.push(instant);
        await memory.extendExpiry(record, instant);
      },
    };
    const cloud = await withFailed(2, {}, { store });
    await cloud.queue.retryAll(FAILED, undefined, { rate: 1 / (30 * 86_400) });
    expect(Math.max(...kept)).toBeGreaterThan(START + 37 * DAY);
  });
});

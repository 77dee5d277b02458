import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { HOUR, MINUTE, SECOND } from '../../../core/durations.ts';
import type { WantedEvent } from '../../../core/event/event.ts';
import type { Finished } from '../../../core/event/progress.ts';
import { retrier } from '../../../core/manage/retrier.ts';
import { memoryEventStore } from '../../support/memory-event-store.ts';
import { quietDependencies } from '../../support/quiet-dependencies.ts';
import { answered, wantedEvent } from '../../support/sample-event.ts';
import { simulatedCloud } from '../../support/simulated-cloud.ts';
import { recordedMessages } from '../../support/simulated-time.ts';
import { START } from '../../support/simulation.ts';

const SEARCH = { status: 'cancelled', tags: [] } as const;

const bad = () => answered(500);

/** The dependencies that opening an event again does not use. */
const unused = { call: async () => answered(200), sleep: async () => {}, newId: randomUUID, random: () => 0 };

describe('a retry after a cancel', () => {
  test.each<[string, Partial<WantedEvent>, cancelAfter: number, free: number]>([
    ['is refused for the timeout of the event where an attempt could have started', {}, SECOND, 6 * SECOND],
    ['counts from the cancel, not from the start of the attempt', { timeout: 2 * SECOND }, 90 * SECOND, 92 * SECOND],
    ['is refused if the attempt was due at the very instant of the cancel', {}, 0, 5 * SECOND],
    ['is taken at once if the attempt was due a millisecond later', { asked: { after: 1 } }, 0, 0],
    ['is taken at once if the attempt was due in an hour', { asked: { after: HOUR } }, MINUTE, MINUTE],
    [
      'is taken at once between two attempts',
      { retry: { backoff: 'fixed', delay: HOUR, maxDelay: HOUR } },
      MINUTE,
      MINUTE,
    ],
  ])('%s', async (_, wishes, cancelAfter, free) => {
    const isBetween = wishes.retry !== undefined;
    const { queue, runUntil } = simulatedCloud({ answer: bad, loses: () => !isBetween });
    const { event } = await queue.publish(wantedEvent(wishes), 'web');
    if (cancelAfter > 0) await runUntil(START + cancelAfter);
    await queue.cancel(event.key);
    const refused = { tooSoon: START + free };
    if (free > cancelAfter) {
      expect(await queue.retry(event.key)).toEqual(refused);
      await runUntil(START + free - 1);
      const before = await queue.read(event.key);
      expect(await queue.retry(event.key)).toEqual(refused);
      expect(await queue.read(event.key)).toEqual(before);
      await runUntil(START + free);
    }
    expect(await queue.retry(event.key)).toMatchObject({
      progress: { status: 'waiting_execution', nextAttemptAt: START + free },
    });
  });

  test.each([200, 500])('is taken at once if the event has finished otherwise, with %i', async (status) => {
    const { queue, runUntil } = simulatedCloud({ answer: () => answered(status) });
    const { event } = await queue.publish(wantedEvent({ maxTryCount: 1 }), 'web');
    await runUntil(START + 1);
    expect(await queue.retry(event.key)).toMatchObject({ progress: { nextAttemptAt: START + 1 } });
  });

  test('and a cancel again is refused for the attempt from before both', async () => {
    const { queue, runUntil, calls } = simulatedCloud({ answer: bad, answerAfter: 4 * SECOND });
    const { event } = await queue.publish(wantedEvent(), 'web');
    await runUntil(START + SECOND);
    await queue.cancel(event.key);
    expect(await queue.retryAll(SEARCH)).toEqual({ changed: 1 });
    await queue.cancel(event.key);
    expect(await queue.retry(event.key)).toEqual({ tooSoon: START + 6 * SECOND });
    await runUntil(START + 6 * SECOND);
    await queue.retry(event.key);
    await runUntil(START + 7 * SECOND);
    expect(calls.map(({ at }) => at - START)).toEqual([0, 6 * SECOND]);
  });

  test('knows no event that is forgotten, though an attempt may be under way', async () => {
    const { queue, runUntil } = simulatedCloud({
      longestTimeout: 840 * SECOND,
      visibility: HOUR,
      answerAfter: 500 * SECOND,
    });
    const { event } = await queue.publish(wantedEvent({ timeout: 840 * SECOND, keepResultFor: MINUTE }), 'web');
    await queue.cancel(event.key);
    await runUntil(START + MINUTE);
    expect(await queue.retry(event.key)).toBe('no such event');
  });
});

describe('in bulk', () => {
  test('events are tried again as soon as no attempt from before can be under way, and none of them is passed over', async () => {
    const { queue, runUntil, calls } = simulatedCloud({ answer: bad, answerAfter: 3 * SECOND });
    const { event } = await queue.publish(wantedEvent(), 'web');
    const { event: later } = await queue.publish(wantedEvent({ asked: { after: HOUR } }), 'web');
    await runUntil(START + SECOND);
    expect(await queue.cancelAll({ status: 'waiting_execution', tags: [] })).toEqual({ changed: 2 });
    expect(await queue.retryAll(SEARCH)).toEqual({ changed: 2 });
    await runUntil(START + 30 * SECOND);
    const callsOf = ({ key }: typeof event) => calls.filter(({ uuid }) => uuid === key.uuid);
    expect(callsOf(event).map(({ attempt, at }) => [attempt, at - START])).toEqual([
      [1, 0],
      [2, 7 * SECOND],
    ]);
    expect(callsOf(later).map(({ attempt, at }) => [attempt, at - START])).toEqual([[2, SECOND]]);
    const attempts = (await queue.read(event.key))?.progress.attempts;
    expect(attempts?.map(({ number }) => number)).toEqual([1, 2]);
  });

  test('an event that has left its state meanwhile is left alone', async () => {
    const { queue, runUntil, calls } = simulatedCloud();
    const { event } = await queue.publish(wantedEvent(), 'web');
    await runUntil(START + SECOND);
    const store = memoryEventStore();
    const { retryWhenIdle } = retrier({
      ...quietDependencies,
      ...unused,
      store,
      dueQueue: recordedMessages(),
      now: () => START,
    });
    const progress = (await queue.read(event.key))?.progress as Finished;
    await store.putEvent(event);
    await store.recordSuccess(event, progress);
    expect(await retryWhenIdle(event.key, 'cancelled')).toBe('not in this state');
    expect((await store.findEvent(event.key))?.progress).toEqual(progress);
    expect(await retryWhenIdle(event.key, 'success')).toMatchObject({ progress: { status: 'waiting_execution' } });
    expect(calls).toHaveLength(1);
  });

  test.each(['lost', 'kept'])(
    'an event with the longest timeout waits for it, its message being %s',
    async (message) => {
      const [timeout, losing] = [840 * SECOND, { now: false }];
      const { queue, runUntil, calls, clock } = simulatedCloud({
        answer: bad,
        answerAfter: 839 * SECOND,
        longestTimeout: timeout,
        visibility: 930 * SECOND,
        loses: () => losing.now,
      });
      await queue.publish(wantedEvent({ timeout, maxTryCount: 1 }), 'web');
      await runUntil(START + SECOND);
      await queue.cancelAll({ status: 'waiting_execution', tags: [] });
      losing.now = message === 'lost';
      await queue.retryAll(SEARCH);
      losing.now = false;
      await runUntil(START + 6 * HOUR);
      expect(clock.now()).toBe(START + 6 * HOUR);
      expect(calls.map(({ attempt }) => attempt)).toEqual([1, 2]);
      const secondAt = (calls[1]?.at ?? 0) - START;
      if (message === 'kept') expect(secondAt).toBe(842 * SECOND);
      else expect(secondAt).toBeGreaterThan(842 * SECOND);
    },
  );

  test('an event that waits for an attempt from before has it after a restart', async () => {
    const { queue, runUntil, restart, calls } = simulatedCloud({ answer: bad, answerAfter: 3 * SECOND });
    await queue.publish(wantedEvent({ maxTryCount: 1 }), 'web');
    await runUntil(START + SECOND);
    await queue.cancelAll({ status: 'waiting_execution', tags: [] });
    await queue.retryAll(SEARCH);
    await runUntil(START + 4 * SECOND);
    await restart();
    await runUntil(START + MINUTE);
    expect(calls.map(({ attempt, at }) => [attempt, at - START])).toEqual([
      [1, 0],
      [2, 7 * SECOND],
    ]);
  });
});

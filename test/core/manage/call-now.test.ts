import { describe, expect, test } from '@jest/globals';
import { DAY, HOUR, MINUTE, SECOND } from '../../../core/durations.ts';
import type { WantedEvent } from '../../../core/event/event.ts';
import type { CallResult } from '../../../core/event/progress.ts';
import type { EventStore } from '../../../core/ports.ts';
import { memoryEventStore } from '../../support/memory-event-store.ts';
import { answered, wantedEvent } from '../../support/sample-event.ts';
import { simulatedCloud } from '../../support/simulated-cloud.ts';
import { received } from '../../support/simulated-time.ts';
import { START } from '../../support/simulation.ts';

const WAITING = { status: 'waiting_execution', tags: [] } as const;

const bad = () => answered(500);
const inAnHour: Partial<WantedEvent> = { retry: { backoff: 'fixed', delay: HOUR, maxDelay: HOUR } };

type Cloud = ReturnType<typeof simulatedCloud>;

const callsOf = ({ calls }: Cloud) => calls.map(({ attempt, at }) => [attempt, at - START]);

/** Opens a queue with one event, and lets some time pass. */
async function published(wait: number, wishes: Partial<WantedEvent>, scene: Parameters<typeof simulatedCloud>[0] = {}) {
  const cloud = simulatedCloud({ answer: bad, ...scene });
  const { event } = await cloud.queue.publish(wantedEvent(wishes), 'web');
  await cloud.runUntil(START + wait);
  return { cloud, event };
}

describe('a retry of an event that waits', () => {
  test.each<[string, Partial<WantedEvent>, at: number, calls: readonly [number, number][]]>([
    ['for its first attempt, a day away', { asked: { after: DAY } }, HOUR, [[1, HOUR]]],
    [
      'for its first attempt, for which publish sent the message',
      { asked: { after: 2 * MINUTE } },
      MINUTE,
      [[1, MINUTE]],
    ],
    [
      'for its first attempt, for which the promote cursor sent the message',
      { asked: { after: 4 * MINUTE } },
      3 * MINUTE,
      [[1, 3 * MINUTE]],
    ],
    [
      'for its first attempt, which the promote cursor reaches soon',
      { asked: { after: 4 * MINUTE } },
      MINUTE,
      [[1, MINUTE]],
    ],
    [
      'for a later attempt, whose message is on the due queue',
      {},
      20 * SECOND,
      [
        [1, 0],
        [2, 20 * SECOND],
      ],
    ],
    [
      'for a later attempt with a reminder',
      inAnHour,
      5 * MINUTE,
      [
        [1, 0],
        [2, 5 * MINUTE],
      ],
    ],
    [
      'for a later attempt with a reminder, long after the last one',
      inAnHour,
      30 * MINUTE,
      [
        [1, 0],
        [2, 30 * MINUTE],
      ],
    ],
  ])('%s has it made now, and not again at its instant', async (_, wishes, at, calls) => {
    const { cloud, event } = await published(at, { maxTryCount: calls.length, ...wishes });
    expect(await cloud.queue.retry(event.key)).toMatchObject({ progress: { nextAttemptAt: START + at } });
    await cloud.runUntil(START + at + SECOND);
    expect(callsOf(cloud)).toEqual(calls);
    await cloud.runUntil(START + 2 * DAY);
    expect(callsOf(cloud)).toEqual(calls);
    expect((await cloud.store.findEvent(event.key))?.progress).toMatchObject({
      status: 'failed',
      tryCount: calls.length,
    });
  });

  test('uses one of the tries that it has, and the next one waits as always', async () => {
    const { cloud, event } = await published(MINUTE, { ...inAnHour, maxTryCount: 3 });
    await cloud.queue.retry(event.key);
    await cloud.runUntil(START + DAY);
    expect(callsOf(cloud)).toEqual([
      [1, 0],
      [2, MINUTE],
      [3, HOUR + MINUTE],
    ]);
    const attempts = [{ late: 0 }, { late: 0 }, { late: 0 }];
    expect((await cloud.queue.read(event.key))?.progress).toMatchObject({ tryCount: 3, attempts });
  });

  test.each([
    ['under way', 0, SECOND],
    ['due in a second', 30 * SECOND, 29 * SECOND],
  ])('whose attempt is %s changes nothing, and is answered with the event', async (_, dueAfter, at) => {
    const { cloud, event } = await published(at, { asked: { after: dueAfter } }, { answerAfter: 2 * SECOND });
    const before = await cloud.queue.read(event.key);
    expect(await cloud.queue.retry(event.key)).toEqual(before);
    expect(await cloud.queue.retryAll(WAITING)).toEqual({ changed: 0 });
    await cloud.runUntil(START + 50 * SECOND);
    expect(callsOf(cloud)).toEqual([[1, dueAfter]]);
  });

  test('for an attempt from before its cancel does not make it earlier', async () => {
    const { cloud, event } = await published(SECOND, { maxTryCount: 1 }, { answerAfter: 3 * SECOND });
    await cloud.queue.cancel(event.key);
    await cloud.queue.retryAll({ status: 'cancelled', tags: [] });
    expect(await cloud.queue.retry(event.key)).toMatchObject({ progress: { nextAttemptAt: START + 7 * SECOND } });
    await cloud.runUntil(START + MINUTE);
    expect(callsOf(cloud)).toEqual([
      [1, 0],
      [2, 7 * SECOND],
    ]);
  });

  test('asked for again and again, even at the same moment, has one attempt made', async () => {
    const { cloud, event } = await published(MINUTE, { ...inAnHour, maxTryCount: 2 }, { answerAfter: 2 * SECOND });
    const other = cloud.queueWith(4);
    await Promise.all([cloud.queue.retry(event.key), other.retry(event.key)]);
    for (const pause of [0, SECOND, 500]) {
      await cloud.runUntil(cloud.now() + pause);
      await cloud.queue.retry(event.key);
    }
    await cloud.runUntil(START + DAY);
    expect(callsOf(cloud)).toEqual([
      [1, 0],
      [2, MINUTE],
    ]);
  });

  test('whose message got lost sends it again when it is asked for once more', async () => {
    let losing = false;
    const { cloud, event } = await published(
      MINUTE,
      { asked: { after: DAY }, maxTryCount: 1 },
      { loses: () => losing },
    );
    losing = true;
    await cloud.queue.retry(event.key);
    losing = false;
    await cloud.queue.retry(event.key);
    await cloud.runUntil(START + 2 * MINUTE);
    expect(callsOf(cloud)).toEqual([[1, MINUTE + 10 * SECOND]]);
  });

  test.each(['by the audit', 'at a restart'])(
    'is found %s if its process dies before it sends the message',
    async (by) => {
      let losing = false;
      const { cloud, event } = await published(
        HOUR,
        { asked: { after: DAY }, maxTryCount: 1 },
        { loses: () => losing },
      );
      losing = true;
      await cloud.queue.retry(event.key);
      losing = false;
      if (by === 'at a restart') await cloud.restart();
      await cloud.runUntil(START + 2 * HOUR);
      expect(cloud.calls).toHaveLength(1);
      await cloud.runUntil(START + 2 * DAY);
      expect(cloud.calls).toHaveLength(1);
    },
  );

  test('is found after a restart at which the clock has been put back', async () => {
    const { cloud, event } = await published(
      HOUR,
      { asked: { after: 3 * HOUR }, maxTryCount: 1 },
      { loses: () => true },
    );
    await cloud.queue.retry(event.key);
    cloud.jump(-5 * MINUTE);
    const sent = cloud.sent.length;
    await cloud.restart();
    expect(cloud.sent.slice(sent)).toMatchObject([{ attempt: 1, at: START + HOUR }]);
  });

  test('whose message got lost is sent again by the message of the attempt before, should that come again', async () => {
    let losing = false;
    const { cloud, event } = await published(30 * MINUTE, { ...inAnHour, maxTryCount: 2 }, { loses: () => losing });
    losing = true;
    await cloud.queue.retry(event.key);
    losing = false;
    const [first] = cloud.sent;
    if (first === undefined) throw new Error('Publishing sends a message.');
    await cloud.queue.deliver([received(first, 2)]);
    await cloud.runUntil(START + 31 * MINUTE);
    expect(cloud.calls.map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  test('leaves a reminder before it changes the event', async () => {
    const memory = memoryEventStore();
    const { cloud, event } = await published(MINUTE, { asked: { after: DAY } }, { store: memory });
    const over: Partial<EventStore> = { putReminder: () => Promise.reject(new Error('It failed.')) };
    await expect(cloud.queueWith(4, over).retry(event.key)).rejects.toThrow('It failed.');
    expect((await memory.findEvent(event.key))?.progress).toMatchObject({ version: 0, nextAttemptAt: START + DAY });
  });
});

describe('a retry that is written until the attempt starts by itself', () => {
  test.each<[string, CallResult, object]>([
    ['fails', answered(500), { status: 'waiting_execution', tryCount: 1, nextAttempt: 2 }],
    ['succeeds', answered(200), { status: 'success', tryCount: 1 }],
  ])('has no other run beside it, whether it %s', async (_, result, progress) => {
    const memory = memoryEventStore();
    const { cloud, event } = await published(
      0,
      { asked: { after: 10 * SECOND } },
      {
        store: memory,
        answerAfter: 2 * SECOND,
        answer: () => result,
      },
    );
    const over: Partial<EventStore> = {
      async recordUnlessChanged(...args) {
        await cloud.clock.sleep(11 * SECOND);
        return memory.recordUnlessChanged(...args);
      },
    };
    const retried = cloud.queueWith(4, over).retry(event.key);
    await cloud.runUntil(START + 50 * SECOND);
    await retried;
    expect(callsOf(cloud)).toEqual([[1, 10 * SECOND]]);
    expect((await cloud.queue.read(event.key))?.progress).toMatchObject(progress);
  });
});

test('in bulk, events in backoff are called now, those of another search are not, and numbers go on', async () => {
  const cloud = simulatedCloud({ answer: bad });
  for (const tag of ['mails', 'mails', 'reports'])
    await cloud.queue.publish(wantedEvent({ ...inAnHour, maxTryCount: 2, tags: [tag] }), 'web');
  await cloud.runUntil(START + MINUTE);
  expect(await cloud.queue.retryAll({ status: 'waiting_execution', tags: ['mails'] })).toEqual({ changed: 2 });
  await cloud.runUntil(START + 2 * MINUTE);
  expect(callsOf(cloud).slice(3)).toEqual([
    [2, MINUTE],
    [2, MINUTE],
  ]);
});

test('the late message of an attempt that was brought forward, and whose process died in it, tells of no negative lateness', async () => {
  const memory = memoryEventStore();
  const { cloud, event } = await published(MINUTE, { asked: { after: 3 * MINUTE } }, { store: memory });
  await cloud.queue.retry(event.key);
  const found = await memory.findEvent(event.key);
  if (found?.progress.status !== 'waiting_execution') throw new Error('It waits.');
  const { progress } = found;
  const claim = { attempt: 1, by: 'another', startedAt: START + MINUTE, until: START + 95 * SECOND };
  await memory.recordUnlessChanged(event, progress, { ...progress, version: 2, claim });
  await cloud.queue.cancel(event.key);
  await cloud.runUntil(START + HOUR);
  expect((await cloud.queue.read(event.key))?.progress).toMatchObject({
    status: 'cancelled',
    attempts: [{ number: 1, outcome: 'crashed', late: 0 }],
  });
});

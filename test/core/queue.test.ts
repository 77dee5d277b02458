import { describe, expect, test } from '@jest/globals';
import { HOUR, MINUTE, SECOND } from '../../core/durations.ts';
import { shardOf } from '../../core/event/event-key.ts';
import type { Received } from '../../core/event/message.ts';
import type { CallResult } from '../../core/event/progress.ts';
import type { EventStore } from '../../core/ports.ts';
import { rest } from '../../verify/shared/simulated-clock.ts';
import { memoryEventStore } from '../support/memory-event-store.ts';
import { answered, wantedEvent } from '../support/sample-event.ts';
import { START, simulation } from '../support/simulation.ts';

describe('publish', () => {
  test('puts the event and sends the message of its first attempt', async () => {
    const { queue, messages } = simulation();
    const { event, progress } = await queue.publish(wantedEvent({ asked: { after: 30 * SECOND } }), 'web');
    expect(event).toMatchObject({ publishedBy: 'web', createdAt: START, key: { dueAt: START + 30 * SECOND } });
    expect(progress.status).toBe('waiting_execution');
    expect(messages.sent).toEqual([{ key: event.key, attempt: 1, at: START + 30 * SECOND, host: 'example.com' }]);
    expect(await queue.read(event.key)).toEqual({ event, progress });
  });

  test('takes an instant as it is given, and a past one as now', async () => {
    const { queue } = simulation();
    const later = await queue.publish(wantedEvent({ asked: { at: START + 1 } }), 'web');
    const past = await queue.publish(wantedEvent({ asked: { at: 0 } }), 'web');
    expect([later.event.key.dueAt, past.event.key.dueAt]).toEqual([START + 1, START]);
  });

  test('spreads events over the shards by chance', async () => {
    const draws = [0, 0.25, 0.5, 0.999];
    const { queue } = simulation({ random: () => draws.shift() ?? 0 });
    const shards: number[] = [];
    for (const _ of [1, 2, 3, 4]) shards.push(shardOf((await queue.publish(wantedEvent(), 'web')).event.key.uuid));
    expect(shards).toEqual([0, 1, 2, 3]);
  });

  test('rejects, and sends nothing, if the event could not be put', async () => {
    const store = { ...memoryEventStore(), putEvent: () => Promise.reject(new Error('throttled')) };
    const { queue, messages } = simulation({ store });
    await expect(queue.publish(wantedEvent(), 'web')).rejects.toThrow('throttled');
    expect(messages.sent).toEqual([]);
  });
});

describe('deliver', () => {
  test('calls a due event once and makes it a success', async () => {
    const { queue, messages, calls } = simulation();
    const { event } = await queue.publish(wantedEvent(), 'web');
    expect(await queue.deliver(messages.take())).toEqual([]);
    const record = await queue.read(event.key);
    expect(calls).toEqual([{ at: START, attempt: 1 }]);
    expect(record?.progress).toMatchObject({ status: 'success', tryCount: 1, lastAnswer: { statusCode: 200 } });
    expect(messages.sent).toEqual([]);
  });

  test('leaves the reminder of an attempt that is far away before it records the failure', async () => {
    const memory = memoryEventStore();
    const order: string[] = [];
    const store: EventStore = {
      ...memory,
      async putReminder(...args) {
        order.push('reminder');
        await memory.putReminder(...args);
      },
      async recordUnlessChanged(...args) {
        order.push('record');
        return memory.recordUnlessChanged(...args);
      },
    };
    const { queue, messages } = simulation({ store, call: async () => answered(500) });
    const retry = { backoff: 'fixed', delay: HOUR, maxDelay: HOUR } as const;
    await queue.publish(wantedEvent({ retry }), 'web');
    await queue.deliver(messages.take());
    expect(order).toEqual(['reminder', 'record']);
  });

  test('tries a failed event again retry_delay after its attempt ended, until its tries run out', async () => {
    const { queue, messages, calls, clock, deliverAll } = simulation({ call: async () => answered(500) });
    const { event } = await queue.publish(wantedEvent({ maxTryCount: 3 }), 'web');
    await deliverAll();
    expect(calls.map(({ at }) => at)).toEqual([START, START + 60 * SECOND, START + 120 * SECOND]);
    expect((await queue.read(event.key))?.progress).toMatchObject({
      status: 'failed',
      finishedAt: clock.now(),
      tryCount: 3,
    });
    expect(messages.sent).toEqual([]);
  });

  test('tries a failed event again after the delay of its list for that try, and after the last one from then on', async () => {
    const { queue, calls, deliverAll } = simulation({ call: async () => answered(500) });
    const retry = { backoff: 'fixed', delay: MINUTE, maxDelay: HOUR, delays: [10 * SECOND, MINUTE] } as const;
    await queue.publish(wantedEvent({ maxTryCount: 4, retry }), 'web');
    await deliverAll();
    expect(calls.map(({ at }) => at - START)).toEqual([0, 10 * SECOND, 70 * SECOND, 130 * SECOND]);
  });

  test('waits for the instant of a message that comes up to a second early', async () => {
    const { queue, messages, calls, clock } = simulation();
    await queue.publish(wantedEvent({ asked: { after: 900 } }), 'web');
    const delivered = queue.deliver(messages.take());
    await clock.moveTo(START + 899);
    expect(calls).toEqual([]);
    await clock.moveTo(START + 900);
    await delivered;
    expect(calls).toEqual([{ at: START + 900, attempt: 1 }]);
  });

  test('looks at the clock again when a timer fires early', async () => {
    const { queue, messages, calls, clock } = simulation({ earlyBy: 1 });
    await queue.publish(wantedEvent({ asked: { after: 900 } }), 'web');
    const delivered = queue.deliver(messages.take());
    await clock.moveTo(START + 901);
    await delivered;
    expect(calls[0]?.at).toBeGreaterThanOrEqual(START + 900);
  });

  test('sends a message that is more than a second early again, and does not call', async () => {
    const { queue, messages, calls } = simulation();
    await queue.publish(wantedEvent({ asked: { after: 1_001 } }), 'web');
    const [early] = messages.sent;
    expect(await queue.deliver(messages.take())).toEqual([]);
    expect(messages.sent).toEqual([early]);
    expect(calls).toEqual([]);
  });

  test('sends a second message that is more than a second early again, behind the first', async () => {
    const { queue, messages, calls } = simulation();
    await queue.publish(wantedEvent({ asked: { after: MINUTE } }), 'web');
    const [second] = messages.take().map((message) => ({ ...message, mayBeDuplicate: true as const }));
    await queue.deliver([second as Received]);
    expect(messages.sent).toMatchObject([{ at: START + MINUTE, mayBeDuplicate: true }]);
    expect(messages.handOverAts.at(-1)).toBeGreaterThan(START + MINUTE + 5_000);
    expect(calls).toEqual([]);
  });

  test('drops the message of a finished event, of one that is gone, and of an attempt that is not the next', async () => {
    const { queue, messages, calls, deliverAll } = simulation();
    const { event } = await queue.publish(wantedEvent(), 'web');
    const [first] = messages.sent as [Received];
    await deliverAll();
    const gone = { ...first, key: { ...first.key, dueAt: first.key.dueAt - 1 } };
    await queue.deliver([first, gone, { ...first, attempt: 2 }]);
    expect(calls).toHaveLength(1);
    expect((await queue.read(event.key))?.progress.tryCount).toBe(1);
  });

  test.each([
    ['number', (message: Received) => ({ ...message, attempt: message.attempt + 1 })],
    ['instant', (message: Received) => ({ ...message, at: message.at - 1 })],
  ])('drops a message whose %s is not that of the pending attempt', async (_, changed) => {
    const { queue, messages, calls } = simulation();
    await queue.publish(wantedEvent(), 'web');
    await queue.deliver(messages.take().map(changed));
    expect(calls).toEqual([]);
    expect(messages.sent).toEqual([]);
  });

  test.each([1, 2, 4])('with %i copies of the first message, calls at most 100 + copies − 1 times', async (copies) => {
    const { queue, messages, calls, deliverAll } = simulation({ call: async () => answered(500) });
    const { event } = await queue.publish(wantedEvent({ maxTryCount: 100 }), 'web');
    const [first] = messages.take() as [Received];
    await queue.deliver(Array(copies).fill(first));
    expect(messages.sent).toHaveLength(1);
    await deliverAll();
    expect(calls).toHaveLength(100 + copies - 1);
    expect((await queue.read(event.key))?.progress).toMatchObject({ status: 'failed', tryCount: 100 });
  });

  test('with every message repeated and reordered, records each attempt once and sends one message for the next', async () => {
    const { queue, messages, calls, clock } = simulation({ call: async () => answered(500) });
    const { event } = await queue.publish(wantedEvent({ maxTryCount: 20 }), 'web');
    const seen: Received[] = [];
    while (messages.sent.length > 0) {
      expect(messages.sent).toHaveLength(1);
      seen.unshift(...messages.take());
      await clock.moveTo(seen[0]?.at ?? 0);
      await queue.deliver(seen);
    }
    expect(calls).toHaveLength(20);
    const progress = (await queue.read(event.key))?.progress;
    expect(progress?.attempts.map(({ number }) => number)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });

  test.each([
    ['first', [200, 500]],
    ['last', [500, 200]],
  ])('keeps a success over a failure of the same attempt when the success ends %s', async (_, statuses) => {
    const ends: ((result: CallResult) => void)[] = [];
    const { queue, messages, deliverAll } = simulation({ call: () => new Promise((end) => ends.push(end)) });
    const { event } = await queue.publish(wantedEvent(), 'web');
    const [message] = messages.take() as [Received];
    const delivered = [queue.deliver([message]), queue.deliver([message])];
    for (const [index, status] of statuses.entries()) {
      await rest();
      ends[index]?.(answered(status));
    }
    await Promise.all(delivered);
    await deliverAll();
    expect((await queue.read(event.key))?.progress.status).toBe('success');
    expect(ends).toHaveLength(2);
  });

  test('makes the calls of a batch at the same time', async () => {
    const { queue, messages, calls, clock } = simulation({
      call: async () => {
        await clock.sleep(SECOND);
        return answered(200);
      },
    });
    for (const _ of Array(10)) await queue.publish(wantedEvent(), 'web');
    const delivered = queue.deliver(messages.take());
    await clock.moveTo(START + SECOND);
    await delivered;
    expect(calls.map(({ at }) => at)).toEqual(Array(10).fill(START));
  });

  test.each([
    ['after 100 ms at the latest, however slow its neighbours are', [10, 50, 4_000], [110, 150, 4_000]],
    ['in the same moment as those that end within 100 ms of it', [10, 20, 90], [90, 90, 90]],
  ])('records a success %s', async (_, durations, recorded) => {
    const recordedAt: number[] = [];
    const left = [...durations];
    const { queue, messages, clock } = simulation({
      store: { ...memoryEventStore(), recordSuccess: async () => void recordedAt.push(clock.now() - START) },
      call: async () => {
        await clock.sleep(left.shift() ?? 0);
        return answered(200);
      },
    });
    for (const _ of durations) await queue.publish(wantedEvent(), 'web');
    const delivered = queue.deliver(messages.take());
    await clock.moveTo(START + 6_000);
    await delivered;
    expect(recordedAt).toEqual(recorded);
  });

  test('returns the messages that could not be handled, and no others', async () => {
    const memory = memoryEventStore();
    const broken = new Set<string>();
    const store: EventStore = {
      ...memory,
      findEvent: async (key) => (broken.has(key.uuid) ? Promise.reject(new Error('throttled')) : memory.findEvent(key)),
    };
    const { queue, messages } = simulation({ store });
    const [bad, good] = [await queue.publish(wantedEvent(), 'web'), await queue.publish(wantedEvent(), 'web')];
    broken.add(bad.event.key.uuid);
    const given = messages.take();
    expect(await queue.deliver(given)).toEqual(given.slice(0, 1));
    expect((await queue.read(good.event.key))?.progress.status).toBe('success');
  });

  test('sends the next message only after the failure is recorded', async () => {
    const store = { ...memoryEventStore(), recordUnlessChanged: () => Promise.reject(new Error('throttled')) };
    const { queue, messages } = simulation({ store, call: async () => answered(500) });
    await queue.publish(wantedEvent(), 'web');
    const given = messages.take();
    expect(await queue.deliver(given)).toEqual(given);
    expect(messages.sent).toEqual([]);
  });
});

describe('read', () => {
  test('forgets a finished event keep_result_for after it finished, though it is still kept', async () => {
    const store = memoryEventStore();
    const { queue, clock, deliverAll } = simulation({ store });
    const { event } = await queue.publish(wantedEvent({ keepResultFor: 60 * SECOND }), 'web');
    await deliverAll();
    await clock.moveTo(START + 60 * SECOND - 1);
    expect(await queue.read(event.key)).toBeDefined();
    await clock.moveTo(START + 60 * SECOND);
    expect(await queue.read(event.key)).toBeUndefined();
    expect(await store.findEvent(event.key)).toBeDefined();
  });

  test('never forgets an event that waits', async () => {
    const { queue, clock } = simulation();
    const { event } = await queue.publish(
      wantedEvent({ asked: { after: 100_000 * SECOND }, keepResultFor: 60 * SECOND }),
      'web',
    );
    await clock.moveTo(START + 90_000 * SECOND);
    expect(await queue.read(event.key)).toBeDefined();
  });
});

import { describe, expect, test } from '@jest/globals';
import { DAY, HOUR, MINUTE, SECOND } from '../../../core/durations.ts';
import { positionAt } from '../../../core/event/entry.ts';
import type { EventRecord, EventStore } from '../../../core/ports.ts';
import { rest } from '../../../verify/shared/simulated-clock.ts';
import { memoryEventStore } from '../../support/memory-event-store.ts';
import { answered, wantedEvent } from '../../support/sample-event.ts';
import { simulatedCloud } from '../../support/simulated-cloud.ts';
import { START } from '../../support/simulation.ts';

const bad = () => answered(500);

describe('cancel', () => {
  test.each([0, 1])('ends an event that waits after %i attempts: none starts any more', async (attempts) => {
    const { queue, runUntil, calls } = simulatedCloud({ answer: bad });
    const { event } = await queue.publish(wantedEvent({ asked: { after: 10 * SECOND } }), 'web');
    await runUntil(START + attempts * 20 * SECOND);
    const cancelled = await queue.cancel(event.key);
    expect(cancelled).toMatchObject({ progress: { status: 'cancelled', tryCount: attempts } });
    await runUntil(START + 2 * HOUR);
    expect(calls).toHaveLength(attempts);
    expect(await queue.read(event.key)).toEqual(cancelled);
  });

  test('is done once, however often it is asked for', async () => {
    const { queue, runUntil } = simulatedCloud();
    const { event } = await queue.publish(wantedEvent({ asked: { after: HOUR } }), 'web');
    const first = await queue.cancel(event.key);
    await runUntil(START + MINUTE);
    expect(await queue.cancel(event.key)).toEqual(first);
  });

  test.each([200, 500])('does nothing to an event that has finished with %i', async (status) => {
    const { queue, runUntil } = simulatedCloud({ answer: () => answered(status) });
    const { event } = await queue.publish(wantedEvent({ maxTryCount: 1 }), 'web');
    await runUntil(START + SECOND);
    const before = await queue.read(event.key);
    expect(await queue.cancel(event.key)).toBe('not in this state');
    expect(await queue.read(event.key)).toEqual(before);
  });

  test.each([
    [200, 'success', 1],
    [500, 'cancelled', 1],
  ])('while a call is under way that is answered %i leaves the event a %s', async (answer, status, tryCount) => {
    const { queue, runUntil, calls } = simulatedCloud({ answer: () => answered(answer), answerAfter: 2 * SECOND });
    const { event } = await queue.publish(wantedEvent(), 'web');
    await runUntil(START + SECOND);
    await queue.cancel(event.key);
    await runUntil(START + HOUR);
    expect((await queue.read(event.key))?.progress).toMatchObject({ status, tryCount });
    expect(calls).toHaveLength(1);
  });

  test('of an event that another process changes at the same time is tried again on the new state', async () => {
    const memory = memoryEventStore();
    const { queue, queueWith } = simulatedCloud({ store: memory });
    const { event } = await queue.publish(wantedEvent({ asked: { after: HOUR } }), 'web');
    const [one, other] = await Promise.all([queue.cancel(event.key), queueWith(4).cancel(event.key)]);
    expect([one, other]).toEqual([one, one]);
    expect(one).toMatchObject({ progress: { status: 'cancelled', version: 1 } });
  });

  test('of an event that is brought forward at the same time leads to no call', async () => {
    const memory = memoryEventStore();
    const { queue, queueWith, runUntil, calls } = simulatedCloud({ store: memory });
    const { event } = await queue.publish(wantedEvent({ asked: { after: HOUR } }), 'web');
    let isFirst = true;
    const overtaken = queueWith(4, {
      async recordUnlessChanged(...args) {
        if (isFirst) await queue.retry(event.key);
        isFirst = false;
        return memory.recordUnlessChanged(...args);
      },
    });
    expect(await overtaken.cancel(event.key)).toMatchObject({ progress: { status: 'cancelled' } });
    await runUntil(START + 2 * HOUR);
    expect(calls).toEqual([]);
  });

  test('finds no event that never existed or is forgotten', async () => {
    const { queue, runUntil } = simulatedCloud();
    const { event } = await queue.publish(wantedEvent({ keepResultFor: MINUTE }), 'web');
    expect(await queue.cancel({ ...event.key, dueAt: START - 1 })).toBe('no such event');
    await runUntil(START + 2 * MINUTE);
    expect(await queue.cancel(event.key)).toBe('no such event');
    expect(await queue.retry(event.key)).toBe('no such event');
  });
});

describe('retry', () => {
  test('calls an event that failed for good at once, with its own tries; its attempts go on counting', async () => {
    const { queue, runUntil, calls } = simulatedCloud({ answer: bad });
    const { event } = await queue.publish(wantedEvent({ maxTryCount: 2 }), 'web');
    await runUntil(START + HOUR);
    expect(await queue.retry(event.key)).toMatchObject({ progress: { status: 'waiting_execution', nextAttempt: 3 } });
    await runUntil(START + 2 * HOUR);
    expect(calls.map(({ attempt, at }) => [attempt, at - START])).toEqual([
      [1, 0],
      [2, MINUTE],
      [3, HOUR],
      [4, HOUR + MINUTE],
    ]);
    expect((await queue.read(event.key))?.progress).toMatchObject({ status: 'failed', tryCount: 4 });
  });

  test('doubles exponential delays from the start again', async () => {
    const { queue, runUntil, calls } = simulatedCloud({ answer: bad });
    const retry = { backoff: 'exponential', delay: MINUTE, maxDelay: HOUR } as const;
    const { event } = await queue.publish(wantedEvent({ maxTryCount: 4, retry }), 'web');
    await runUntil(START + DAY / 2);
    await queue.retry(event.key);
    await runUntil(START + DAY);
    const pauses = calls.map(({ at }, index) => at - (calls[index - 1]?.at ?? 0));
    expect(calls).toHaveLength(8);
    for (const [first, again] of [
      [1, 5],
      [2, 6],
      [3, 7],
    ] as const) {
      expect((pauses[again] ?? 0) / (pauses[first] ?? 1)).toBeGreaterThan(0.6);
      expect((pauses[again] ?? 0) / (pauses[first] ?? 1)).toBeLessThan(1.6);
    }
  });

  test.each(['success', 'cancelled'] as const)('also opens an event that is a %s', async (status) => {
    const { queue, runUntil, calls } = simulatedCloud();
    const { event } = await queue.publish(wantedEvent({ asked: { after: SECOND } }), 'web');
    if (status === 'cancelled') await queue.cancel(event.key);
    await runUntil(START + MINUTE);
    const before = calls.length;
    await queue.retry(event.key);
    await runUntil(START + 2 * MINUTE);
    expect(calls).toHaveLength(before + 1);
    expect((await queue.read(event.key))?.progress.status).toBe('success');
  });

  test('of an event that was cancelled while it was called shares its number with no attempt before', async () => {
    const { queue, calls, runUntil } = simulatedCloud({ answer: bad, answerAfter: 2 * SECOND });
    const { event } = await queue.publish(wantedEvent({ maxTryCount: 1 }), 'web');
    await runUntil(START + SECOND);
    await queue.cancel(event.key);
    await runUntil(START + 6 * SECOND);
    await queue.retry(event.key);
    await runUntil(START + MINUTE);
    expect(calls.map(({ attempt }) => attempt)).toEqual([1, 2]);
    const attempts = [{ number: 1 }, { number: 2 }];
    expect((await queue.read(event.key))?.progress).toMatchObject({ tryCount: 2, triedBefore: 1, attempts });
  });

  test('whose message got lost sends it again when it is asked for once more: no audit is waited for', async () => {
    let losing = false;
    const { queue, runUntil, calls } = simulatedCloud({ answer: bad, loses: () => losing });
    const { event } = await queue.publish(wantedEvent({ maxTryCount: 1 }), 'web');
    await runUntil(START + MINUTE);
    losing = true;
    await queue.retry(event.key);
    losing = false;
    expect(await queue.retry(event.key)).toEqual(await queue.read(event.key));
    await runUntil(START + 2 * MINUTE);
    expect(calls).toHaveLength(2);
  });

  test('asked for once more while its call is under way costs no other', async () => {
    const { queue, runUntil, calls } = simulatedCloud({ answer: bad, answerAfter: 2 * SECOND });
    const { event } = await queue.publish(wantedEvent({ maxTryCount: 1 }), 'web');
    await runUntil(START + MINUTE);
    await queue.retry(event.key);
    await runUntil(START + MINUTE + SECOND);
    await queue.retry(event.key);
    await runUntil(START + HOUR);
    expect(calls).toHaveLength(2);
  });

  test('asked for twice at once, opens the event once', async () => {
    const { queue, queueWith, runUntil, calls } = simulatedCloud({ answer: bad });
    const { event } = await queue.publish(wantedEvent({ maxTryCount: 1 }), 'web');
    await runUntil(START + MINUTE);
    const results = await Promise.all([queue.retry(event.key), queueWith(4).retry(event.key)]);
    expect(results).toEqual([results[0], results[0]]);
    await runUntil(START + HOUR);
    expect(calls).toHaveLength(2);
  });

  test('of an event long behind the cursors is repaired by the audit if its message is lost', async () => {
    let losing = false;
    const { queue, runUntil, calls } = simulatedCloud({ answer: bad, loses: () => losing });
    const { event } = await queue.publish(wantedEvent({ maxTryCount: 1 }), 'web');
    await runUntil(START + 5 * HOUR);
    losing = true;
    await queue.retry(event.key);
    losing = false;
    await runUntil(START + 6 * HOUR);
    expect(calls).toHaveLength(2);
  });

  test('moves the expiry on before it opens the event, whichever step is its last', async () => {
    for (let steps = 0; ; steps++) {
      const log: string[] = [];
      const memory = memoryEventStore();
      const mortal =
        <Args extends unknown[], Result>(name: string, act: (...args: Args) => Promise<Result>) =>
        (...args: Args): Promise<Result> => {
          log.push(name);
          return log.length > steps ? Promise.reject(new Error('died')) : act(...args);
        };
      const over: Partial<EventStore> = {
        extendExpiry: mortal('expiry', memory.extendExpiry),
        putReminder: mortal('reminder', memory.putReminder),
        recordUnlessChanged: mortal('open', memory.recordUnlessChanged),
      };
      const { queue, queueWith, runUntil, calls } = simulatedCloud({
        store: memory,
        answer: bad,
        loses: () => log.length > 0,
      });
      const { event } = await queue.publish(wantedEvent({ maxTryCount: 1 }), 'web');
      await runUntil(START + HOUR);
      await queueWith(4, over)
        .retry(event.key)
        .catch(() => {});
      expect(log).toEqual(['expiry', 'reminder', 'open'].slice(0, steps + 1));
      const entries = await memory.entries(
        Number.parseInt(event.key.uuid.slice(0, 2), 16),
        positionAt(START + HOUR),
        START + DAY,
      );
      expect(entries.entries).toHaveLength(steps > 1 ? 1 : 0);
      expect(calls).toHaveLength(1);
      if (steps === 3) return;
    }
  });
});

describe('in bulk', () => {
  test('the events that are found are cancelled, a bounded number at a time, and no others', async () => {
    const { queue } = simulatedCloud();
    for (let n = 0; n < 1_500; n++) {
      await queue.publish(wantedEvent({ asked: { after: HOUR + n }, tags: [n % 5 === 0 ? 'kept' : 'dropped'] }), 'web');
    }
    const search = { status: 'waiting_execution', tags: ['dropped'] } as const;
    const first = await queue.cancelAll(search);
    expect(first).toEqual({ changed: 1_000, next: expect.any(String) });
    expect(await queue.cancelAll(search, first.next)).toEqual({ changed: 200 });
    expect(await queue.count(1_000)).toEqual({ count: 300, complete: true });
  });

  test('an event whose call starts between two requests is cancelled all the same', async () => {
    const { queue, runUntil, now } = simulatedCloud({ answer: bad });
    for (let n = 0; n < 1_010; n++) await queue.publish(wantedEvent({ asked: { after: SECOND + n } }), 'web');
    const begunAt = now();
    const search = { status: 'waiting_execution', tags: [] } as const;
    const { next } = await queue.cancelAll(search);
    await runUntil(START + 10 * SECOND);
    expect(await queue.cancelAll(search, next, { begunAt })).toEqual({ changed: 10 });
  });

  test('says where to go on when looking takes long, as it does for large events', async () => {
    const memory = memoryEventStore();
    const store: EventStore = {
      ...memory,
      async findEvent(key) {
        jump(50);
        return memory.findEvent(key);
      },
    };
    const { queue, jump, now } = simulatedCloud({ store });
    for (let n = 0; n < 250; n++) await queue.publish(wantedEvent({ asked: { after: 2 * HOUR + n } }), 'web');
    let next: string | undefined;
    const changed: number[] = [];
    do {
      const startedAt = now();
      const result = await queue.cancelAll({ tags: [] }, next);
      expect(now() - startedAt).toBeLessThan(20 * SECOND);
      changed.push(result.changed);
      next = result.next;
    } while (next !== undefined);
    expect(changed).toEqual([100, 100, 50]);
  });

  test('waiting events are counted without having all of them in memory at once', async () => {
    const memory = memoryEventStore();
    let [open, most] = [0, 0];
    const store: EventStore = {
      ...memory,
      async findProgress(key) {
        most = Math.max(most, ++open);
        return memory.findProgress(key).finally(() => open--);
      },
    };
    const { queue } = simulatedCloud({ store });
    for (let n = 0; n < 1_200; n++) await queue.publish(wantedEvent({ asked: { after: HOUR } }), 'web');
    expect(await queue.count(1_000)).toEqual({ count: 1_200, complete: true });
    expect(most).toBe(500);
  });

  test('failed events are retried', async () => {
    let isUp = false;
    const { queue, runUntil } = simulatedCloud({ answer: () => answered(isUp ? 200 : 500) });
    const events: EventRecord[] = [];
    for (let n = 0; n < 150; n++) events.push(await queue.publish(wantedEvent({ maxTryCount: 1 }), 'web'));
    await runUntil(START + HOUR);
    isUp = true;
    expect(await queue.retryAll({ status: 'failed', tags: [] })).toEqual({ changed: 150 });
    await runUntil(START + HOUR + MINUTE);
    expect((await queue.find({ status: 'success', tags: [] }, 100)).records).toHaveLength(100);
    expect((await queue.find({ status: 'failed', tags: [] }, 100)).records).toEqual([]);
  });
});

describe('an event that failed for good', () => {
  test('has its entry in the list of the failed before its end is recorded', async () => {
    const memory = memoryEventStore();
    const order: string[] = [];
    const store: EventStore = {
      ...memory,
      async putFailedEntry(...args) {
        order.push('entry');
        await memory.putFailedEntry(...args);
      },
      recordUnlessChanged: async (...args) => {
        order.push('record');
        return memory.recordUnlessChanged(...args);
      },
    };
    const { queue, runUntil } = simulatedCloud({ store, answer: bad });
    await queue.publish(wantedEvent({ maxTryCount: 2 }), 'web');
    await runUntil(START + HOUR);
    expect(order).toEqual(['record', 'entry', 'record']);
  });
});

describe('reading with a wait', () => {
  test('answers the moment the event has finished', async () => {
    const { queue, clock, runUntil } = simulatedCloud({ answerAfter: SECOND });
    const { event } = await queue.publish(wantedEvent({ asked: { after: 5 * SECOND } }), 'web');
    const waited = queue
      .readWhenFinished(event.key, 20 * SECOND)
      .then((record) => [record?.progress.status, clock.now() - START]);
    await runUntil(START + 20 * SECOND);
    expect(await waited).toEqual(['success', 6 * SECOND]);
  });

  test('sees by itself what finishes in another process, with pauses that grow to two seconds', async () => {
    const memory = memoryEventStore();
    let reads = 0;
    const over: Partial<EventStore> = {
      findEvent: (key) => {
        reads++;
        return memory.findEvent(key);
      },
    };
    const { queue, queueWith, clock, runUntil } = simulatedCloud({ store: memory });
    const { event } = await queue.publish(wantedEvent({ asked: { after: 9 * SECOND } }), 'web');
    const waited = queueWith(4, over)
      .readWhenFinished(event.key, 20 * SECOND)
      .then((record) => [record?.progress.status, clock.now() - START]);
    await runUntil(START + 20 * SECOND);
    const [status, at] = await waited;
    expect(status).toBe('success');
    expect(at).toBeGreaterThanOrEqual(9 * SECOND);
    expect(at).toBeLessThan(11 * SECOND);
    expect(reads).toBeLessThan(15);
  });

  test('answers it as it is when the time is up, or at once if there is none, or it has finished', async () => {
    const { queue, clock } = simulatedCloud();
    const { event } = await queue.publish(wantedEvent({ asked: { after: HOUR } }), 'web');
    const waited = queue
      .readWhenFinished(event.key, 3 * SECOND)
      .then((record) => [record?.progress.status, clock.now() - START]);
    await clock.moveTo(START + 10 * SECOND);
    expect(await waited).toEqual(['waiting_execution', 3 * SECOND]);
    expect((await queue.readWhenFinished(event.key, 0))?.progress.status).toBe('waiting_execution');
    await queue.cancel(event.key);
    expect((await queue.readWhenFinished(event.key, MINUTE))?.progress.status).toBe('cancelled');
    expect(await queue.readWhenFinished({ ...event.key, dueAt: 1 }, MINUTE)).toBeUndefined();
  });
});

describe('a deduplication id', () => {
  const wanted = wantedEvent({ deduplicationId: 'order 42' });

  test('given again with the same request finds the first event, as it is now', async () => {
    const { queue, runUntil, calls } = simulatedCloud();
    const first = await queue.publish(wanted, 'web');
    await runUntil(START + HOUR);
    const again = await queue.publish(wanted, 'web');
    expect(again.event).toEqual(first.event);
    expect(again.progress.status).toBe('success');
    await runUntil(START + 2 * HOUR);
    expect(calls).toHaveLength(1);
  });

  test('given again sends a message that got lost', async () => {
    let losing = true;
    const { queue, runUntil, calls } = simulatedCloud({ loses: () => losing });
    await queue.publish(wanted, 'web');
    losing = false;
    await queue.publish(wanted, 'web');
    await runUntil(START + MINUTE);
    expect(calls).toHaveLength(1);
  });

  test('given again while its call is under way costs no other, and no second message for each of its tries', async () => {
    let sent = 0;
    const { queue, runUntil, calls } = simulatedCloud({ answer: bad, answerAfter: 2 * SECOND, loses: counting });
    await queue.publish({ ...wanted, maxTryCount: 5 }, 'web');
    await runUntil(START + SECOND);
    await queue.publish({ ...wanted, maxTryCount: 5 }, 'web');
    await runUntil(START + HOUR);
    expect([calls.length, sent]).toEqual([5, 6]);

    function counting(): boolean {
      sent++;
      return false;
    }
  });

  test('given again costs no second call where deliverers are so far behind that both messages meet', async () => {
    const { queue, runUntil, calls } = simulatedCloud({ deliverers: 3, answerAfter: 5 * SECOND });
    for (let n = 0; n < 100; n++) await queue.publish({ ...wanted, deduplicationId: `order ${n}` }, 'web');
    await queue.publish({ ...wanted, deduplicationId: 'order 99' }, 'web');
    await runUntil(START + HOUR);
    expect(calls).toHaveLength(100);
  });

  test('given again sends no message for an event that the cursors will send, or that has been called', async () => {
    const sent: string[] = [];
    const { queue, runUntil } = simulatedCloud({ answer: bad, loses: ({ key }) => sent.push(key.uuid) < 0 });
    const later = { ...wanted, deduplicationId: 'later', asked: { after: HOUR } };
    for (const one of [later, later, wanted]) await queue.publish(one, 'web');
    expect(sent).toHaveLength(1);
    await runUntil(START + SECOND);
    const before = sent.length;
    await queue.publish(wanted, 'web');
    expect(sent).toHaveLength(before);
  });

  test('of another publisher, another id, or after a day, is for another event', async () => {
    const { queue, runUntil, calls } = simulatedCloud();
    await queue.publish(wanted, 'web');
    await queue.publish(wanted, 'app');
    await queue.publish({ ...wanted, deduplicationId: 'order 43' }, 'web');
    await runUntil(START + DAY - 1);
    await queue.publish(wanted, 'web');
    expect(calls).toHaveLength(3);
    await runUntil(START + DAY);
    await queue.publish(wanted, 'web');
    await runUntil(START + DAY + SECOND);
    expect(calls).toHaveLength(4);
  });

  test('with another request is refused', async () => {
    const { queue } = simulatedCloud();
    await queue.publish(wanted, 'web');
    await expect(queue.publish({ ...wanted, url: 'https://example.com/else' }, 'web')).rejects.toThrow(
      'another request',
    );
  });

  test('of 50 clients at the same moment makes one event, called once', async () => {
    const { queue, clock, runUntil, calls } = simulatedCloud();
    const published = Promise.all(Array.from({ length: 50 }, () => queue.publish(wanted, 'web')));
    await clock.moveTo(START + SECOND);
    expect(new Set((await published).map(({ event }) => event.key.uuid)).size).toBe(1);
    await runUntil(START + HOUR);
    expect(calls).toHaveLength(1);
  });

  test.each([10 * SECOND, 5 * MINUTE, 20 * HOUR])(
    'whose publisher died before it stored the event is completed %i ms later by a repetition, and never lost',
    async (later) => {
      let dies = true;
      let losing = false;
      const { queue, clock, runUntil, calls } = simulatedCloud({
        fault: (operation) => (dies && operation === 'putEvent' ? 'dies before' : undefined),
        loses: () => losing,
      });
      void queue.publish(wanted, 'web');
      await rest(1);
      dies = false;
      await runUntil(START + later);
      losing = true;
      const again = queue.publish(wanted, 'web');
      await clock.moveTo(START + later + 3 * SECOND);
      const { event } = await again;
      expect((await queue.publish(wanted, 'web')).event.key).toEqual(event.key);
      losing = false;
      await runUntil(START + later + 2 * HOUR);
      expect(calls.map(({ uuid }) => uuid)).toEqual([event.key.uuid]);
    },
  );
});

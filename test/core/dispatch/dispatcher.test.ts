import { describe, expect, test } from '@jest/globals';
import { renewed } from '../../../core/dispatch/cursors.ts';
import { DAY, HOUR, MINUTE, SECOND, WEEK } from '../../../core/durations.ts';
import { type Entry, positionAt } from '../../../core/event/entry.ts';
import type { QueuedEvent } from '../../../core/event/event.ts';
import { shardOf } from '../../../core/event/event-key.ts';
import { expiresAt } from '../../../core/event/expiry.ts';
import type { Message } from '../../../core/event/message.ts';
import type { Cursors, EventStore } from '../../../core/ports.ts';
import { rest } from '../../../verify/shared/simulated-clock.ts';
import { memoryEventStore } from '../../support/memory-event-store.ts';
import { answered, wantedEvent } from '../../support/sample-event.ts';
import { type Operation, simulatedCloud } from '../../support/simulated-cloud.ts';
import { START } from '../../support/simulation.ts';

/** The number of entries on a page of the store in memory. */
const PAGE = 10;

describe('an event', () => {
  test.each([0, 1, 179_899, 180_000, 180_001, 5 * MINUTE, 16 * MINUTE, 3 * DAY])(
    'that is due in %i ms is called once, at its instant',
    async (after) => {
      expect(await calledAfter(after)).toEqual([after]);
    },
  );

  test.each([
    [179_900, 180_000],
    [179_999, 180_000],
    [DAY + 950, DAY + SECOND],
  ])(
    'that is due in %i ms is called after %i, up to 100 ms late, so that no deliverer waits for most of a second',
    async (after, called) => {
      expect(await calledAfter(after)).toEqual([called]);
    },
  );

  test('that is due in ten years is called once, at its instant', async () => {
    const { queue, clock, runUntil, calls } = simulatedCloud();
    const { event } = await queue.publish(wantedEvent({ asked: { after: 3_652 * DAY } }), 'web');
    await clock.moveTo(event.key.dueAt - HOUR);
    await runUntil(event.key.dueAt + HOUR);
    expect(calls).toMatchObject([{ uuid: event.key.uuid, attempt: 1, at: event.key.dueAt }]);
  });

  test('is called once at the instant of each retry, up to a day away', async () => {
    for (const delay of [MINUTE, 15 * MINUTE, 15 * MINUTE + 1, 3 * HOUR, DAY]) {
      const { queue, runUntil, calls, sent } = simulatedCloud({ answer: () => answered(500) });
      await queue.publish(wantedEvent({ retry: { backoff: 'fixed', delay, maxDelay: HOUR } }), 'web');
      await runUntil(START + 3 * delay + HOUR);
      expect(calls.map(({ at }) => at - START)).toEqual([0, delay, 2 * delay]);
      expect(sent).toHaveLength(3);
    }
  });

  async function calledAfter(after: number): Promise<readonly number[]> {
    const { queue, runUntil, calls } = simulatedCloud();
    await queue.publish(wantedEvent({ asked: { after } }), 'web');
    await runUntil(START + after + HOUR);
    return calls.map(({ at }) => at - START);
  }
});

describe('the promote cursor', () => {
  test('sends one message for each event whose message publish did not send, however often it runs', async () => {
    const { queue, clock, sent } = simulatedCloud();
    for (const after of [3 * MINUTE, 3 * MINUTE + 1, 10 * MINUTE])
      await queue.publish(wantedEvent({ asked: { after } }), 'web');
    expect(sent.map(({ at }) => at - START)).toEqual([3 * MINUTE]);
    for (let minute = 1; minute <= 9; minute++) {
      await clock.moveTo(START + minute * MINUTE);
      await queue.dispatch();
    }
    expect(sent.map(({ at }) => at - START)).toEqual([3 * MINUTE, 3 * MINUTE + 1, 10 * MINUTE]);
  });

  test('sends one message for each event when several runs work at the same time', async () => {
    const { queue, clock, sent } = simulatedCloud();
    for (let n = 0; n < 100; n++) await queue.publish(wantedEvent({ asked: { after: 4 * MINUTE } }), 'web');
    await clock.moveTo(START + 3 * MINUTE);
    await Promise.all([queue.dispatch(), queue.dispatch(), queue.dispatch()]);
    expect(sent).toHaveLength(100);
  });

  test.each(['fails', 'is done and fails'] as const)(
    'sends a message again if its request %s, and no event is called twice',
    async (what) => {
      const seen = new Set<string>();
      let failures = 0;
      const fault = (operation: Operation, [message]: readonly unknown[]) => {
        if (operation !== 'send') return undefined;
        const { uuid } = (message as Message).key;
        const isUnlucky = !seen.has(uuid) && seen.size % 4 === 0;
        seen.add(uuid);
        if (isUnlucky) failures++;
        return isUnlucky ? what : undefined;
      };
      const { queue, runUntil, sent, calls } = simulatedCloud({ fault });
      for (let n = 0; n < 40; n++) await queue.publish(wantedEvent({ asked: { after: 4 * MINUTE + n } }), 'web');
      await runUntil(START + HOUR);
      expect(failures).toBeGreaterThanOrEqual(10);
      expect(sent).toHaveLength(what === 'fails' ? 40 : 40 + failures);
      expect(new Set(calls.map(({ uuid }) => uuid)).size).toBe(40);
      expect(calls).toHaveLength(40);
      const latest = Math.max(...calls.map(({ at }) => at));
      expect(latest).toBeLessThanOrEqual(START + 4 * MINUTE + 12 * SECOND);
    },
  );

  test('is left alone by a second run while the first one holds the lease, and a run that stalled sends only the pages it has read', async () => {
    const memory = memoryEventStore();
    const { queueWith, clock, sent, queue } = simulatedCloud({ store: memory, shards: 2 });
    for (let n = 0; n < 60; n++) await queue.publish(wantedEvent({ asked: { after: 4 * MINUTE + n } }), 'web');
    await clock.moveTo(START + 3 * MINUTE);
    const { promise: goOn, resolve: letGoOn } = Promise.withResolvers<void>();
    let pages = 0;
    const stalling = queueWith(2, {
      async entries(...args) {
        if (++pages === 2) await goOn;
        return memory.entries(...args);
      },
    });
    const stalled = stalling.dispatch();
    await clock.moveTo(START + 3 * MINUTE + 49 * SECOND);
    const sentByFirst = sent.length;
    await queue.dispatch();
    expect(sent).toHaveLength(sentByFirst);
    await clock.moveTo(START + 3 * MINUTE + 51 * SECOND);
    await queue.dispatch();
    expect(sent).toHaveLength(60);
    letGoOn();
    await stalled;
    expect(sent.length).toBeLessThanOrEqual(60 + 2 * PAGE);
  });

  test('reads eight shards at a time, those that are furthest behind first', async () => {
    const memory = memoryEventStore();
    const behind = new Set([19, 7, 12]);
    const promote = Array.from({ length: 20 }, (_, shard) => positionAt(behind.has(shard) ? START - HOUR : START));
    await memory.saveCursors(undefined, {
      version: 1,
      writtenAt: START - HOUR,
      leasedUntil: 0,
      promote,
      audit: promote,
    });
    const asked: number[] = [];
    let open = 0;
    let most = 0;
    const { queueWith } = simulatedCloud({ store: memory, shards: 20 });
    const queue = queueWith(20, {
      async entries(...args) {
        asked.push(args[0]);
        most = Math.max(most, ++open);
        return memory.entries(...args).finally(() => open--);
      },
    });
    await queue.dispatch();
    expect(asked).toHaveLength(20);
    expect(most).toBe(8);
    expect(new Set(asked.slice(0, 3))).toEqual(behind);
  });

  test.each([1, 10])('catches up after %i runs that did not happen', async (missed) => {
    const { queue, runUntil, calls } = simulatedCloud({ dispatches: (minute) => minute < 5 || minute >= 5 + missed });
    for (let n = 0; n < 30; n++) await queue.publish(wantedEvent({ asked: { after: (4 + n) * MINUTE } }), 'web');
    await runUntil(START + HOUR);
    expect(calls).toHaveLength(30);
    const late = calls.map(({ at }, n) => at - (START + (4 + n) * MINUTE));
    expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...late)).toBeLessThanOrEqual(Math.max(0, (missed - 1) * MINUTE));
  });

  test('reads as little as in an empty queue when 10,000 events wait for next week', async () => {
    const counted = countedStore(memoryEventStore());
    const { queue, clock } = simulatedCloud({ store: counted.store });
    const entriesReadByRun = async (minute: number) => {
      await clock.moveTo(START + minute * MINUTE);
      counted.reset();
      await queue.dispatch();
      return counted.read();
    };
    const before = await entriesReadByRun(1);
    for (let n = 0; n < 10_000; n++) await queue.publish(wantedEvent({ asked: { after: WEEK + n } }), 'web');
    expect(await entriesReadByRun(2)).toEqual(before);
  });
});

describe('a run', () => {
  test('reports how far the cursors were behind, and how many messages it sent', async () => {
    const { queue, clock } = simulatedCloud({ shards: 2 });
    for (let n = 0; n < 3; n++) await queue.publish(wantedEvent({ asked: { after: 30 * MINUTE } }), 'web');
    expect(await queue.dispatch()).toEqual({ promoteLag: 0, auditLag: 0, promoted: 0, resent: 0 });
    await clock.moveTo(START + 29 * MINUTE);
    expect(await queue.dispatch()).toMatchObject({ promoteLag: 29 * MINUTE, promoted: 3, resent: 0 });
    for (let minute = 30; minute <= 41; minute++) {
      await clock.moveTo(START + minute * MINUTE);
      expect(await queue.dispatch()).toMatchObject({ promoteLag: MINUTE, auditLag: minute < 40 ? 0 : MINUTE });
    }
  });

  test('reports how many messages it sent again', async () => {
    const { queue, clock, loseAll } = simulatedCloud();
    for (let n = 0; n < 3; n++) await queue.publish(wantedEvent(), 'web');
    loseAll();
    const runs = [];
    for (let minute = 0; minute <= 20; minute++) {
      await clock.moveTo(START + minute * MINUTE);
      runs.push(await queue.dispatch());
    }
    expect(runs.reduce((sum, run) => sum + (run?.resent ?? 0), 0)).toBe(3);
  });

  test('reports nothing if another run holds the lease', async () => {
    const memory = memoryEventStore();
    const { queueWith, queue } = simulatedCloud({ store: memory });
    const { promise: goOn, resolve: letGoOn } = Promise.withResolvers<void>();
    const slow = queueWith(4, { entries: async (...args) => goOn.then(() => memory.entries(...args)) });
    const first = slow.dispatch();
    await rest();
    expect(await queue.dispatch()).toBeUndefined();
    letGoOn();
    expect(await first).toBeDefined();
    expect(await queue.dispatch()).toBeDefined();
  });
});

test('a run that fails gives the lease back', async () => {
  const memory = memoryEventStore();
  const { queueWith, queue, clock, sent } = simulatedCloud({ store: memory });
  await queue.publish(wantedEvent({ asked: { after: 4 * MINUTE } }), 'web');
  await clock.moveTo(START + 3 * MINUTE);
  const failing = queueWith(4, { entries: () => Promise.reject(new Error('The table is away.')) });
  await expect(failing.dispatch()).rejects.toThrow('The table is away.');
  await queue.dispatch();
  expect(sent).toHaveLength(1);
});

test('a run that cannot send its messages leaves the promote cursor before their events', async () => {
  let isFailing = true;
  const cloud = simulatedCloud({
    fault: (operation) => (operation === 'send' && isFailing ? 'fails' : undefined),
  });
  await cloud.queue.publish(wantedEvent({ asked: { after: 5 * MINUTE } }), 'web');
  await cloud.runUntil(START + 3 * MINUTE + 30 * SECOND);
  isFailing = false;
  await cloud.runUntil(START + HOUR);
  expect(cloud.calls.map(({ at }) => at - START)).toEqual([5 * MINUTE]);
});

test('an event is called at its instant after the clock was put back by half an hour', async () => {
  const cloud = simulatedCloud();
  await cloud.runUntil(START + HOUR);
  cloud.jump(-30 * MINUTE);
  await cloud.runUntil(START + HOUR + 2 * MINUTE);
  const { event } = await cloud.queue.publish(wantedEvent({ asked: { after: 5 * MINUTE } }), 'web');
  await cloud.runUntil(START + 3 * HOUR);
  expect(cloud.calls.map(({ at }) => at)).toEqual([event.key.dueAt]);
});

describe('a run that dies between any two of its steps', () => {
  test('loses no event, and repeats at most one page of each shard', async () => {
    for (let steps = 0; ; steps++) {
      const { queue, queueWith, clock, runUntil, calls, sent, store } = simulatedCloud({ shards: 2 });
      const events: QueuedEvent[] = [];
      for (let n = 0; n < 25; n++) {
        events.push((await queue.publish(wantedEvent({ asked: { after: 4 * MINUTE + n } }), 'web')).event);
      }
      await clock.moveTo(START + 3 * MINUTE);
      const finished = await dyingAfter(steps, store, (over) => queueWith(2, over).dispatch());
      await runUntil(START + 10 * MINUTE);
      expect(new Set(calls.map(({ uuid }) => uuid))).toEqual(new Set(events.map(({ key }) => key.uuid)));
      expect(sent.length).toBeLessThanOrEqual(25 + 2 * PAGE);
      if (finished) break;
    }
  });
});

describe('the audit cursor', () => {
  test('sends a lost message again after the grace, and marks it as a possible duplicate', async () => {
    let losing = true;
    const { queue, runUntil, calls, sent } = simulatedCloud({ loses: () => losing });
    const { event } = await queue.publish(wantedEvent(), 'web');
    await runUntil(START + 9 * MINUTE);
    losing = false;
    expect(calls).toEqual([]);
    await runUntil(START + 30 * MINUTE);
    expect(calls).toHaveLength(1);
    expect(sent).toEqual([
      { key: event.key, attempt: 1, at: START, host: 'example.com' },
      { key: event.key, attempt: 1, at: START, host: 'example.com', mayBeDuplicate: true },
    ]);
  });

  test('sends a message again each time it is lost, and keeps one reminder for its event at any time', async () => {
    let losing = true;
    const { queue, runUntil, calls, sent, store, clock } = simulatedCloud({ loses: () => losing });
    const { event } = await queue.publish(wantedEvent({ maxTryCount: 1 }), 'web');
    for (let hour = 1; hour <= 24; hour++) {
      await runUntil(START + hour * HOUR);
      const ahead = await store.entries(
        shardOf(event.key.uuid),
        positionAt(clock.now() - 10 * MINUTE),
        clock.now() + DAY,
      );
      expect(ahead.entries.filter(({ key }) => key.uuid === event.key.uuid)).toHaveLength(1);
    }
    expect(sent.length).toBeLessThan(24 * 7);
    losing = false;
    await runUntil(START + 25 * HOUR);
    expect(calls).toHaveLength(1);
  });

  test('sends nothing for an event that waits for its retry', async () => {
    const { queue, runUntil, calls, sent } = simulatedCloud({
      answer: (_, attempt) => answered(attempt < 3 ? 500 : 200),
    });
    await queue.publish(wantedEvent({ retry: { backoff: 'fixed', delay: 2 * HOUR, maxDelay: HOUR } }), 'web');
    await runUntil(START + 6 * HOUR);
    expect(calls).toHaveLength(3);
    expect(sent.filter(({ mayBeDuplicate }) => mayBeDuplicate)).toEqual([]);
  });

  test('waits while more than 1,000 messages are ready', async () => {
    const { queue, runUntil, sent, pretendBacklog } = simulatedCloud({ loses: () => true });
    await queue.publish(wantedEvent(), 'web');
    pretendBacklog(1_001);
    await runUntil(START + 2 * HOUR);
    expect(sent).toHaveLength(1);
    pretendBacklog(1_000);
    await runUntil(START + 3 * HOUR);
    expect(sent.length).toBeGreaterThan(1);
  });

  test('waits until the promote cursor has been up to date for a grace', async () => {
    const { queue, runUntil, sent } = simulatedCloud({ loses: () => true, dispatches: (minute) => minute >= 60 });
    await queue.publish(wantedEvent({ asked: { after: 4 * MINUTE } }), 'web');
    await runUntil(START + HOUR + 9 * MINUTE);
    expect(sent).toHaveLength(1);
    await runUntil(START + HOUR + 11 * MINUTE);
    expect(sent).toHaveLength(2);
  });

  test('waits again after runs that did not happen, so that the events they missed are sent once', async () => {
    const { queue, runUntil, calls, sent } = simulatedCloud({ dispatches: (minute) => minute < 30 || minute >= 60 });
    for (let n = 0; n < 20; n++) await queue.publish(wantedEvent({ asked: { after: (35 + n / 2) * MINUTE } }), 'web');
    await runUntil(START + 3 * HOUR);
    expect(calls).toHaveLength(20);
    expect(sent).toHaveLength(20);
  });

  test('extends the expiry of an event that is unfinished after its longest possible life', async () => {
    const keptUntil: number[] = [];
    const store = {
      ...memoryEventStore(),
      extendExpiry: async (_: unknown, instant: number) => void keptUntil.push(instant),
    };
    const { queue, runUntil, clock } = simulatedCloud({ store, loses: () => true });
    const { event } = await queue.publish(wantedEvent({ maxTryCount: 1, keepResultFor: MINUTE }), 'web');
    const end = expiresAt(event);
    await runUntil(START + HOUR);
    expect(keptUntil).toEqual([]);
    await clock.moveTo(end - WEEK);
    await runUntil(end - WEEK + HOUR);
    expect(keptUntil.length).toBeGreaterThan(0);
    expect(Math.min(...keptUntil)).toBeGreaterThan(end);
  });

  test('extends the expiry of an event at the start of a process before it sends a message, so that the event does not expire meanwhile', async () => {
    const order: [string, number][] = [];
    const store = {
      ...memoryEventStore(),
      extendExpiry: async (_: unknown, instant: number) => void order.push(['kept', instant]),
    };
    const { queue, clock } = simulatedCloud({
      store,
      fault: (operation) => void (operation === 'send' && order.push(['sent', clock.now()])),
    });
    const { event } = await queue.publish(
      wantedEvent({ asked: { after: HOUR }, maxTryCount: 1, keepResultFor: MINUTE }),
      'web',
    );
    await clock.moveTo(expiresAt(event) + DAY);
    await queue.dispatchAtStart();
    expect(order.map(([what]) => what).slice(0, 2)).toEqual(['kept', 'sent']);
    expect(order[0]?.[1]).toBeGreaterThan(clock.now() + WEEK);
  });

  test('keeps an event as long as its result is readable, however late it was called', async () => {
    const keptUntil: number[] = [];
    const store = {
      ...memoryEventStore(),
      extendExpiry: async (_: unknown, instant: number) => void keptUntil.push(instant),
    };
    const { queue, clock, runUntil, calls } = simulatedCloud({ store });
    const wanted = wantedEvent({ asked: { after: HOUR }, maxTryCount: 1, keepResultFor: DAY });
    const { event } = await queue.publish(wanted, 'web');
    const wokeAt = expiresAt(event) + HOUR;
    await clock.moveTo(wokeAt);
    await runUntil(wokeAt + HOUR);
    expect(calls).toHaveLength(1);
    expect(keptUntil.length).toBeGreaterThan(0);
    expect(Math.min(...keptUntil)).toBeGreaterThanOrEqual(wokeAt + DAY);
  });

  test.each([
    ['failed', 500, 90 * DAY],
    ['succeeded', 200, undefined],
  ])('keeps an event that %s as long as its result is readable', async (_, status, expected) => {
    const keptUntil: number[] = [];
    const store = {
      ...memoryEventStore(),
      extendExpiry: async (_: unknown, instant: number) => void keptUntil.push(instant),
    };
    const { queue, runUntil } = simulatedCloud({ store, answer: () => answered(status) });
    await queue.publish(wantedEvent({ maxTryCount: 2, keepFailedFor: 90 * DAY }), 'web');
    await runUntil(START + HOUR);
    expect([...new Set(keptUntil)]).toEqual(expected === undefined ? [] : [START + MINUTE + expected]);
  });

  test('repairs an event whose process died between its record and its reminder, or between its record and its message', async () => {
    for (const delay of [MINUTE, HOUR]) {
      for (let steps = 0; ; steps++) {
        const { queue, queueWith, runUntil, calls, store, sent } = simulatedCloud({ answer: () => answered(500) });
        const { event } = await queue.publish(
          wantedEvent({ maxTryCount: 2, retry: { backoff: 'fixed', delay, maxDelay: HOUR } }),
          'web',
        );
        const messages = sent.map((message) => ({ ...message, receiveCount: 1 }));
        const finished = await dyingAfter(steps, store, (over) => queueWith(4, over).deliver(messages));
        await runUntil(START + 6 * HOUR);
        expect((await queue.read(event.key))?.progress).toMatchObject({ status: 'failed', tryCount: 2 });
        expect(calls.length).toBeLessThanOrEqual(3);
        if (finished) break;
      }
    }
  });
});

describe('shards', () => {
  test.each([
    [4, 1],
    [1, 4],
    [2, 16],
  ])('lose no event when their number changes from %i to %i under load', async (before, after) => {
    const { queueWith, clock, runUntil, calls, queue } = simulatedCloud({ shards: after });
    const old = queueWith(before);
    for (let n = 0; n < 40; n++)
      await old.publish(wantedEvent({ asked: { after: 4 * MINUTE + n * 10 * SECOND } }), 'web');
    for (let minute = 1; minute <= 3; minute++) {
      await clock.moveTo(START + minute * MINUTE);
      await old.dispatch();
    }
    for (let n = 0; n < 40; n++)
      await queue.publish(wantedEvent({ asked: { after: 4 * MINUTE + n * 10 * SECOND } }), 'web');
    await runUntil(START + HOUR);
    expect(new Set(calls.map(({ uuid }) => uuid)).size).toBe(80);
    expect(calls).toHaveLength(80);
  });
});

describe('the start of a process that is alone', () => {
  test('gives each unfinished event its next attempt once, whether it is overdue, due soon, due later or between two tries', async () => {
    const { queue, clock, runUntil, loseAll, calls } = simulatedCloud({ answer: () => answered(500) });
    const retry = (delay: number) => ({ retry: { backoff: 'fixed', delay, maxDelay: HOUR }, maxTryCount: 2 }) as const;
    const published = await Promise.all(
      [
        wantedEvent({ asked: { after: 20 * SECOND }, ...retry(HOUR) }),
        wantedEvent({ asked: { after: 2 * MINUTE }, ...retry(HOUR) }),
        wantedEvent({ asked: { after: 3 * MINUTE }, ...retry(HOUR) }),
        wantedEvent({ asked: { after: 10 * MINUTE }, ...retry(HOUR) }),
        wantedEvent({ ...retry(5 * MINUTE) }),
        wantedEvent({ ...retry(14 * MINUTE) }),
        wantedEvent({ ...retry(3 * HOUR) }),
      ].map((wanted, n) => queue.publish(wanted, `event ${n}`)),
    );
    await runUntil(START + 10 * SECOND);
    expect(calls).toHaveLength(3);
    loseAll();
    await clock.moveTo(START + 40 * SECOND);
    await queue.dispatchAtStart();
    await runUntil(START + 40 * SECOND);
    expect(calls).toHaveLength(4);
    await runUntil(START + 8 * HOUR);
    expect(calls).toHaveLength(14);
    const later = published.map(({ event }) => event.key).filter(({ dueAt }) => dueAt > START + 40 * SECOND);
    const firstCalls = later.map(({ uuid }) => calls.find((call) => call.uuid === uuid)?.at);
    expect(firstCalls).toEqual(later.map(({ dueAt }) => dueAt));
    for (const { event } of published) {
      expect((await queue.read(event.key))?.progress).toMatchObject({ status: 'failed', tryCount: 2 });
    }
  });

  test('sends each event once, however many entries it has', async () => {
    const { queue, clock, runUntil, loseAll, sent } = simulatedCloud();
    for (let n = 0; n < 100; n++) {
      await queue.publish(wantedEvent({ asked: { after: (n % 2 ? 0 : 4 * MINUTE) + n * SECOND } }), 'web');
    }
    for (let start = 0; start < 3; start++) {
      loseAll();
      sent.length = 0;
      await clock.moveTo(clock.now() + 20 * MINUTE);
      await queue.dispatchAtStart();
      expect(new Set(sent.map(({ key }) => key.uuid)).size).toBe(100);
      expect(sent).toHaveLength(100);
    }
    await runUntil(clock.now() + HOUR);
    expect(sent).toHaveLength(100);
  });

  test('forgets no event that was published since the start before, although the due queue is lost each time', async () => {
    const { queue, clock, runUntil, loseAll, calls } = simulatedCloud();
    for (let start = 0; start < 20; start++) {
      await queue.dispatchAtStart();
      await queue.publish(wantedEvent({ asked: { after: start * SECOND } }), 'web');
      await clock.moveTo(clock.now() + SECOND / 2);
      loseAll();
    }
    await queue.dispatchAtStart();
    await runUntil(START + HOUR);
    expect(new Set(calls.map(({ uuid }) => uuid)).size).toBe(20);
    expect(calls).toHaveLength(20);
  });

  test.each([
    [7, 5, [2, 4, 6]],
    [9, 5, [2, 4, 8]],
    [10, 5, [2, 4, 6, 9]],
    [11, 5, [2, 4, 6, 10]],
    [9, 9, [40, 41, 43]],
    [30, 3, [2, 4, 29, 35]],
  ])(
    'sends attempts that are %i minutes apart in time, although their event is older than a start looks back',
    async (minutes, tries, starts) => {
      const { queue, runUntil, loseAll, calls } = simulatedCloud({ answer: () => answered(500) });
      const retry = { backoff: 'fixed', delay: minutes * MINUTE, maxDelay: HOUR } as const;
      for (let n = 0; n < 20; n++) await queue.publish(wantedEvent({ retry, maxTryCount: tries }), `event ${n}`);
      for (const start of starts) {
        await runUntil(START + start * MINUTE + 10 * SECOND);
        loseAll();
        await queue.dispatchAtStart();
      }
      await runUntil(START + 10 * HOUR);
      const wanted = Array.from({ length: 20 * tries }, (_, n) => START + Math.floor(n / 20) * retry.delay);
      expect(calls.map(({ at }) => at)).toEqual(wanted);
    },
  );

  test.each([false, true])(
    'sends an event soon that was cancelled (after a try: %s) and retried, even if the clock is put back',
    async (isTried) => {
      const { queue, jump, runUntil, loseAll, calls } = simulatedCloud({
        answer: () => answered(isTried ? 500 : 200),
      });
      const wanted = wantedEvent({ asked: { after: isTried ? 0 : DAY }, maxTryCount: 1 });
      const { event } = await queue.publish(wanted, 'web');
      await runUntil(START + HOUR);
      await queue.cancel(event.key);
      await queue.retry(event.key);
      loseAll();
      jump(-10 * MINUTE);
      await queue.dispatchAtStart();
      await runUntil(START + HOUR + 10 * MINUTE + SECOND);
      expect(calls).toHaveLength(isTried ? 2 : 1);
    },
  );

  test('finds an event that was published just after the clock was put back, although the run that would have seen it fails', async () => {
    let isFailing = false;
    const { queue, clock, jump, restart, runUntil, loseAll, calls } = simulatedCloud({
      fault: (operation) => (operation === 'findCursors' && isFailing ? 'fails' : undefined),
    });
    await restart();
    jump(-2 * MINUTE);
    await queue.publish(wantedEvent(), 'web');
    loseAll();
    isFailing = true;
    await runUntil(clock.now() + MINUTE);
    isFailing = false;
    await runUntil(clock.now() + 2 * HOUR);
    expect(calls).toHaveLength(1);
  });

  test('sends an event at once that comes within reach of the due queue while it runs', async () => {
    let startTakes = 0;
    const cloud = simulatedCloud({
      fault(operation) {
        if (operation !== 'entries') return undefined;
        cloud.jump(startTakes);
        startTakes = 0;
        return undefined;
      },
    });
    const { event } = await cloud.queue.publish(wantedEvent({ asked: { after: 6 * MINUTE } }), 'web');
    startTakes = 5 * MINUTE;
    await cloud.queue.dispatchAtStart();
    expect(cloud.sent).toEqual([{ key: event.key, attempt: 1, at: event.key.dueAt }]);
  });

  test('ignores the lease of the process before', async () => {
    const { queue, clock, loseAll, calls, runUntil, store } = simulatedCloud();
    await queue.publish(wantedEvent({ asked: { after: SECOND } }), 'web');
    await queue.dispatch();
    const cursors = (await store.findCursors()) as Cursors;
    await store.saveCursors(cursors, renewed(cursors, START));
    loseAll();
    await clock.moveTo(START + 2 * SECOND);
    await queue.dispatchAtStart();
    await runUntil(START + 3 * SECOND);
    expect(calls).toHaveLength(1);
  });
});

/**
 * Runs the dispatcher with a store that stops answering after the given number of steps. Returns whether the run came
 * to its end.
 */
async function dyingAfter(
  steps: number,
  store: EventStore,
  run: (over: Partial<EventStore>) => Promise<unknown>,
): Promise<boolean> {
  let left = steps;
  let died = false;
  const mortal =
    <Args extends unknown[], Result>(act: (...args: Args) => Promise<Result>) =>
    (...args: Args): Promise<Result> => {
      died ||= left <= 0;
      left--;
      return died ? Promise.reject(new Error('died')) : act(...args);
    };
  const over = {
    findEvent: mortal(store.findEvent),
    recordUnlessChanged: mortal(store.recordUnlessChanged),
    putReminder: mortal(store.putReminder),
    entries: mortal(store.entries),
    findCursors: mortal(store.findCursors),
    saveCursors: mortal(store.saveCursors),
  };
  await run(over).catch(() => {});
  return !died;
}

/** A store that counts its requests and the entries that it returns. */
function countedStore(store: EventStore) {
  let pages = 0;
  let entries: readonly Entry[] = [];
  return {
    store: {
      ...store,
      async entries(...args: Parameters<EventStore['entries']>) {
        const page = await store.entries(...args);
        pages++;
        entries = [...entries, ...page.entries];
        return page;
      },
    },
    read: () => ({ pages, entries: entries.length }),
    reset() {
      pages = 0;
      entries = [];
    },
  };
}

import { describe, expect, test } from '@jest/globals';
import { DAY, HOUR, MINUTE, SECOND, WEEK } from '../../../core/durations.ts';
import type { Entry } from '../../../core/event/entry.ts';
import type { WantedEvent } from '../../../core/event/event.ts';
import type { EventStore } from '../../../core/ports.ts';
import { memoryEventStore } from '../../support/memory-event-store.ts';
import { answered, wantedEvent } from '../../support/sample-event.ts';
import { simulatedCloud } from '../../support/simulated-cloud.ts';
import { START } from '../../support/simulation.ts';

const bad = () => answered(500);

type Cloud = ReturnType<typeof simulatedCloud>;

const callsOf = ({ calls }: Cloud) => calls.map(({ attempt, at }) => [attempt, at - START]);

async function publishAll({ queue }: Cloud, delays: readonly number[], wishes: Partial<WantedEvent> = {}) {
  const uuids: string[] = [];
  for (const after of delays) {
    const { event } = await queue.publish(wantedEvent({ asked: { after }, maxTryCount: 1, ...wishes }), 'web');
    uuids.push(event.key.uuid);
  }
  return uuids;
}

describe('pause and resume', () => {
  test('are done once, and answer since when', async () => {
    const { queue, runUntil } = simulatedCloud();
    expect(await queue.latestPause()).toBeUndefined();
    expect(await queue.resume()).toBeUndefined();
    const paused = await queue.pause();
    expect(paused).toEqual({ version: 1, pausedAt: START });
    await runUntil(START + MINUTE);
    expect(await queue.pause()).toEqual(paused);
    const resumed = await queue.resume();
    expect(resumed).toEqual({ version: 2, pausedAt: START, resumedAt: START + MINUTE });
    await runUntil(START + 2 * MINUTE);
    expect(await queue.resume()).toEqual(resumed);
    expect(await queue.pause()).toEqual({ version: 3, pausedAt: START + 2 * MINUTE });
  });

  test('by several clients at the same moment are one', async () => {
    const { queue, queueWith } = simulatedCloud();
    const [one, other] = await Promise.all([queue.pause(), queueWith(4).pause()]);
    expect(one).toEqual(other);
    const [first, second] = await Promise.all([queue.resume(), queueWith(4).resume()]);
    expect(first).toEqual(second);
  });
});

describe('while the queue is paused', () => {
  test('no attempt starts after 30 s, neither a first one nor a retry, and what is under way is recorded', async () => {
    const cloud = simulatedCloud({ answer: bad, answerAfter: 2 * SECOND });
    await publishAll(cloud, [0, 4 * SECOND, 40 * SECOND, 4 * MINUTE, HOUR], { maxTryCount: 3 });
    await cloud.runUntil(START + SECOND);
    await cloud.queue.pause();
    await publishAll(cloud, [0, MINUTE], { maxTryCount: 3 });
    await cloud.runUntil(START + 3 * HOUR);
    expect(callsOf(cloud).filter(([, at = 0]) => at > 31 * SECOND)).toEqual([]);
    expect(cloud.calls.length).toBeGreaterThan(0);
    const records = await cloud.queue.find({ tags: [] }, 100);
    expect(records.records).toHaveLength(7);
    for (const { progress } of records.records) expect(progress.status).toBe('waiting_execution');
  });

  test('no message is kept: none comes again and again, and none is put aside', async () => {
    const cloud = simulatedCloud();
    await cloud.queue.pause();
    await publishAll(
      cloud,
      Array.from({ length: 30 }, (_, n) => n * SECOND),
    );
    await cloud.runUntil(START + 10 * MINUTE);
    expect(cloud.dueQueue.held()).toEqual([]);
    const sent = cloud.sent.length;
    await cloud.runUntil(START + DAY);
    expect(cloud.sent).toHaveLength(sent);
  });

  test('a run of the dispatcher says for how long, and is behind nothing', async () => {
    const cloud = simulatedCloud();
    await publishAll(cloud, [HOUR]);
    await cloud.queue.pause();
    await cloud.runUntil(START + 3 * HOUR - SECOND);
    expect(await cloud.queue.dispatch()).toEqual({
      promoteLag: 0,
      auditLag: 0,
      promoted: 0,
      resent: 0,
      pausedFor: 3 * HOUR - SECOND,
    });
    await cloud.queue.resume();
    expect(await cloud.queue.dispatch()).not.toHaveProperty('pausedFor');
  });

  test('an event can be cancelled, and one that is tried again waits', async () => {
    const cloud = simulatedCloud({ answer: bad });
    const [cancelled = '', retried = ''] = await publishAll(cloud, [10 * MINUTE, 0]);
    await cloud.runUntil(START + MINUTE);
    await cloud.queue.pause();
    const { records } = await cloud.queue.find({ tags: [] }, 100);
    const keyOf = (uuid: string) => records.map(({ event }) => event.key).find((key) => key.uuid === uuid);
    await cloud.queue.cancel(keyOf(cancelled) ?? { uuid: '', dueAt: 0 });
    await cloud.queue.retry(keyOf(retried) ?? { uuid: '', dueAt: 0 });
    await cloud.runUntil(START + DAY);
    expect(cloud.calls).toHaveLength(1);
    await cloud.queue.resume();
    await cloud.runUntil(START + DAY + MINUTE);
    expect(cloud.calls.map(({ uuid }) => uuid)).toEqual([retried, retried]);
  });
});

describe('after the resumption', () => {
  test.each([
    ['a minute', MINUTE],
    ['minutes', 4 * MINUTE],
    ['hours', 5 * HOUR],
    ['days', 3 * DAY],
    ['weeks', 15 * DAY],
  ])('of a pause of %s, what came due is called within a minute, oldest first, once each', async (_, lasts) => {
    const cloud = simulatedCloud({ answer: bad });
    await cloud.runUntil(START + 30 * SECOND);
    const delays = [0, 5, 20, 70, 150, 400, 900, 4_000, 90_000].map((seconds) => seconds * SECOND);
    const before = await publishAll(cloud, delays);
    await cloud.runUntil(START + 31 * SECOND);
    await cloud.queue.pause();
    const during = await publishAll(cloud, [3 * SECOND, 3 * MINUTE, 2 * HOUR]);
    await cloud.runUntil(START + 31 * SECOND + lasts);
    const called = cloud.calls.length;
    const resumedAt = cloud.now();
    await cloud.queue.resume();
    const dueAt = [
      ...delays.map((delay) => START + 30 * SECOND + delay),
      ...[3, 180, 7_200].map((s) => START + (31 + s) * SECOND),
    ];
    const expected = [...before, ...during]
      .map((uuid, index) => ({ uuid, at: dueAt[index] ?? 0 }))
      .sort((one, other) => one.at - other.at);
    await cloud.runUntil(resumedAt + MINUTE);
    const due = expected.filter(({ at }) => at <= resumedAt);
    expect(cloud.calls.slice(0, due.length).map(({ uuid }) => uuid)).toEqual(due.map(({ uuid }) => uuid));
    expect(called).toBeLessThan(5);
    await cloud.runUntil(resumedAt + 3 * DAY);
    expect(cloud.calls.map(({ uuid }) => uuid)).toEqual(expected.map(({ uuid }) => uuid));
    for (const { at, uuid } of cloud.calls)
      expect(at).toBeGreaterThanOrEqual(expected.find((one) => one.uuid === uuid)?.at ?? Infinity);
  });

  test('retries that came due meanwhile are made within a minute, near ones and far ones', async () => {
    const cloud = simulatedCloud({ answer: bad });
    for (const delay of [2 * MINUTE, 9 * MINUTE, 40 * MINUTE])
      await publishAll(cloud, [0], { maxTryCount: 2, retry: { backoff: 'fixed', delay, maxDelay: delay } });
    await cloud.runUntil(START + MINUTE);
    await cloud.queue.pause();
    await cloud.runUntil(START + 5 * DAY);
    await cloud.queue.resume();
    await cloud.runUntil(START + 5 * DAY + MINUTE);
    expect(cloud.calls.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 2, 2, 2]);
  });

  test('of an event whose call was under way all the time, no other attempt runs beside it', async () => {
    const timeout = 60 * SECOND;
    const cloud = simulatedCloud({
      answer: bad,
      answerAfter: 50 * SECOND,
      longestTimeout: timeout,
      visibility: 5 * MINUTE,
    });
    await publishAll(cloud, [0], { timeout, maxTryCount: 2, retry: { backoff: 'fixed', delay: HOUR, maxDelay: HOUR } });
    await cloud.runUntil(START + 5 * SECOND);
    await cloud.queue.pause();
    await cloud.runUntil(START + 10 * SECOND);
    await cloud.queue.resume();
    await cloud.runUntil(START + 30 * MINUTE);
    expect(callsOf(cloud)).toEqual([[1, 0]]);
  });

  test('of a message that outlived the pause and its repetition, only one leads to a call', async () => {
    const cloud = simulatedCloud({ deliverers: 0, answerAfter: 2 * SECOND });
    await publishAll(cloud, [0]);
    await cloud.queue.pause();
    await cloud.runUntil(START + 2 * MINUTE);
    await cloud.queue.resume();
    expect(cloud.dueQueue.held()).toHaveLength(2);
    const batch = cloud.dueQueue.receive();
    const delivered = cloud.queue.deliver(batch.map(({ received }) => received));
    await cloud.runUntil(cloud.now() + 10 * SECOND);
    await delivered;
    expect(cloud.calls).toHaveLength(1);
  });

  test('of two messages that two deliverers get at the same moment, one leads to a call', async () => {
    const cloud = simulatedCloud({ deliverers: 0, answerAfter: 2 * SECOND, visibility: 5 * MINUTE });
    await publishAll(cloud, [MINUTE]);
    await cloud.queue.pause();
    await cloud.runUntil(START + 2 * MINUTE);
    await cloud.queue.resume();
    const messages = cloud.dueQueue.receive().map(({ received }) => received);
    expect(messages.map(({ mayBeDuplicate = false }) => mayBeDuplicate)).toEqual([false, true]);
    const delivered = messages.map((message) => cloud.queue.deliver([message]));
    await cloud.runUntil(cloud.now() + 10 * SECOND);
    await Promise.all(delivered);
    expect(cloud.calls).toHaveLength(1);
  });

  test('of an event that is older than the audit looks back, the attempt that came due is made at once', async () => {
    const cloud = simulatedCloud({ answer: bad });
    const delay = 9 * MINUTE;
    await publishAll(cloud, [0], { maxTryCount: 3, retry: { backoff: 'fixed', delay, maxDelay: delay } });
    await cloud.runUntil(START + 12 * MINUTE);
    await cloud.queue.pause();
    await cloud.runUntil(START + 18 * MINUTE + SECOND);
    await cloud.queue.resume();
    await cloud.runUntil(START + 19 * MINUTE);
    expect(callsOf(cloud)).toEqual([
      [1, 0],
      [2, delay],
      [3, 18 * MINUTE + SECOND],
    ]);
  });

  test('nothing that is due later is sent twice', async () => {
    const cloud = simulatedCloud();
    await publishAll(cloud, [MINUTE, 4 * MINUTE, 5 * MINUTE, HOUR]);
    await cloud.runUntil(START + 3 * MINUTE);
    await cloud.queue.pause();
    await cloud.runUntil(START + 3 * MINUTE + 20 * SECOND);
    await cloud.queue.resume();
    await cloud.runUntil(START + 2 * HOUR);
    expect(cloud.sent).toHaveLength(4);
    expect(cloud.calls.map(({ at }) => at - START)).toEqual([MINUTE, 4 * MINUTE, 5 * MINUTE, HOUR]);
  });

  test('messages for which one run has no time are sent by the next run, and none twice', async () => {
    const memory = memoryEventStore();
    const store: EventStore = {
      ...memory,
      async entries(...args) {
        await cloud.clock.sleep(3 * SECOND);
        return memory.entries(...args);
      },
    };
    const cloud = simulatedCloud({ store, answer: bad });
    await publishAll(
      cloud,
      Array.from({ length: 200 }, (_, n) => n * SECOND),
    );
    await cloud.queue.pause();
    await cloud.runUntil(START + HOUR);
    const sent = cloud.sent.length;
    const resumed = cloud.queue.resume();
    await cloud.runUntil(START + HOUR + 10 * SECOND);
    await resumed;
    const first = cloud.sent.length - sent;
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(200);
    await cloud.runUntil(START + 2 * HOUR);
    expect(cloud.sent).toHaveLength(sent + 200);
    expect(cloud.calls).toHaveLength(200);
  });

  test('a process that believes for seconds that the queue is not paused makes no attempt twice', async () => {
    const cloud = simulatedCloud({ answer: bad, answerAfter: 3 * SECOND });
    await publishAll(cloud, [0, SECOND, 2 * SECOND, 3 * SECOND, 5 * SECOND, 8 * SECOND, 12 * SECOND]);
    await cloud.runUntil(START + 500);
    await cloud.queue.pause();
    await cloud.runUntil(START + 2_500);
    await cloud.queue.resume();
    await cloud.runUntil(START + 2 * HOUR);
    expect(cloud.calls).toHaveLength(7);
  });

  test('a run that began during the pause delays no call', async () => {
    const memory = memoryEventStore();
    let isSlow = false;
    const store: EventStore = {
      ...memory,
      async entries(...args) {
        if (isSlow) await cloud.clock.sleep(600);
        return memory.entries(...args);
      },
    };
    const cloud: Cloud = simulatedCloud({ store });
    await publishAll(cloud, [0]);
    await cloud.queue.pause();
    await cloud.runUntil(START + 30 * SECOND);
    isSlow = true;
    const run = cloud.queue.dispatch();
    await cloud.runUntil(START + 30 * SECOND + 100);
    isSlow = false;
    const resumed = cloud.queue.resume();
    await cloud.runUntil(START + 50 * SECOND);
    await Promise.all([run, resumed]);
    expect(cloud.calls).toHaveLength(1);
  });
});

describe('a restart of a queue that is alone', () => {
  test('leaves it paused; what came due is called after the resumption', async () => {
    const cloud = simulatedCloud();
    await publishAll(cloud, [0, MINUTE, HOUR]);
    await cloud.queue.pause();
    await cloud.restart();
    await cloud.runUntil(START + 2 * HOUR);
    await cloud.restart();
    expect(cloud.calls).toEqual([]);
    await cloud.queue.resume();
    await cloud.runUntil(START + 2 * HOUR + MINUTE);
    expect(cloud.calls).toHaveLength(3);
  });

  test('sends nothing, and what came due is sent after the resumption, oldest first', async () => {
    const cloud = simulatedCloud();
    const uuids = await publishAll(cloud, [0, 20 * MINUTE, 59 * MINUTE]);
    await cloud.queue.pause();
    await cloud.runUntil(START + HOUR);
    const sent = cloud.sent.length;
    await cloud.restart();
    await cloud.runUntil(cloud.now() + SECOND);
    expect(cloud.sent).toHaveLength(sent);
    await cloud.queue.resume();
    await cloud.runUntil(cloud.now() + MINUTE);
    expect(cloud.sent.slice(sent).map(({ key }) => key.uuid)).toEqual(uuids);
  });

  test('after the resumption sends what was dropped, once', async () => {
    const cloud = simulatedCloud();
    await publishAll(cloud, [0, MINUTE, HOUR]);
    await cloud.queue.pause();
    await cloud.runUntil(START + 2 * HOUR);
    await cloud.queue.resume();
    await cloud.restart();
    const sent = cloud.sent.length;
    await cloud.runUntil(START + DAY);
    expect(cloud.sent).toHaveLength(sent);
    expect(cloud.calls).toHaveLength(3);
  });
});

describe('a long pause', () => {
  test('keeps what is unfinished from expiring, once a day', async () => {
    const memory = memoryEventStore();
    const left: number[] = [];
    const store: EventStore = {
      ...memory,
      async extendExpiry(_, instant) {
        left.push(instant - cloud.now());
      },
    };
    const cloud: Cloud = simulatedCloud({ store });
    await publishAll(cloud, [HOUR, 2 * HOUR]);
    await cloud.queue.pause();
    await cloud.runUntil(START + 10 * DAY + HOUR);
    expect(left).toHaveLength(18);
    for (const until of left) expect(until).toBeGreaterThan(WEEK);
  });

  test('leaves no retry without a reminder, though reminders are forgotten a week after their instant', async () => {
    const memory = memoryEventStore();
    const store: EventStore = {
      ...memory,
      async entries(...args) {
        const page = await memory.entries(...args);
        const isKept = (entry: Entry) => entry.kind === 'event' || entry.at > cloud.now() - 8 * DAY;
        return { ...page, entries: page.entries.filter(isKept) };
      },
    };
    const cloud: Cloud = simulatedCloud({ store, answer: bad });
    await publishAll(cloud, [0], { maxTryCount: 2, retry: { backoff: 'fixed', delay: HOUR, maxDelay: HOUR } });
    await cloud.runUntil(START + 30 * MINUTE);
    await cloud.queue.pause();
    await cloud.runUntil(START + 12 * DAY);
    await cloud.queue.resume();
    await cloud.runUntil(START + 12 * DAY + MINUTE);
    expect(cloud.calls.map(({ attempt }) => attempt)).toEqual([1, 2]);
  });
});

test('once the clock was put back behind the end of a pause, what is published is called in time', async () => {
  const cloud = simulatedCloud();
  await cloud.queue.pause();
  await cloud.runUntil(START + HOUR);
  await cloud.queue.resume();
  cloud.jump(-HOUR);
  await cloud.runUntil(START + HOUR + 2 * MINUTE);
  const publishedAt = cloud.now();
  await publishAll(cloud, [5 * MINUTE]);
  await cloud.runUntil(START + 2 * HOUR);
  expect(cloud.calls.map(({ at }) => at - publishedAt)).toEqual([5 * MINUTE]);
});

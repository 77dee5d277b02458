import { describe, expect, test } from '@jest/globals';
import { HOUR, MINUTE, SECOND } from '../../../core/durations.ts';
import type { Change } from '../../../core/event/change.ts';
import type { QueuedEvent } from '../../../core/event/event.ts';
import type { Received } from '../../../core/event/message.ts';
import type { CallResult } from '../../../core/event/progress.ts';
import type { EventStore } from '../../../core/ports.ts';
import { rest } from '../../../verify/shared/simulated-clock.ts';
import { memoryEventStore } from '../../support/memory-event-store.ts';
import { refusingStore } from '../../support/refusing-store.ts';
import { answered, wantedEvent } from '../../support/sample-event.ts';
import { simulatedCloud } from '../../support/simulated-cloud.ts';
import { received } from '../../support/simulated-time.ts';
import { START, simulation } from '../../support/simulation.ts';

/** How long the claim of a call with the default timeout lasts, in milliseconds. */
const CLAIM = 35 * SECOND;

const bad = () => answered(500);
const never = () => new Promise<never>(() => {});

describe('an attempt that fails after its event was cancelled', () => {
  test.each<[string, CallResult, object]>([
    ['answered 500', answered(500, [], 'sorry'), { outcome: 'answered', statusCode: 500, excerpt: { text: 'sorry' } }],
    ['answered 410', answered(410), { outcome: 'answered', statusCode: 410 }],
    ['told to stop', answered(503, [['event-queue-stop', 'true']]), { outcome: 'answered', statusCode: 503 }],
    ['asked to wait', answered(503, [['retry-after', '3000']]), { outcome: 'answered', statusCode: 503 }],
    ['blocked', { outcome: 'blocked', error: 'Not public.' }, { outcome: 'blocked', error: 'Not public.' }],
    ['timed out', { outcome: 'timed_out', error: 'Slow.' }, { outcome: 'timed_out', error: 'Slow.' }],
    ['not reached', { outcome: 'unreachable', error: 'Down.' }, { outcome: 'unreachable', error: 'Down.' }],
  ])('is in its history, and the event stays cancelled: %s', async (_, result, attempt) => {
    for (const maxTryCount of [1, 3]) {
      const wanted = wantedEvent({ maxTryCount, failureUrl: 'https://example.com/told' });
      const { cloud, event } = await cancelledAtOne(() => result, wanted);
      const cancelled = (await cloud.queue.read(event.key))?.progress;
      await cloud.runUntil(START + 2 * HOUR);
      const progress = (await cloud.queue.read(event.key))?.progress;
      expect(progress).toEqual({
        ...cancelled,
        version: 2,
        tryCount: 1,
        attempts: [{ number: 1, startedAt: START, late: 0, duration: 2 * SECOND, ...attempt }],
        ...(result.outcome === 'answered' && { lastAnswer: result.answer }),
      });
      expect(progress?.status).toBe('cancelled');
      expect(cloud.calls).toHaveLength(1);
    }
  });

  test('is reported once, and so is the cancellation', async () => {
    const changes: Change[] = [];
    const { queue, messages, clock, call } = slowSimulation((change) => changes.push(change));
    const { event } = await queue.publish(wantedEvent(), 'web');
    const delivered = queue.deliver(messages.take());
    await rest();
    await queue.cancel(event.key);
    call.resolve(answered(500));
    await clock.moveTo(START + MINUTE);
    await delivered;
    expect(changes.map(({ kind }) => kind)).toEqual(['accepted', 'finished', 'attempted']);
    expect(changes.at(-1)).toMatchObject({ attempt: { number: 1, statusCode: 500 } });
    expect(messages.sent).toEqual([]);
  });

  test('is in its history also if others change the event at the same moments', async () => {
    const { store, refuse } = refusingStore();
    const { cloud, event } = await cancelledAtOne(bad, wantedEvent(), { store });
    refuse(5);
    await cloud.runUntil(START + 10 * SECOND);
    expect(await historyOf(cloud, event)).toEqual(['cancelled', [1], 1]);
  });

  test('goes back to the due queue if it cannot be added for long, and is added when it comes back, without a call', async () => {
    const { store, refuse } = refusingStore();
    const { cloud, event } = await cancelledAtOne(bad, wantedEvent(), { store });
    refuse(15);
    await cloud.runUntil(START + 10 * SECOND);
    expect(await historyOf(cloud, event)).toEqual(['cancelled', [], 0]);
    await cloud.runUntil(START + 2 * MINUTE);
    expect(await historyOf(cloud, event)).toEqual(['cancelled', [1], 1]);
    expect(cloud.calls).toHaveLength(1);
  });

  test('is in its history if its record was refused before the cancel, and comes back after it', async () => {
    const faults = [undefined, 'fails'] as ('fails' | undefined)[];
    for (const answer of [500, 200]) {
      let left = [...faults];
      const cloud = simulatedCloud({
        answer: () => answered(answer),
        fault: (operation) => (/^record/.test(operation) ? left.pop() : undefined),
      });
      const { event } = await cloud.queue.publish(wantedEvent({ maxTryCount: 1 }), 'web');
      await cloud.runUntil(START + SECOND);
      left = [];
      await cloud.queue.cancel(event.key);
      await cloud.runUntil(START + 2 * MINUTE);
      expect(await historyOf(cloud, event)).toEqual([answer === 200 ? 'success' : 'cancelled', [1], 1]);
      expect(cloud.calls).toHaveLength(1);
    }
  });
});

describe('an attempt from before a cancel and a retry', () => {
  test.each([
    [500, 500, 'failed'],
    [500, 200, 'success'],
    [200, 500, 'success'],
    [200, 200, 'success'],
  ])(
    'answered %i is in the history, before the one that was answered %i: the event is a %s',
    async (one, other, status) => {
      let fault: 'fails' | undefined = 'fails';
      const cloud = simulatedCloud({
        answer: (_, attempt) => answered(attempt === 1 ? one : other),
        answerAfter: 2 * SECOND,
        fault: (operation) => (/^record/.test(operation) ? fault : undefined),
      });
      const wanted = wantedEvent({ maxTryCount: 2, retry: { backoff: 'fixed', delay: 5 * MINUTE, maxDelay: HOUR } });
      const { event } = await cloud.queue.publish(wanted, 'web');
      await cloud.runUntil(START + 3 * SECOND);
      fault = undefined;
      await cloud.queue.cancel(event.key);
      await cloud.runUntil(START + 10 * SECOND);
      await cloud.queue.retry(event.key);
      await cloud.runUntil(START + HOUR);
      const progress = (await cloud.queue.read(event.key))?.progress;
      const tries = one === 500 && other === 500 ? [1, 2, 3] : [1, 2];
      expect([progress?.status, progress?.attempts.map(({ number }) => number)]).toEqual([status, tries]);
      expect(progress).toMatchObject({ tryCount: tries.length, triedBefore: 1 });
      expect(cloud.calls.map(({ attempt }) => attempt)).toEqual(tries);
    },
  );

  test('is added while the next one is under way, whose record then comes on top of it', async () => {
    for (const answer of [500, 200]) {
      const { queue, messages, clock, calls } = stepwise();
      const { event } = await queue.publish(wantedEvent({ maxTryCount: 1 }), 'web');
      const first = queue.deliver(messages.take());
      await rest();
      await queue.cancel(event.key);
      await clock.moveTo(START + 5 * SECOND);
      await queue.retry(event.key);
      const second = queue.deliver(messages.take());
      await rest();
      calls[0]?.resolve(answered(503));
      await first;
      calls[1]?.resolve(answered(answer));
      await second;
      const { status, attempts, tryCount, triedBefore } = (await queue.read(event.key))?.progress ?? {};
      expect([status, attempts?.map(({ statusCode }) => statusCode), tryCount, triedBefore]).toEqual([
        answer === 200 ? 'success' : 'failed',
        [503, answer],
        2,
        1,
      ]);
    }
  });
});

describe('a success from before a cancel and a retry', () => {
  /**
   * A retry is allowed when the event's timeout has passed since its cancel. The success is not in the store by then.
   */
  test.each([
    ['waits for a neighbour', 5 * SECOND - 10, 0],
    ['takes long to be written', 4 * SECOND + 600, SECOND],
  ])('takes no attempt from the history while it %s', async (_, endsAt, writing) => {
    const store = memoryEventStore();
    const { queue, messages, calls, clock } = stepwise({
      ...store,
      recordSuccess: async (event, progress) => {
        await clock.sleep(writing);
        await store.recordSuccess(event, progress);
      },
    });
    const { event } = await queue.publish(wantedEvent({ maxTryCount: 1 }), 'web');
    await queue.publish(wantedEvent({ timeout: 6 * SECOND }), 'web');
    const first = queue.deliver(messages.take());
    await rest();
    await queue.cancel(event.key);
    await clock.moveTo(START + endsAt);
    calls[0]?.resolve(answered(200));
    await clock.moveTo(START + 5 * SECOND);
    await queue.retry(event.key);
    const second = queue.deliver(messages.take());
    await rest();
    calls[2]?.resolve(answered(500));
    await second;
    calls[1]?.resolve(answered(200));
    await clock.moveTo(START + 10 * SECOND);
    await first;
    const { attempts, tryCount } = (await queue.read(event.key))?.progress ?? {};
    expect([attempts?.map(({ number }) => number), tryCount]).toEqual([[1, 2], 2]);
  });
});

describe('a doubled message', () => {
  test.each([1, 2, 3])(
    'adds no attempt that another deliverer has recorded before the cancel, of %i tries',
    async (maxTryCount) => {
      const { queue, messages, calls } = stepwise();
      const { event } = await queue.publish(wantedEvent({ maxTryCount }), 'web');
      const [message] = messages.take() as [Received];
      const [one, other] = [queue.deliver([message]), queue.deliver([message])];
      await rest();
      calls[0]?.resolve(answered(500));
      await one;
      await queue.cancel(event.key);
      calls[1]?.resolve(answered(502));
      await other;
      const { attempts, tryCount } = (await queue.read(event.key))?.progress ?? {};
      expect([attempts?.map(({ statusCode }) => statusCode), tryCount]).toEqual([[500], 1]);
    },
  );

  test('adds no attempt that another deliverer has claimed and is yet to record', async () => {
    const { queue, messages, calls } = stepwise();
    const { event } = await queue.publish(wantedEvent(), 'web');
    const given = messages.take();
    const first = queue.deliver(given);
    await rest();
    const second = queue.deliver(repeated(given));
    await rest();
    calls[0]?.resolve(answered(502));
    await first;
    expect((await queue.read(event.key))?.progress).toMatchObject({ status: 'waiting_execution', attempts: [] });
    calls[1]?.resolve(answered(500));
    await second;
    const { attempts, tryCount } = (await queue.read(event.key))?.progress ?? {};
    expect([attempts?.map(({ statusCode }) => statusCode), tryCount]).toEqual([[500], 1]);
  });

  test('adds one of two attempts that both end after the cancel', async () => {
    const { queue, messages, calls } = stepwise();
    const { event } = await queue.publish(wantedEvent(), 'web');
    const [message] = messages.take() as [Received];
    const delivered = [queue.deliver([message]), queue.deliver([message])];
    await rest();
    await queue.cancel(event.key);
    for (const call of calls) call.resolve(answered(500));
    await Promise.all(delivered);
    const { attempts, tryCount } = (await queue.read(event.key))?.progress ?? {};
    expect([attempts?.length, tryCount]).toEqual([1, 1]);
  });

  test('takes no attempt from before a cancel and a retry out of the history if both succeed', async () => {
    const { queue, messages, calls, clock } = stepwise();
    const { event } = await queue.publish(wantedEvent(), 'web');
    const first = queue.deliver(messages.take());
    await rest();
    await queue.cancel(event.key);
    await clock.moveTo(START + 5 * SECOND);
    await queue.retry(event.key);
    const [message] = messages.take() as [Received];
    const [one, other] = [queue.deliver([message]), queue.deliver([message])];
    await rest();
    calls[1]?.resolve(answered(200));
    await one;
    calls[0]?.resolve(answered(200));
    await first;
    calls[2]?.resolve(answered(200));
    await other;
    const { attempts, tryCount } = (await queue.read(event.key))?.progress ?? {};
    expect([attempts?.map(({ number }) => number), tryCount]).toEqual([[1, 2], 2]);
  });

  test('is a success all the same if the attempt of the other failed and its event was tried again', async () => {
    const { queue, messages, calls, clock } = stepwise();
    const { event } = await queue.publish(wantedEvent({ maxTryCount: 1 }), 'web');
    const failed = queue.deliver(messages.take());
    await rest();
    calls[0]?.resolve(answered(500));
    await failed;
    await clock.moveTo(START + MINUTE);
    await queue.retry(event.key);
    const [message] = messages.take() as [Received];
    const [one, other] = [queue.deliver([message]), queue.deliver([message])];
    await rest();
    calls[1]?.resolve(answered(500));
    await one;
    calls[2]?.resolve(answered(200));
    await other;
    expect((await queue.read(event.key))?.progress).toMatchObject({ status: 'success', tryCount: 2 });
  });
});

describe('a claimed attempt whose deliverer died and whose event was cancelled', () => {
  test('is in the history as crashed once its claim has run out', async () => {
    const { queue, messages, clock } = simulation({ call: never });
    const { event } = await queue.publish(wantedEvent(), 'web');
    const again = repeated(messages.take());
    void queue.deliver(again);
    await rest();
    await queue.cancel(event.key);
    await queue.deliver(again);
    expect((await queue.read(event.key))?.progress).toMatchObject({ status: 'cancelled', tryCount: 0 });
    expect(messages.handOverAts).toContain(START + CLAIM);
    await clock.moveTo(START + CLAIM);
    for (const _ of [1, 2]) await queue.deliver(again);
    expect((await queue.read(event.key))?.progress).toMatchObject({
      status: 'cancelled',
      tryCount: 1,
      attempts: [{ number: 1, startedAt: START, outcome: 'crashed' }],
    });
  });

  test('is in the history also if the event was retried meanwhile, and delays no attempt of the retry', async () => {
    const memory = memoryEventStore();
    const before = simulation({ store: memory, call: never });
    const { event } = await before.queue.publish(wantedEvent({ maxTryCount: 1 }), 'web');
    const again = repeated(before.messages.take());
    void before.queue.deliver(again);
    await rest();
    await before.queue.cancel(event.key);
    const { queue, messages, clock, deliverAll, calls } = simulation({ store: memory, call: async () => bad() });
    await clock.moveTo(START + 5 * SECOND);
    await queue.retry(event.key);
    await clock.moveTo(START + CLAIM);
    await queue.deliver(again);
    await deliverAll();
    expect(calls.map(({ attempt }) => attempt)).toEqual([2]);
    expect(messages.sent).toEqual([]);
    expect((await queue.read(event.key))?.progress).toMatchObject({
      status: 'failed',
      tryCount: 2,
      attempts: [
        { number: 1, outcome: 'crashed' },
        { number: 2, outcome: 'answered' },
      ],
    });
  });

  test('of a living deliverer is recorded by that deliverer', async () => {
    const { queue, messages, calls, clock } = stepwise();
    const { event } = await queue.publish(wantedEvent(), 'web');
    const again = repeated(messages.take());
    const delivered = queue.deliver(again);
    await rest();
    await queue.cancel(event.key);
    await queue.deliver(again);
    calls[0]?.resolve(answered(500));
    await delivered;
    await clock.moveTo(START + CLAIM);
    await queue.deliver(repeated(messages.take()));
    expect((await queue.read(event.key))?.progress).toMatchObject({
      tryCount: 1,
      attempts: [{ number: 1, outcome: 'answered' }],
    });
  });
});

type Cloud = ReturnType<typeof simulatedCloud>;

/** Publishes an event whose call takes two seconds, and cancels it after one. */
async function cancelledAtOne(
  answer: () => CallResult,
  wanted: ReturnType<typeof wantedEvent>,
  scene: { readonly store?: EventStore } = {},
) {
  const cloud = simulatedCloud({ answer, answerAfter: 2 * SECOND, ...scene });
  const { event } = await cloud.queue.publish(wanted, 'web');
  await cloud.runUntil(START + SECOND);
  await cloud.queue.cancel(event.key);
  return { cloud, event };
}

async function historyOf({ queue }: Cloud, { key }: QueuedEvent) {
  const { status, attempts, tryCount } = (await queue.read(key))?.progress ?? {};
  return [status, attempts?.map(({ number }) => number), tryCount];
}

/** A queue whose one call ends when the test says so. */
function slowSimulation(onChange: (change: Change) => void) {
  const call = Promise.withResolvers<CallResult>();
  return { ...simulation({ call: () => call.promise, onChange }), call };
}

/** A queue whose calls end when the test says so. */
function stepwise(store?: EventStore) {
  const calls: PromiseWithResolvers<CallResult>[] = [];
  const call = () => {
    const one = Promise.withResolvers<CallResult>();
    calls.push(one);
    return one.promise;
  };
  return { ...simulation({ call, ...(store && { store }) }), calls };
}

function repeated(messages: readonly Received[]): Received[] {
  return messages.map((message) => received(message, message.receiveCount + 1));
}

import { describe, expect, test } from '@jest/globals';
import { MINUTE, SECOND } from '../../../core/durations.ts';
import type { QueuedEvent } from '../../../core/event/event.ts';
import type { Message, Received } from '../../../core/event/message.ts';
import type { CallResult } from '../../../core/event/progress.ts';
import type { DueQueue, EventStore } from '../../../core/ports.ts';
import { openQueue } from '../../../core/queue.ts';
import { rest, simulatedClock } from '../../../verify/shared/simulated-clock.ts';
import { memoryEventStore } from '../../support/memory-event-store.ts';
import { quietDependencies } from '../../support/quiet-dependencies.ts';
import { answered, answeringRecords, wantedEvent } from '../../support/sample-event.ts';
import { received, recordedMessages } from '../../support/simulated-time.ts';
import { START, simulation } from '../../support/simulation.ts';

/**
 * How much longer a claim lasts than the timeout of its call, and how long a call may take by default, in milliseconds.
 */
const CLAIM = 30 * SECOND + 5 * SECOND;

/**
 * The time from the instant of an attempt to its record, if the call takes as long as it may by default, in
 * milliseconds.
 */
const RECORDED = 5 * SECOND + 5 * SECOND;

const never = () => new Promise<never>(() => {});

describe('an attempt', () => {
  test.each<[string, (message: Received) => Received, after: number, timeout: number, boolean]>([
    [
      'of a message that is handed over for the first time is made without a claim',
      (message) => message,
      0,
      5 * SECOND,
      false,
    ],
    [
      'of a message that was handed over before is claimed before its call',
      ({ ...message }) => received(message, 2),
      0,
      5 * SECOND,
      true,
    ],
    [
      'of a message that was sent again is claimed before its call',
      (message) => ({ ...message, mayBeDuplicate: true }),
      0,
      5 * SECOND,
      true,
    ],
    [
      'whose call ends before its message can be handed over again is made without a claim',
      (message) => message,
      85 * SECOND,
      5 * SECOND,
      false,
    ],
    [
      'whose call may end after its message can be handed over again is claimed before its call',
      (message) => message,
      85 * SECOND + 1,
      5 * SECOND,
      true,
    ],
    ['whose call may take four minutes is made without a claim', (message) => message, 0, 4 * MINUTE, false],
    [
      'whose call may take longer than four minutes is claimed before its call',
      (message) => message,
      0,
      4 * MINUTE + 1,
      true,
    ],
  ])('%s', async (_, asReceived, after, timeout, claimed) => {
    const { store, log } = logged(memoryEventStore());
    const { queue, messages, clock } = simulation({
      store,
      call: async () => {
        log.push('call');
        return answered(200);
      },
      visibility: timeout + 90 * SECOND,
    });
    await queue.publish(wantedEvent({ timeout }), 'web');
    await clock.moveTo(START + after);
    await queue.deliver(messages.take().map(asReceived));
    expect(log).toEqual(claimed ? ['claim', 'call', 'success'] : ['call', 'success']);
  });
});

describe('a claim', () => {
  test('lets one of two deliverers call, and gives the message of the other back until the claim has run out', async () => {
    const { queue, messages, calls, clock } = simulation({ call: never });
    await queue.publish(wantedEvent(), 'web');
    const [message] = repeated(messages.take());
    void queue.deliver([message]);
    await clock.moveTo(START + SECOND);
    expect(await queue.deliver([message])).toEqual([]);
    expect(calls).toHaveLength(1);
    expect(messages.sent).toEqual([{ ...plain(message), mayBeDuplicate: true }]);
    expect(messages.handOverAts.at(-1)).toBe(START + CLAIM);
  });

  test('also holds back a message that is handed over for the first time', async () => {
    const { queue, messages, calls } = simulation({ call: never });
    await queue.publish(wantedEvent(), 'web');
    const [message] = messages.take() as [Received];
    void queue.deliver(repeated([message]));
    await rest();
    await queue.deliver([message]);
    expect(calls).toHaveLength(1);
  });

  test('that has run out shows that its deliverer died in the call, so the attempt is recorded as crashed and followed by the next one', async () => {
    const { queue, messages, calls, clock } = simulation({ call: never });
    const { event } = await queue.publish(wantedEvent(), 'web');
    const [message] = repeated(messages.take());
    void queue.deliver([message]);
    await clock.moveTo(START + CLAIM);
    await queue.deliver([message]);
    expect(calls).toHaveLength(1);
    expect((await queue.read(event.key))?.progress).toMatchObject({
      tryCount: 1,
      attempts: [{ number: 1, startedAt: START, outcome: 'crashed' }],
      nextAttempt: 2,
      nextAttemptAt: START + CLAIM + MINUTE,
    });
    expect(messages.sent).toEqual([{ key: event.key, attempt: 2, at: START + CLAIM + MINUTE, host: 'example.com' }]);
  });

  test('that has run out in the last attempt ends its event', async () => {
    const { queue, messages, clock } = simulation({ call: never });
    const { event } = await queue.publish(wantedEvent({ maxTryCount: 1 }), 'web');
    const [message] = repeated(messages.take());
    void queue.deliver([message]);
    await clock.moveTo(START + CLAIM);
    await queue.deliver([message]);
    expect((await queue.read(event.key))?.progress.status).toBe('failed');
  });

  test('of a process that is known to be dead counts as run out, however long it was made for', async () => {
    const store = memoryEventStore();
    const before = simulation({ store, call: never });
    const { event } = await before.queue.publish(wantedEvent(), 'web');
    const [message] = repeated(before.messages.take());
    void before.queue.deliver([message]);
    await rest();
    const after = simulation({ store, instance: 'two', isAlone: true });
    await after.queue.deliver([message]);
    expect((await after.queue.read(event.key))?.progress.attempts).toMatchObject([{ outcome: 'crashed' }]);
  });

  test('is removed when its attempt is recorded', async () => {
    const { queue, messages } = simulation({ call: async () => answered(500) });
    const { event } = await queue.publish(wantedEvent(), 'web');
    await queue.deliver(repeated(messages.take()));
    expect((await queue.read(event.key))?.progress).not.toHaveProperty('claim');
  });

  test('that another deliverer made first stays in force, and the message is given back', async () => {
    const memory = memoryEventStore();
    const { queue, messages, calls } = simulation({ store: memory });
    await queue.publish(wantedEvent(), 'web');
    const [message] = repeated(messages.take());
    await Promise.all([queue.deliver([message]), queue.deliver([message]), queue.deliver([message])]);
    expect(calls).toHaveLength(1);
  });
});

describe('the redelivery of a message whose attempt failed', () => {
  test('sends the next message, marked as a possible duplicate, if it could not be sent before', async () => {
    const messages = recordedMessages();
    let broken = false;
    const dueQueue: DueQueue = {
      ...messages,
      send: (message, at) => (broken ? Promise.reject(new Error('throttled')) : messages.send(message, at)),
    };
    const { queue, calls } = simulation({ dueQueue, call: async () => answered(500) });
    const { event } = await queue.publish(wantedEvent(), 'web');
    const given = messages.take();
    broken = true;
    const failed = await queue.deliver(given);
    expect(failed).toEqual(given);
    broken = false;
    expect(await queue.deliver(repeated(failed))).toEqual([]);
    expect(calls).toHaveLength(1);
    expect(messages.sent).toEqual([
      { key: event.key, attempt: 2, at: START + MINUTE, host: 'example.com', mayBeDuplicate: true },
    ]);
    expect(messages.handOverAts.at(-1)).toBe(START + MINUTE + RECORDED);
  });

  test('sends the next message a second time if it was sent before, and the second one is dropped once its attempt is recorded', async () => {
    const { queue, messages, calls, clock } = simulation({ call: async () => answered(500) });
    await queue.publish(wantedEvent({ maxTryCount: 2 }), 'web');
    const given = messages.take();
    await queue.deliver(given);
    const next = messages.take();
    await clock.moveTo(START + MINUTE - SECOND);
    await queue.deliver(repeated(given));
    expect(messages.handOverAts.at(-1)).toBe(START + MINUTE + RECORDED);
    await clock.moveTo(START + MINUTE);
    await queue.deliver(next);
    await clock.moveTo(START + MINUTE + RECORDED);
    await queue.deliver(messages.take());
    expect(calls).toHaveLength(2);
  });

  test('sends no message for a next attempt so far away that a reminder stands for it', async () => {
    const retry = { backoff: 'fixed', delay: 16 * MINUTE, maxDelay: 60 * MINUTE } as const;
    const { queue, messages } = simulation({ call: async () => answered(500) });
    await queue.publish(wantedEvent({ retry }), 'web');
    const given = messages.take();
    await queue.deliver(given);
    await queue.deliver(repeated(given));
    expect(messages.sent).toEqual([]);
  });

  test('sends no message if the message is only a copy, or if the event has finished', async () => {
    const { queue, messages, deliverAll } = simulation({ call: async () => answered(500) });
    await queue.publish(wantedEvent({ maxTryCount: 2 }), 'web');
    const [message] = messages.take() as [Received];
    await queue.deliver([message]);
    const next = messages.take();
    await queue.deliver([message]);
    expect(messages.sent).toEqual([]);
    for (const one of next) await messages.send(plain(one));
    await deliverAll();
    await queue.deliver(repeated([message]));
    expect(messages.sent).toEqual([]);
  });
});

test('messages that were handed over before are handled one after the other, after the others', async () => {
  const order: string[] = [];
  const { queue, messages, clock } = simulation({
    call: async ({ publishedBy }) => {
      order.push(`${publishedBy} begins`);
      await clock.sleep(SECOND);
      order.push(`${publishedBy} ends`);
      return answered(200);
    },
  });
  for (const name of ['doubtful 1', 'doubtful 2', 'new 1', 'new 2']) await queue.publish(wantedEvent(), name);
  const delivered = queue.deliver(messages.take().map((message, index) => received(message, index < 2 ? 2 : 1)));
  await clock.moveTo(START + 10 * SECOND);
  await delivered;
  expect(order).toEqual([
    ...['new 1 begins', 'new 2 begins', 'new 1 ends', 'new 2 ends'],
    ...['doubtful 1 begins', 'doubtful 1 ends', 'doubtful 2 begins', 'doubtful 2 ends'],
  ]);
});

test('messages that were handed over before are given back if no time is left for them', async () => {
  const { queue, messages, clock, calls } = simulation({
    call: async () => {
      await clock.sleep(4 * SECOND);
      return answered(200);
    },
  });
  for (const name of ['a', 'b', 'c', 'd']) await queue.publish(wantedEvent(), name);
  const given = messages.take().map((message) => received(message, 2));
  const delivered = queue.deliver(given, START + 11 * SECOND);
  await clock.moveTo(START + 11 * SECOND);
  expect(await delivered).toEqual(given.slice(2));
  expect(calls).toHaveLength(2);
});

test('an event that kills its deliverer uses up its own tries, and the nine others of its batch succeed without a crash', async () => {
  const store = memoryEventStore();
  const clock = simulatedClock(START);
  const messages = recordedMessages();
  const calls = new Map<string, number>();

  /** A process that dies in the call of the poison event. From then on nothing that it does has any effect. */
  function processOnTheBrink() {
    let dead = false;
    const mortal = <Args extends unknown[], Result>(act: (...args: Args) => Promise<Result>) => {
      return (...args: Args): Promise<Result> => (dead ? never() : act(...args));
    };
    const call = async ({ publishedBy }: QueuedEvent): Promise<CallResult> => {
      calls.set(publishedBy, (calls.get(publishedBy) ?? 0) + 1);
      dead ||= publishedBy === 'poison';
      await rest();
      return dead ? never() : answered(200);
    };
    const process = {
      call: mortal(call),
      store: mortalStore(store, mortal),
      dueQueue: { ...messages, send: mortal(messages.send) },
    };
    const queue = openQueue({
      ...quietDependencies,
      ...process,
      now: clock.now,
      sleep: clock.sleep,
      newId: () => `00000000-0000-4000-8000-${String(names.length).padStart(12, '0')}`,
      random: () => 0,
      shards: 1,
    });
    return answeringRecords(queue);
  }

  const names: string[] = [];
  const keys = new Map<string, QueuedEvent['key']>();
  for (const name of ['a', 'b', 'c', 'd', 'poison', 'e', 'f', 'g', 'h', 'i']) {
    names.push(name);
    const { event } = await processOnTheBrink().publish(wantedEvent({ maxTryCount: 3 }), name);
    keys.set(name, event.key);
  }

  let inFlight: Received[] = messages.take();
  for (let round = 0; round < 50 && inFlight.length > 0; round++) {
    const comesBackAfter = round === 0 ? 0 : 2 * MINUTE;
    await clock.moveTo(Math.max(clock.now(), ...inFlight.map(({ at }) => at)) + comesBackAfter);
    const batch = inFlight;
    const failed = await Promise.race([processOnTheBrink().deliver(batch), rest(200).then(() => undefined)]);
    const comeBack = failed ?? batch;
    inFlight = [...comeBack.map((message) => received(message, message.receiveCount + 1)), ...messages.take()];
  }

  for (const [name, key] of keys) {
    const progress = (await store.findEvent(key))?.progress;
    const outcomes = progress?.attempts.map(({ outcome }) => outcome);
    if (name === 'poison') {
      expect(progress?.status).toBe('failed');
      expect(outcomes).toEqual(['crashed', 'crashed', 'crashed']);
    } else {
      expect([name, progress?.status, outcomes]).toEqual([name, 'success', ['answered']]);
      expect(calls.get(name)).toBeLessThanOrEqual(2);
    }
  }
  expect(inFlight).toEqual([]);
});

type Mortal = <Args extends unknown[], Result>(
  act: (...args: Args) => Promise<Result>,
) => (...args: Args) => Promise<Result>;

function mortalStore(store: EventStore, mortal: Mortal): EventStore {
  return {
    ...store,
    putEvent: mortal(store.putEvent),
    findEvent: mortal(store.findEvent),
    recordSuccess: mortal(store.recordSuccess),
    recordUnlessChanged: mortal(store.recordUnlessChanged),
  };
}

/** A store that notes what was recorded, in order. */
function logged(store: EventStore): { store: EventStore; log: string[] } {
  const log: string[] = [];
  const recordSuccess: EventStore['recordSuccess'] = (event, progress) => {
    log.push('success');
    return store.recordSuccess(event, progress);
  };
  const recordUnlessChanged: EventStore['recordUnlessChanged'] = (event, read, progress) => {
    log.push('claim' in progress ? 'claim' : 'failure');
    return store.recordUnlessChanged(event, read, progress);
  };
  return { store: { ...store, recordSuccess, recordUnlessChanged }, log };
}

function repeated(messages: readonly Received[]): [Received] {
  return messages.map((message) => received(message, message.receiveCount + 1)) as [Received];
}

function plain({ receiveCount, ...message }: Received): Message {
  return message;
}

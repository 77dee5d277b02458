import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { HOUR, MINUTE, SECOND } from '../../core/durations.ts';
import type { Message } from '../../core/event/message.ts';
import type { Deliver, DueQueue } from '../../core/ports.ts';

const LIMIT = MINUTE;

export type OpenDueQueue = (deliver: Deliver) => Promise<{ readonly queue: DueQueue; close(): Promise<void> }>;

/** The contract that every due queue passes: what core relies on, whatever technology hands the messages over. */
export function dueQueueContract(name: string, open: OpenDueQueue): void {
  describe(`a due queue on ${name}`, () => {
    let queue: DueQueue;
    let close: () => Promise<void>;
    let deliverer: ReturnType<typeof recordingDeliverer>;

    beforeEach(async () => {
      deliverer = recordingDeliverer();
      ({ queue, close } = await open(deliverer.deliver));
    });
    afterEach(() => close());

    test('hands a message over with the key, the attempt and the instant that were sent', async () => {
      const at = Date.now() - 1;
      const message = { key: { dueAt: at - 123_456, uuid: randomUUID() }, attempt: 1_000, at };
      await queue.send(message);
      await until(() => deliverer.received.length === 1);
      expect(deliverer.received.map(({ message }) => message)).toEqual([message]);
    });

    test.each([
      ['now', 0],
      ['an hour ago', -HOUR],
    ])('hands a message over at once that is due %s', async (_, distance) => {
      const later = messageAt(Date.now() + 600 * SECOND);
      await queue.send(later);
      await queue.send(messageAt(Date.now() + distance));
      await until(() => deliverer.received.length === 1);
      expect(deliverer.received[0]?.message.at).toBeLessThan(later.at);
    });

    test('hands a message over no more than a second before its instant', async () => {
      const instant = Date.now() + 1.5 * SECOND;
      await queue.send(messageAt(instant));
      await until(() => deliverer.received.length === 1);
      const [{ at = 0 } = {}] = deliverer.received;
      expect(at).toBeGreaterThan(instant - SECOND);
    });

    test('hands over every message of one moment, once', async () => {
      const messages = Array.from({ length: 25 }, (_, n) => messageAt(Date.now(), n + 1));
      await Promise.all(messages.map((message) => queue.send(message)));
      await until(() => deliverer.received.length >= 25);
      expect(deliverer.received.map(({ message }) => message).sort(byAttempt)).toEqual(messages);
    });

    test('hands over both messages of one event that are sent in the same moment', async () => {
      const message = messageAt(Date.now());
      await Promise.all([queue.send(message), queue.send(message)]);
      await until(() => deliverer.received.length === 2);
    });

    test('hands a message over again whose deliverer failed, and no other', async () => {
      const messages = [1, 2, 3].map((attempt) => messageAt(Date.now(), attempt));
      deliverer.fail({ attempt: 2, times: 2 });
      await Promise.all(messages.map((message) => queue.send(message)));
      await until(() => timesReceived(2) === 3);
      expect([1, 2, 3].map(timesReceived)).toEqual([1, 3, 1]);
      expect(deliverer.received.at(-1)?.message).toEqual(messages[1]);
    });

    test('says how often it has handed a message over', async () => {
      deliverer.fail({ attempt: 1, times: 2 });
      await queue.send(messageAt(Date.now()));
      await until(() => timesReceived(1) === 3);
      expect(deliverer.received.map(({ receiveCount }) => receiveCount)).toEqual([1, 2, 3]);
    });

    test('keeps the mark of a message that is sent again, and hands it over no sooner than it is asked to', async () => {
      const message = { ...messageAt(Date.now() - SECOND), mayBeDuplicate: true as const };
      const handOverAt = Date.now() + 1.5 * SECOND;
      await queue.send(message, handOverAt);
      await until(() => deliverer.received.length === 1);
      expect(deliverer.received).toMatchObject([{ message, receiveCount: 1 }]);
      // Timers may wake a millisecond early.
      expect(deliverer.received[0]?.at).toBeGreaterThanOrEqual(handOverAt - 1);
    });

    function timesReceived(attempt: number): number {
      return deliverer.received.filter(({ message }) => message.attempt === attempt).length;
    }
  });
}

export function messageAt(at: number, attempt = 1): Message {
  return { key: { dueAt: at, uuid: randomUUID() }, attempt, at };
}

/** A deliverer that notes which messages it gets and when, and fails as often as the test asks. */
export function recordingDeliverer() {
  const received: { readonly message: Message; readonly at: number; readonly receiveCount: number }[] = [];
  const failures = new Map<number, number>();

  const deliver: Deliver = async (messages) => {
    received.push(...messages.map(({ receiveCount, ...message }) => ({ message, at: Date.now(), receiveCount })));
    return messages.filter(({ attempt }) => {
      const left = failures.get(attempt) ?? 0;
      failures.set(attempt, left - 1);
      return left > 0;
    });
  };

  return {
    received,
    deliver,
    fail: ({ attempt, times }: { attempt: number; times: number }) => void failures.set(attempt, times),
  };
}

async function until(condition: () => boolean): Promise<void> {
  const giveUpAt = Date.now() + LIMIT;
  while (!condition()) {
    if (Date.now() > giveUpAt) throw new Error(`${condition} did not come true within ${LIMIT} ms.`);
    await sleep(5);
  }
}

function byAttempt(one: Message, other: Message): number {
  return one.attempt - other.attempt;
}

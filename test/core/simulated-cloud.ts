import type { QueuedEvent } from '../../core/event.ts';
import type { Message } from '../../core/message.ts';
import type { DueQueue, EventStore } from '../../core/ports.ts';
import type { CallResult } from '../../core/progress.ts';
import { eventQueue } from '../../core/queue.ts';
import { memoryEventStore } from '../memory-event-store.ts';
import { answered } from '../sample-event.ts';
import { received, simulatedClock } from '../simulated-time.ts';
import { SECOND, START } from './simulation.ts';

const MINUTE = 60 * SECOND;
const LONGEST_DELAY = 15 * MINUTE;

type Scene = {
  readonly store?: EventStore;
  readonly answer?: (event: QueuedEvent, attempt: number) => CallResult;
  readonly shards?: number;
  /** Whether the due queue loses a message. */
  readonly loses?: (message: Message) => boolean;
  /** How often the due queue hands a message over, if not once. */
  readonly copies?: (message: Message) => number;
  /** Whether, or how often at once, the dispatcher runs in a minute, counted from 0. */
  readonly dispatches?: (minute: number) => boolean | number;
  /** Puts something between the queue and its due queue. */
  readonly overDueQueue?: (dueQueue: DueQueue) => DueQueue;
};

type SimulatedCall = { readonly uuid: string; readonly attempt: number; readonly at: number };

/** The whole queue on a clock that is moved: the dispatcher runs every minute, and messages are handed over at their time. */
export function simulatedCloud(scene: Scene = {}) {
  const {
    store = memoryEventStore(),
    answer = () => answered(200),
    loses = () => false,
    copies = () => 1,
    dispatches = () => true,
  } = scene;
  const clock = simulatedClock(START);
  const calls: SimulatedCall[] = [];
  const sent: Message[] = [];
  let waiting: { readonly message: Message; readonly at: number; readonly receiveCount: number }[] = [];
  let ready = 0;
  let ids = 0;

  const dueQueue: DueQueue = {
    async send(message, handOverAt = message.at) {
      sent.push(message);
      const at = Math.min(Math.max(clock.now(), handOverAt), clock.now() + LONGEST_DELAY);
      const count = loses(message) ? 0 : copies(message);
      for (let copy = 0; copy < count; copy++) waiting.push({ message, at, receiveCount: 1 });
    },
    backlog: async () => ready,
  };

  const queueWith = (shards = scene.shards ?? 4, over: Partial<EventStore> = {}) =>
    eventQueue({
      store: { ...store, ...over },
      dueQueue: scene.overDueQueue?.(dueQueue) ?? dueQueue,
      call: async (event, attempt) => {
        calls.push({ uuid: event.key.uuid, attempt, at: clock.now() });
        return answer(event, attempt);
      },
      now: clock.now,
      sleep: clock.sleep,
      newId: () => `00000000-0000-4000-8000-${scattered(ids++).toString(16).padStart(12, '0')}`,
      random: () => (ids % shards) / shards,
      shards,
      longestTimeout: 6 * SECOND,
      visibility: MINUTE,
      aliveSince: 0,
    });
  const queue = queueWith();

  /** Lets everything happen that is due up to an instant, in its order. */
  async function runUntil(instant: number): Promise<void> {
    for (;;) {
      const nextMinute = START + Math.ceil((clock.now() + 1 - START) / MINUTE) * MINUTE;
      const nextMessage = Math.min(...waiting.map(({ at }) => at));
      const next = Math.min(nextMinute, Math.max(nextMessage, clock.now()));
      if (next > instant) break;
      await clock.moveTo(next);
      await handOver(waiting.filter(({ at }) => at <= next));
      const runs = next === nextMinute ? Number(dispatches((next - START) / MINUTE)) : 0;
      await Promise.allSettled(Array.from({ length: runs }, queue.dispatch));
    }
    await clock.moveTo(instant);
  }

  async function handOver(due: typeof waiting): Promise<void> {
    waiting = waiting.filter((one) => !due.includes(one));
    const batch = due.map(({ message, receiveCount }) => received(message, receiveCount));
    const failed = await queue.deliver(batch);
    for (const { receiveCount, ...message } of failed) {
      waiting.push({ message, at: clock.now() + MINUTE, receiveCount: receiveCount + 1 });
    }
  }

  return {
    queue,
    queueWith,
    store,
    clock,
    calls,
    sent,
    runUntil,
    /** Says how many messages the due queue has ready. */
    pretendBacklog: (count: number) => {
      ready = count;
    },
    /** All messages that are on the due queue, gone: as when its process ends. */
    loseAll: () => {
      waiting = [];
    },
  };
}

/** Different for every number, and spread evenly: so events differ in all that is derived from their ids. */
function scattered(number: number): number {
  return (number * 0x9e37_79b1) % 0x1_0000_0000;
}

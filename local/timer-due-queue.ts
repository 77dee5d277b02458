import { MINUTE, SECOND } from '../core/durations.ts';
import type { Message, Received } from '../core/event/message.ts';
import type { Deliver, DueQueue } from '../core/ports.ts';

/**
 * A message waits at most this many milliseconds, as on SQS. A message for a later instant is handed over too early,
 * and its deliverer sends it again.
 */
const LONGEST_DELAY = 15 * MINUTE;
/**
 * A timer runs for at most this many milliseconds. Timers stand still while the machine sleeps, so a message comes at
 * most this late after that.
 */
const LONGEST_TIMER = 30 * SECOND;

export type TimerDueQueue = DueQueue & {
  /** Starts to hand over messages, including those that were sent before. */
  start(deliver: Deliver): void;
  /**
   * Hands over no more messages, and resolves when the deliverers under way have ended. All other messages are
   * forgotten, and the next start sends them again from the table.
   */
  stop(): Promise<void>;
};

/**
 * The due queue of a single process. Its messages are lost when the process ends. A message whose deliverer fails is
 * handed over again after `redeliverAfter` milliseconds.
 */
export function timerDueQueue({ now, redeliverAfter }: { now: () => number; redeliverAfter: number }): TimerDueQueue {
  const timers = new Set<NodeJS.Timeout>();
  const underWay = new Set<Promise<void>>();
  const started = Promise.withResolvers<Deliver>();
  let stopped = false;

  function handOverIn(delay: number, message: Message, receiveCount: number): void {
    if (stopped) return;
    const handOverAt = now() + delay;
    const step = Math.min(delay, LONGEST_TIMER);
    const timer = setTimeout(() => {
      timers.delete(timer);
      const left = Math.min(delay - step, handOverAt - now());
      if (left > 0) return handOverIn(left, message, receiveCount);
      const handling = handOver({ ...message, receiveCount }).finally(() => underWay.delete(handling));
      underWay.add(handling);
    }, step);
    timers.add(timer);
  }

  async function handOver(message: Received): Promise<void> {
    const deliver = await started.promise;
    const failed = await deliver([message]);
    for (const { receiveCount, ...again } of failed) handOverIn(redeliverAfter, again, receiveCount + 1);
  }

  return {
    async send(message, handOverAt = message.at) {
      handOverIn(Math.min(LONGEST_DELAY, Math.max(0, handOverAt - now())), message, 1);
    },
    backlog: async () => underWay.size,
    start: started.resolve,
    async stop() {
      stopped = true;
      started.resolve(dropMessages);
      for (const timer of timers) clearTimeout(timer);
      await Promise.all(underWay);
    },
  };
}

/** Takes the messages that are still waiting for a start when the queue is stopped. */
const dropMessages: Deliver = async () => [];

import type { Message, Received } from '../core/event/message.ts';
import type { Deliver, DueQueue } from '../core/ports.ts';

/** As long as SQS can wait; a message with a later instant is handed over too early, and comes back. */
const LONGEST_DELAY = 900_000;
/** Timers stand still while the machine sleeps: then they are this late at most. */
const LONGEST_TIMER = 30_000;

export type TimerDueQueue = DueQueue & {
  /** Begins to hand messages over, those sent earlier too. */
  start(deliver: Deliver): void;
  /** Hands over no more, and resolves when what was handed over has been handled. What is sent later is forgotten: the table has it. */
  stop(): Promise<void>;
};

/** The due queue of one process: it forgets its messages when the process ends. A failed message is handed over again. */
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
      started.resolve(nobody);
      for (const timer of timers) clearTimeout(timer);
      await Promise.all(underWay);
    },
  };
}

/** Takes what waits for a start that no longer comes. */
const nobody: Deliver = async () => [];

import { delaySeconds } from '../../adapters/sqs-due-queue.ts';
import type { Message } from '../../core/event/message.ts';
import type { DueQueue } from '../../core/ports.ts';
import { received } from './simulated-time.ts';
import { SECOND } from './simulation.ts';

const MOST_AT_ONCE = 10;

/** A message on the due queue: nobody gets it before it is visible. Tests change it as they like. */
export type Held = {
  readonly message: Message;
  /** Whether it is delayed beyond its instant, to come behind another. */
  readonly isSecond: boolean;
  visibleAt: number;
  receiveCount: number;
};

type Rules = {
  readonly now: () => number;
  /** What a sender takes for the time when it says how long a message has to wait. */
  readonly sendersNow: () => number;
  readonly visibility: number;
  readonly loses: (message: Message) => boolean;
};

/** A due queue as SQS is one: delays are whole seconds, as they are sent to it; what is received is hidden for the visibility until it is removed. */
export function simulatedDueQueue({ now, sendersNow, visibility, loses }: Rules) {
  const sent: Message[] = [];
  let held: Held[] = [];

  const visible = () => held.filter(({ visibleAt }) => visibleAt <= now());

  const port: DueQueue = {
    async send(message, handOverAt = message.at) {
      sent.push(message);
      const isSecond = handOverAt > message.at;
      const visibleAt = now() + delaySeconds(message, handOverAt, sendersNow()) * SECOND;
      if (!loses(message)) held.push({ message, isSecond, visibleAt, receiveCount: 0 });
    },
    backlog: async () => visible().length,
  };

  function receive(most = MOST_AT_ONCE) {
    const batch = visible()
      .sort((one, other) => one.visibleAt - other.visibleAt)
      .slice(0, most);
    for (const one of batch) {
      one.visibleAt = now() + visibility;
      one.receiveCount++;
    }
    return batch.map((one) => ({ held: one, received: received(one.message, one.receiveCount) }));
  }

  return {
    port,
    sent,
    held: () => held,
    receive,
    remove: (gone: readonly Held[]) => {
      held = held.filter((one) => !gone.includes(one));
    },
    /** Another of the same, as if it had been sent twice. */
    repeat: (one: Held) => void held.push({ ...one, receiveCount: 0 }),
    nextVisibleAt: () => Math.min(...held.map(({ visibleAt }) => visibleAt)),
  };
}

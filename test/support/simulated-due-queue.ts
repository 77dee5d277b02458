import { delaySeconds } from '../../adapters/sqs-due-queue.ts';
import { SECOND } from '../../core/durations.ts';
import type { Message } from '../../core/event/message.ts';
import type { DueQueue } from '../../core/ports.ts';
import { received } from './simulated-time.ts';

const MOST_AT_ONCE = 10;

/** A message on the due queue. No deliverer gets it before it is visible. Tests may change any field. */
export type Held = {
  readonly message: Message;
  /**
   * Whether the message is a second one for its attempt, which is delayed beyond its instant until the first one has
   * been handled.
   */
  readonly isSecond: boolean;
  visibleAt: number;
  receiveCount: number;
};

type Rules = {
  readonly now: () => number;
  /** The clock of the sender, from which it computes how long a message must wait. */
  readonly sendersNow: () => number;
  readonly visibility: number;
  readonly loses: (message: Message) => boolean;
};

/**
 * A due queue that behaves like SQS: delays are whole seconds, and a message that was received is hidden for the
 * visibility time until it is removed.
 */
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
    /** Adds a copy of a message, as if it had been sent twice. */
    repeat: (one: Held) => void held.push({ ...one, receiveCount: 0 }),
    nextVisibleAt: () => Math.min(...held.map(({ visibleAt }) => visibleAt)),
  };
}

import type { Caller, DueQueue, EventStore } from './ports.ts';

/** All that the queue needs from outside: nothing in core reaches for it by itself. */
export type World = {
  readonly store: EventStore;
  readonly dueQueue: DueQueue;
  readonly call: Caller;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** May wake a little early, as timers do. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly newId: () => string;
  /** Evenly from [0, 1). */
  readonly random: () => number;
  readonly shards: number;
  /** Whatever was under way before this instant is known to be dead. 0 where others may be at work. */
  readonly aliveSince: number;
};

import type { Change } from './event/change.ts';
import type { Caller, ConcurrencyLimit, DueQueue, EventStore, Pauses, SigningSecrets } from './ports.ts';

/** All that the queue needs from outside: nothing in core reaches for it by itself. Times are milliseconds. */
export type Dependencies = {
  readonly store: EventStore;
  readonly dueQueue: DueQueue;
  readonly call: Caller;
  readonly signingSecrets: Pick<SigningSecrets, 'cached'>;
  readonly concurrency: ConcurrencyLimit;
  readonly pauses: Pauses;
  /** Since the epoch. */
  readonly now: () => number;
  /** May wake a little early, as timers do. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly newId: () => string;
  /** Evenly from [0, 1). */
  readonly random: () => number;
  readonly shards: number;
  readonly longestTimeout: number;
  /** How long the due queue waits for a deliverer before it hands a message to another. */
  readonly visibility: number;
  /** Is told of whatever happens to events. */
  readonly onChange: (change: Change) => void;
  /** Is told why something has to be done again, which costs time and nothing else. */
  readonly report: (error: unknown) => void;
  /** The name of this process: no other ever has the same. */
  readonly instance: string;
  /** Whether no other process is at work on the same table: then whatever another has claimed is dead. */
  readonly isAlone: boolean;
};

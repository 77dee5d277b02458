import type { Change } from './event/change.ts';
import type { Caller, ConcurrencyLimit, DueQueue, EventStore, Pauses, SigningSecrets } from './ports.ts';
import type { UuidFor } from './schedules/schedule.ts';
import type { ScheduleStore } from './schedules/schedule-store.ts';

/**
 * All that the queue needs from outside. No code in core gets any of it in another way. Instants and durations are
 * milliseconds.
 */
export type Dependencies = {
  readonly store: EventStore;
  readonly schedules: ScheduleStore;
  readonly dueQueue: DueQueue;
  readonly call: Caller;
  readonly signingSecrets: Pick<SigningSecrets, 'cached'>;
  readonly concurrency: ConcurrencyLimit;
  readonly pauses: Pauses;
  /** The current instant, since the epoch. */
  readonly now: () => number;
  /** Resolves after a duration. It may resolve a little early, as timers do. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly newId: () => string;
  readonly uuidFor: UuidFor;
  /** A random number, evenly distributed over [0, 1). */
  readonly random: () => number;
  /** The number of shards over which new events are spread. */
  readonly shards: number;
  /** The longest timeout that an event can have. */
  readonly longestTimeout: number;
  /** The time after which the due queue hands a message over again that its deliverer has not acknowledged. */
  readonly visibility: number;
  /** Called after each change of an event that this process has written to the store. */
  readonly onChange: (change: Change) => void;
  /** Called with an error that only costs time, because the work that failed is done again. */
  readonly report: (error: unknown) => void;
  /** The name of this process. No other process ever has the same. */
  readonly instance: string;
  /** Whether no other process works on the same table. If so, the claims of other processes are those of dead ones. */
  readonly isAlone: boolean;
};

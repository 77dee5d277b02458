import { SECOND } from '../durations.ts';
/** A pause of the queue. While it lasts, no attempt starts. Instants are epoch milliseconds. */
export type Pause = {
  /** A number that is raised whenever the latest pause changes: when a pause begins, and when it ends. */
  readonly version: number;
  readonly pausedAt: number;
  /** The end of the pause. Absent while the pause lasts. */
  readonly resumedAt?: number;
};

/**
 * The time after the end of a pause, in milliseconds, within which attempts are due that may have been dropped: the
 * clocks of two machines differ, and a deliverer gets messages a little early.
 */
const SKEW = 5 * SECOND;

export function isPaused(pause: Pause | undefined): pause is Pause {
  return pause !== undefined && pause.resumedAt === undefined;
}

/**
 * Whether a pause that has ended may have dropped the message of an attempt that is due at an instant. The dispatcher
 * sends a message again for every such attempt, so two messages may exist for it.
 */
export function mayHaveBeenDropped(at: number, pause: Pause | undefined): boolean {
  return pause?.resumedAt !== undefined && at <= lastDropped(pause);
}

/** The latest instant of an attempt whose message a pause may have dropped. */
export function lastDropped({ resumedAt = 0 }: Pause): number {
  return resumedAt + SKEW;
}

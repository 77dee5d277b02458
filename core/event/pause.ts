/** The latest pause of the queue. While it lasts, no attempt starts. */
export type Pause = {
  /** Every change raises it. */
  readonly version: number;
  readonly pausedAt: number;
  /** Absent while the pause lasts. */
  readonly resumedAt?: number;
};

/** How much the clocks of two machines may differ, and how early a deliverer takes a message, in milliseconds. */
const SKEW = 5_000;

export function isPaused(pause: Pause | undefined): pause is Pause {
  return pause !== undefined && pause.resumedAt === undefined;
}

/**
 * Whether the message of an attempt that is due at an instant may have been dropped, because the queue was paused. The dispatcher sends such
 * a message again, so there may be two of it.
 */
export function mayHaveBeenDropped(at: number, pause: Pause | undefined): boolean {
  return pause?.resumedAt !== undefined && at <= lastDropped(pause);
}

/** The instant at which the last attempts are due whose messages may have been dropped. */
export function lastDropped({ resumedAt = 0 }: Pause): number {
  return resumedAt + SKEW;
}

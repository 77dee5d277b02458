const MINUTE = 60;
/** SQS's own bound on how long a message may be delayed. */
const LONGEST_DELAY = 15 * MINUTE;

/** All in seconds, but for the last. */
export type Timings = {
  /** After which a function behind the API is stopped; the API itself waits 30 s. */
  readonly answer: number;
  /**
   * After which a run of the dispatcher is stopped: it ends by itself before (core/dispatch/dispatch.ts). What it has done is written down, and
   * the next run goes on from there.
   */
  readonly dispatch: number;
  /** After which a deliverer is stopped. */
  readonly deliver: number;
  /** For which a message that a deliverer has is hidden from the others. */
  readonly visibility: number;
  /** A message that is older than this was handed over late: it was delayed, called, and nobody knows what else. */
  readonly oldestMessage: number;
  /** How often a message is handed over before it is put aside. */
  readonly receives: number;
};

/**
 * What depends on the longest call. A deliverer has time for its calls and their records; a message stays hidden for longer than
 * its deliverer can live, and is not put aside within half an hour in which the table takes no records.
 */
export function timingsFor(maxTimeoutSeconds: number): Timings {
  const deliver = maxTimeoutSeconds + MINUTE;
  const visibility = Math.max(3 * MINUTE, deliver + 30);
  const oldestMessage = LONGEST_DELAY + visibility + 2 * MINUTE;
  return { answer: 29, dispatch: 5 * MINUTE, deliver, visibility, oldestMessage, receives: 10 };
}

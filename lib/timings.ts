const LONGEST_FUNCTION = 900;

export type Timings = {
  /** Seconds after which a deliverer is stopped. */
  readonly deliver: number;
  /** Seconds for which a message that a deliverer has is hidden from the others. */
  readonly visibility: number;
  /** How often a message is handed over before it is put aside. */
  readonly receives: number;
};

/**
 * What depends on the longest call. A deliverer has time for its calls and their records; a message stays hidden for longer than
 * its deliverer can live, and is not put aside within half an hour in which the table takes no records.
 */
export function timingsFor(maxTimeoutSeconds: number): Timings {
  const deliver = Math.min(LONGEST_FUNCTION, Math.max(60, maxTimeoutSeconds + 30));
  return { deliver, visibility: Math.max(180, deliver + 30), receives: 10 };
}

/** The clocks of a process, in milliseconds. A test moves them, together or apart. */
export type MovedClocks = {
  /** The time of day, which can be put back. */
  now: number;
  /** The monotonic clock, which stands while the machine is frozen. */
  ticks: number;
  readonly timeOfDay: () => number;
  readonly monotonic: () => number;
  /** Moves both clocks on. */
  pass(milliseconds: number): void;
};

export function movedClocks(start: number): MovedClocks {
  const clocks: MovedClocks = {
    now: start,
    ticks: 0,
    timeOfDay: () => clocks.now,
    monotonic: () => clocks.ticks,
    pass(milliseconds) {
      clocks.now += milliseconds;
      clocks.ticks += milliseconds;
    },
  };
  return clocks;
}

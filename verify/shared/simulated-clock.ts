/**
 * Makes a clock that stands still until it is moved. A sleep ends when the clock reaches its instant.
 *
 * @param turns the turns of the event loop in which everything that happens at an instant is done; one is enough if all
 *   of it is in memory
 */
export function simulatedClock(start: number, turns = 5) {
  let now = start;
  let sleepers: { readonly at: number; readonly wake: () => void }[] = [];

  return {
    now: () => now,
    sleep: (milliseconds: number) =>
      new Promise<void>((wake) => {
        sleepers.push({ at: now + milliseconds, wake });
      }),
    /** Returns the instant at which the next sleep ends, or infinity if there is none. */
    nextWakeAt: () => earliest() ?? Number.POSITIVE_INFINITY,
    /**
     * Moves the clock from one end of a sleep to the next, and waits at each until everything that it starts is done.
     */
    async moveTo(instant: number): Promise<void> {
      await rest(turns);
      for (let next = earliest(); next !== undefined && next <= instant; next = earliest()) {
        now = Math.max(now, next);
        const woken = sleepers.filter(({ at }) => at <= now);
        sleepers = sleepers.filter(({ at }) => at > now);
        for (const { wake } of woken) wake();
        await rest(turns);
      }
      now = Math.max(now, instant);
    },
  };

  function earliest(): number | undefined {
    return sleepers.length === 0 ? undefined : Math.min(...sleepers.map(({ at }) => at));
  }
}

/** Resolves after some turns of the event loop, when everything that does not wait for the clock is done. */
export async function rest(turns = 5): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}

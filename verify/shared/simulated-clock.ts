/**
 * A clock that stands still until it is moved. Whoever sleeps wakes when it gets there.
 *
 * @param turns of the event loop in which all that happens at an instant comes to rest; one will do where all is in memory
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
    /** When the next sleeper wakes. */
    nextWakeAt: () => earliest() ?? Number.POSITIVE_INFINITY,
    /** Moves the clock instant by instant, and lets everything that happens at each come to rest. */
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

/** Resolves when all that can go on without the clock has gone on. */
export async function rest(turns = 5): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export type Freshness = {
  /**
   * Marks the present moment. It is called before a value is read, because the value may already be old when it
   * arrives.
   */
  mark(): Mark;
  /** Answers whether less than `lifetime` milliseconds have passed since the mark. */
  isFresh(mark: Mark, lifetime: number): boolean;
};

export type Mark = { readonly at: number; readonly ticks: number; readonly turns: number };

/**
 * Measures the age of cached values by two clocks, because each alone can be wrong: the time of day may be put back,
 * and the monotonic clock may stand still while a function is frozen. A value is fresh only if both clocks say so. A
 * value that was marked before the time of day was seen to go back is not fresh.
 *
 * @param now The time of day, in epoch milliseconds.
 * @param monotonic Milliseconds of a clock that is never put back, counted from any instant.
 */
export function freshness(now: () => number, monotonic: () => number): Freshness {
  let latest = Number.NEGATIVE_INFINITY;
  let turns = 0;

  function mark(): Mark {
    const at = now();
    if (at < latest) turns++;
    latest = at;
    return { at, ticks: monotonic(), turns };
  }

  return {
    mark,
    isFresh({ at, ticks, turns: then }, lifetime) {
      const current = mark();
      return current.turns === then && current.at - at < lifetime && current.ticks - ticks < lifetime;
    },
  };
}

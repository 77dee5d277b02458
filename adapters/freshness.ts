export type Freshness = {
  /** Marks the moment from which something that is about to be read ages. */
  mark(): Mark;
  /** Answers whether less than `lifetime` milliseconds have passed since the mark. */
  isFresh(mark: Mark, lifetime: number): boolean;
};

export type Mark = { readonly at: number; readonly ticks: number; readonly turns: number };

/**
 * Tells the age of what a process remembers by two clocks, because each alone can be wrong: the time of day may be put back, and the
 * monotonic clock may stand still while a function is frozen. What is old by one of them is not fresh, nor is anything from before the
 * time of day was seen to go back.
 *
 * @param now the time of day, in milliseconds since the epoch
 * @param monotonic milliseconds that never go back, from any start
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

export type RankedSlots = {
  /**
   * Starts at once if a slot is free, otherwise when one has become free: of those that wait the one with the lowest rank first, and of
   * these the one that came first.
   *
   * @param start is given what releases the slot
   * @returns leaves the queue: after that it does not start
   */
  enter(start: (release: () => void) => void, rank?: number): () => void;
};

type Waiting = { readonly start: (release: () => void) => void; readonly rank: number };

/**
 * Bounds how many of a kind are under way at the same time.
 *
 * @param most how many slots there are
 * @param longest milliseconds after which a slot is free again though nobody has released it
 */
export function rankedSlots(most: number, longest: number): RankedSlots {
  const waiting = new Set<Waiting>();
  let taken = 0;

  function startNext(): void {
    const next = taken < most ? firstOf(waiting) : undefined;
    if (next === undefined) return;
    waiting.delete(next);
    next.start(takeSlot());
  }

  function takeSlot(): () => void {
    let isHeld = true;
    const timer = setTimeout(release, longest).unref();
    taken++;
    function release(): void {
      if (!isHeld) return;
      isHeld = false;
      clearTimeout(timer);
      taken--;
      startNext();
    }
    return release;
  }

  return {
    enter(start, rank = 0) {
      const one = { start, rank };
      waiting.add(one);
      startNext();
      return () => waiting.delete(one);
    },
  };
}

function firstOf(waiting: ReadonlySet<Waiting>): Waiting | undefined {
  let first: Waiting | undefined;
  for (const one of waiting) if (first === undefined || one.rank < first.rank) first = one;
  return first;
}

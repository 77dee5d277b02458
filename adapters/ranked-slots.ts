export type RankedSlots = {
  /**
   * Calls `start` at once if a slot is free, otherwise when a slot becomes free. The lowest rank starts first; equal
   * ranks start in the order in which they came.
   *
   * @param start Gets a function that releases the slot.
   * @returns A function that leaves the queue: a `start` that has not been called by then is never called.
   */
  enter(start: (release: () => void) => void, rank?: number): () => void;
};

type Waiting = { readonly start: (release: () => void) => void; readonly rank: number };

/**
 * Limits how many operations of one kind are under way at the same time.
 *
 * @param most The number of slots.
 * @param longest A slot is released after this many milliseconds at the latest, so operations that never end cannot
 *   block the others.
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

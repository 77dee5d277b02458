import { SECOND } from '../core/durations.ts';

/** Calls to a name fail at once for this many milliseconds after its look-up hung. */
const FAILS_AT_ONCE_FOR = 30 * SECOND;
/**
 * At most this many names are remembered, because a publisher can invent any number. The name that hung the longest ago
 * is forgotten first.
 */
const MOST = 10_000;

export type HungNames = {
  /** Returns how often in a row the look-up of a name has hung; 0 for a name that is not remembered. */
  timesOf(name: string): number;
  /** Returns whether the last look-up of a name hung so recently that the name is not looked up again yet. */
  isRecent(name: string): boolean;
  add(name: string): void;
  forget(name: string): void;
};

/**
 * Remembers the names whose last look-up had no answer in time.
 *
 * @param now Milliseconds of a monotonic clock.
 */
export function hungNames(now: () => number): HungNames {
  const names = new Map<string, { readonly times: number; readonly hungAt: number }>();
  const timesOf = (name: string) => names.get(name)?.times ?? 0;

  return {
    timesOf,
    isRecent: (name) => now() - (names.get(name)?.hungAt ?? Number.NEGATIVE_INFINITY) < FAILS_AT_ONCE_FOR,
    add(name) {
      const times = timesOf(name) + 1;
      names.delete(name);
      names.set(name, { times, hungAt: now() });
      const [oldest] = names.keys();
      if (names.size > MOST && oldest !== undefined) names.delete(oldest);
    },
    forget: (name) => void names.delete(name),
  };
}

/** How long, in milliseconds, the calls to a name fail at once after its look-up hung. */
const FAILS_AT_ONCE_FOR = 30_000;
/** A publisher can make up any number of names. Beyond this many, the one that hung the longest ago is forgotten. */
const MOST = 10_000;

export type HungNames = {
  /** How often in succession the look-up of a name has hung, as far as is remembered. */
  timesOf(name: string): number;
  /** Whether the last look-up of a name hung so recently that it is not worth another. */
  isRecent(name: string): boolean;
  add(name: string): void;
  forget(name: string): void;
};

/**
 * Remembers the names whose last look-up had no answer in time.
 *
 * @param now milliseconds on a clock that is never put back
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

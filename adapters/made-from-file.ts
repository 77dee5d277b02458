import { statSync } from 'node:fs';
import { SECOND } from '../core/durations.ts';

/** A file is checked for changes at most once in this many milliseconds. */
const CHECK_EVERY = 2 * SECOND;

export type MadeFromFile<Made> = {
  /**
   * Returns the value that was made last, or makes a new one if the file has changed since. Throws what `make` throws;
   * the next call then tries again.
   */
  current(): Made;
  /** Makes the next check of the file replace the value even if the file is unchanged. */
  discard(): void;
};

/**
 * Caches a value that `make` derives from a file of the system until that file changes. The file is checked when the
 * value is asked for, at most every two seconds. A file that does not exist is allowed.
 *
 * @param now Milliseconds of a monotonic clock.
 */
export function madeFromFile<Made>(path: string, make: () => Made, now: () => number): MadeFromFile<Made> {
  let last: { readonly made: Made; readonly checkedAt: number; readonly state: string | undefined } | undefined;

  return {
    current() {
      if (last !== undefined && now() - last.checkedAt < CHECK_EVERY) return last.made;
      const state = stateOf(path);
      const made = last !== undefined && last.state === state ? last.made : make();
      last = { made, checkedAt: now(), state };
      return made;
    },
    discard() {
      if (last !== undefined) last = { ...last, state: undefined };
    },
  };
}

/** A fingerprint that changes when the file is written, replaced, created or removed. */
function stateOf(path: string): string {
  try {
    const { ino, size, mtimeMs, ctimeMs } = statSync(path);
    return [ino, size, mtimeMs, ctimeMs].join();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  }
}

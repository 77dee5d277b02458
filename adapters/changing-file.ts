import { statSync } from 'node:fs';

/** How often, in milliseconds, a file is looked at while what was made from it is asked for. */
const LOOK_EVERY = 2_000;

export type MadeFromFile<Made> = {
  /** What was made last, or a new one if the file has changed since. Throws what `make` throws, and tries again at the next call. */
  current(): Made;
  /** Has a new one made at the next look at the file, though the file may be the same. */
  discard(): void;
};

/**
 * Keeps what `make` makes from a file of the system until that file changes. The file is looked at when the value is asked for, at most
 * every two seconds, and need not exist.
 *
 * @param now milliseconds on a clock that is never put back
 */
export function madeFromFile<Made>(path: string, make: () => Made, now: () => number): MadeFromFile<Made> {
  let last: { readonly made: Made; readonly lookedAt: number; readonly state: string | undefined } | undefined;

  return {
    current() {
      if (last !== undefined && now() - last.lookedAt < LOOK_EVERY) return last.made;
      const state = stateOf(path);
      const made = last !== undefined && last.state === state ? last.made : make();
      last = { made, lookedAt: now(), state };
      return made;
    },
    discard() {
      if (last !== undefined) last = { ...last, state: undefined };
    },
  };
}

/** Differs between any two contents of a file, and between a file and none. */
function stateOf(path: string): string {
  try {
    const { ino, size, mtimeMs, ctimeMs } = statSync(path);
    return [ino, size, mtimeMs, ctimeMs].join();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  }
}

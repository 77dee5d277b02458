import type { QueuedEvent } from '../event/event.ts';
import type { Waiting } from '../event/progress.ts';

/**
 * Ends a run of a schedule without a call if it is not to be called any more. `changed` means that the run was changed
 * since it was read, so that it must be read again.
 */
export type SkipRun = (event: QueuedEvent, progress: Waiting) => Promise<'not skipped' | 'skipped' | 'changed'>;

/** Skips a run if one of these does, which are asked in their order. */
export function skippedByAny(...all: readonly SkipRun[]): SkipRun {
  return async (event, progress) => {
    for (const skip of all) {
      const skipped = await skip(event, progress);
      if (skipped !== 'not skipped') return skipped;
    }
    return 'not skipped';
  };
}

import type { SkipRun } from '../delivery/skip-run.ts';
import type { Dependencies } from '../dependencies.ts';
import { SECOND } from '../durations.ts';
import type { QueuedEvent } from '../event/event.ts';
import { cancelled, isRequested } from '../event/lifecycle.ts';
import type { Waiting } from '../event/progress.ts';
import { isRunOf } from './schedule.ts';

/**
 * The lateness of a run, in milliseconds, beyond which its schedule may have been stopped after the run was due. A pause
 * or a deletion cancels all runs that come due later than so much before it.
 */
export const LATE_RUN = 2 * SECOND;

/**
 * Cancels a run that starts late if its schedule was paused or deleted meanwhile. Without this, runs that wait behind
 * many others or for the end of a pause of the queue, and runs that a dispatcher makes up for, would start after the
 * stop was answered. Reads the schedule only if the run is late.
 */
export function stoppedRunSkipper({
  store,
  schedules,
  uuidFor,
  now,
}: Pick<Dependencies, 'store' | 'schedules' | 'uuidFor' | 'now'>): SkipRun {
  return async (event, progress) => {
    const { schedule: id } = event;
    if (id === undefined || !isUnstarted(event, progress) || now() - event.key.dueAt <= LATE_RUN) return 'not skipped';
    if (isRunOf(await schedules.find(id), event.key, uuidFor)) return 'not skipped';
    const { underWayUntil, ...skipped } = cancelled(event, progress, now());
    return (await store.recordUnlessChanged(event, progress, skipped)) ? 'skipped' : 'changed';
  };
}

/** Whether this is the first attempt of the run of an instant. A run that a client asked for has no instant. */
function isUnstarted({ asked }: QueuedEvent, progress: Waiting): boolean {
  return 'at' in asked && progress.tryCount === 0 && progress.nextAttempt === 1 && !isRequested(progress);
}

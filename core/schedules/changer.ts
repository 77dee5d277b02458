import type { Dependencies } from '../dependencies.ts';
import { SECOND } from '../durations.ts';
import { cueExpiresAt } from '../event/expiry.ts';
import {
  type ChangedSchedule,
  editionAfter,
  endOfOneTooMany,
  formerTimings,
  paused,
  removed,
  replaced,
  resumed,
  type WantedSchedule,
} from './change.ts';
import { cueAt } from './cue.ts';
import { CHANGED_AHEAD, type NearRuns } from './near-runs.ts';
import { isActive, isThere, type Schedule } from './schedule.ts';
import { isComputable, nextInstant } from './timing.ts';

/** The time, in milliseconds, after which a change that was written so late begins again with a later cue. */
const LONGEST_CHANGE = 30 * SECOND;

export type NoSchedule = 'no such schedule';

/**
 * The refusal of a change because the schedule has been changed too often in the last three minutes. Nothing is changed.
 * Changes after which a schedule makes no runs are never refused.
 */
export type ChangedTooOften = { readonly changeableAt: number };

/**
 * Changes schedules. Each change can be repeated when its answer did not arrive, and then does what the first request
 * left undone.
 */
export type ScheduleChanger = {
  /** Makes a schedule with a new id. */
  create(wanted: WantedSchedule, by: string): Promise<Schedule>;
  /** Makes a schedule, or replaces it. `isNew` says whether there was none. */
  replace(
    id: string,
    wanted: WantedSchedule,
    by: string,
  ): Promise<{ readonly schedule: Schedule; readonly isNew: boolean } | ChangedTooOften>;
  /** Pauses a schedule. After this resolves, no run of it starts. */
  pause(id: string): Promise<Schedule | NoSchedule>;
  resume(id: string): Promise<Schedule | NoSchedule | ChangedTooOften>;
  /** Deletes a schedule. After this resolves, no run of it starts. */
  remove(id: string): Promise<Schedule | NoSchedule>;
};

export type ScheduleChangerDependencies = Pick<
  Dependencies,
  'store' | 'schedules' | 'uuidFor' | 'now' | 'newId' | 'random' | 'shards'
>;

/** Returns the schedule after a change, or why there is none. */
type Decide<Refused> = (found: Schedule | undefined, at: number) => ChangedSchedule | Refused;

export function scheduleChanger(dependencies: ScheduleChangerDependencies, near: NearRuns): ScheduleChanger {
  const { store, schedules, uuidFor, now, newId, random, shards } = dependencies;

  /**
   * The list entry and the cue are put first, so that a schedule that is written is never without them. The cue is that
   * of the edition to come; if the process dies before that edition is written, the cue leads to nothing. Then the
   * schedule is written, unless somebody has changed it since it was read. It keeps its former timings, so that a
   * request that is repeated knows which runs the first one may have left.
   */
  async function change<Refused extends NoSchedule | ChangedTooOften = never>(
    id: string,
    decide: Decide<Refused>,
  ): Promise<Schedule | Refused> {
    const found = await schedules.find(id);
    const at = now();
    const changed = decide(found, at);
    if (!isSchedule(changed)) return changed;
    const former = formerTimings(found, at - CHANGED_AHEAD, at);
    const numbers = { version: (found?.version ?? 0) + 1, edition: editionAfter(found, changed) };
    const schedule = { ...changed, ...numbers, changedAt: at, former };
    await putCue(schedule);
    const isSaved = await schedules.save(found, schedule);
    if (!isSaved || now() - at > LONGEST_CHANGE) return change(id, decide);
    await near.make(schedule);
    await near.takeAway(schedule);
    return schedule;
  }

  async function putCue(schedule: Schedule): Promise<void> {
    if (isThere(schedule)) await schedules.putEntry(schedule);
    const { timing, changedAt } = schedule;
    const at = isActive(schedule) && isComputable(timing) ? nextInstant(timing, changedAt + CHANGED_AHEAD) : undefined;
    if (at !== undefined) await store.putCue(cueAt(schedule, at, uuidFor), cueExpiresAt(at, changedAt));
  }

  const drawn = () => ({ life: newId(), shard: Math.floor(random() * shards) });

  function made(id: string, wanted: WantedSchedule, by: string, found: Schedule | undefined, at: number) {
    return replaced(isThere(found) ? found : undefined, { ...wanted, id, publishedBy: by }, at, drawn);
  }

  return {
    async replace(id, wanted, by) {
      let isNew = false;
      const schedule = await change<ChangedTooOften>(id, (found, at) => {
        isNew = !isThere(found);
        return unlessChangedTooOften(found, made(id, wanted, by, found, at), at);
      });
      return isSchedule(schedule) ? { schedule, isNew } : schedule;
    },

    create(wanted, by) {
      const id = newId();
      return change<never>(id, (found, at) => made(id, wanted, by, found, at));
    },

    pause: (id) => change<NoSchedule>(id, (found, at) => (isThere(found) ? paused(found, at) : 'no such schedule')),

    resume: (id) =>
      change<NoSchedule | ChangedTooOften>(id, (found, at) =>
        isThere(found) ? unlessChangedTooOften(found, resumed(found, drawn), at) : 'no such schedule',
      ),

    async remove(id) {
      const deleted = await change<NoSchedule>(id, (found, at) => (found ? removed(found, at) : 'no such schedule'));
      if (deleted !== 'no such schedule') await schedules.removeEntry(deleted);
      return deleted;
    },
  };
}

/** Every former timing is kept for three minutes, so a schedule that is edited without end would outgrow its item. */
function unlessChangedTooOften(
  found: Schedule | undefined,
  changed: ChangedSchedule,
  at: number,
): ChangedSchedule | ChangedTooOften {
  const end = isActive(changed) ? endOfOneTooMany(formerTimings(found, at - CHANGED_AHEAD, at)) : undefined;
  return end === undefined ? changed : { changeableAt: end + CHANGED_AHEAD };
}

function isSchedule<Some extends ChangedSchedule>(result: Some | NoSchedule | ChangedTooOften): result is Some {
  return result !== 'no such schedule' && !('changeableAt' in result);
}

import { BEGINNING, positionAt } from '../event/entry.ts';
import type { WantedEvent } from '../event/event.ts';
import { isForgotten } from '../event/expiry.ts';
import type { EventRecord } from '../ports.ts';
import { type NoSchedule, type ScheduleChanger, type ScheduleChangerDependencies, scheduleChanger } from './changer.ts';
import { type NearRunsDependencies, nearRuns } from './near-runs.ts';
import { type RunMakerDependencies, runMaker } from './run-maker.ts';
import { isThere, type Schedule } from './schedule.ts';

/** A page of schedules, in the order of their ids, and the id behind which the next page begins, if there is more. */
type SchedulePage = { readonly schedules: readonly Schedule[]; readonly next?: string };

/** Publishes an event. */
type Publish<Published> = (wanted: WantedEvent, publishedBy: string) => Promise<Published>;

export type Schedules<Published> = ScheduleChanger & {
  read(id: string): Promise<Schedule | undefined>;
  /** Reads up to `limit` schedules with ids after `after`. */
  list(limit: number, after?: string): Promise<SchedulePage>;
  /** Reads the latest run of a schedule that is due, scheduled or by hand. Undefined if its result is not kept. */
  lastRun(id: string): Promise<EventRecord | undefined>;
  /**
   * Publishes the event of a schedule now. It is an ordinary event, which is found among the runs, and is called even if
   * the schedule is paused or an earlier run has not finished.
   */
  runNow(id: string, by: string, deduplicationId?: string): Promise<Published | NoSchedule>;
};

type SchedulingDependencies = RunMakerDependencies & NearRunsDependencies & ScheduleChangerDependencies;

/** Puts the parts together that read and change schedules. The dispatcher makes their runs. */
export function scheduling<Published>(
  dependencies: SchedulingDependencies,
  publish: Publish<Published>,
): Schedules<Published> {
  const { store, schedules, now } = dependencies;

  async function read(id: string): Promise<Schedule | undefined> {
    const found = await schedules.find(id);
    return isThere(found) ? found : undefined;
  }

  return {
    ...scheduleChanger(dependencies, nearRuns(dependencies, runMaker(dependencies))),
    read,

    /** One more than the page holds is looked for, so that a full last page has no `next`. */
    async list(limit, after) {
      const found: Schedule[] = [];
      for (let from = after; found.length <= limit; ) {
        const wanted = limit + 1;
        const ids = await schedules.list(from, wanted);
        found.push(...(await Promise.all(ids.map(read))).filter((one) => one !== undefined));
        from = ids.at(-1);
        if (ids.length < wanted) break;
      }
      const next = found.length > limit ? found[limit - 1]?.id : undefined;
      return { schedules: found.slice(0, limit), ...(next !== undefined && { next }) };
    },

    async lastRun(id) {
      const [key] = await store.list({ schedule: id }, positionAt(now()), BEGINNING, 1);
      const record = key && (await store.findEvent(key));
      return record === undefined || isForgotten(record.progress, now()) ? undefined : record;
    },

    async runNow(id, by, deduplicationId) {
      const schedule = await read(id);
      if (schedule === undefined) return 'no such schedule';
      const once = deduplicationId === undefined ? {} : { deduplicationId };
      return publish({ ...schedule.event, asked: { after: 0 }, schedule: id, ...once }, by);
    },
  };
}

import type { Schedule } from './schedule.ts';

/** The store of schedules. Every read sees all writes that were made before it. */
export type ScheduleStore = {
  /** Resolves with a schedule, or with what is left of a deleted one. */
  find(id: string): Promise<Schedule | undefined>;
  /**
   * Writes a schedule if the one in the store is still `read`. Otherwise resolves with false and writes nothing. What is
   * left of a deleted schedule expires an hour after its deletion.
   */
  save(read: Schedule | undefined, schedule: Schedule): Promise<boolean>;
  /**
   * Adds a schedule to the list. This is done before the schedule is written, so readers of the list look whether the
   * schedule is there.
   */
  putEntry(schedule: Schedule): Promise<void>;
  /** Takes a deleted schedule off the list, unless a later version of it was added meanwhile. */
  removeEntry(deleted: Schedule): Promise<void>;
  /**
   * Reads up to `limit` ids of the list, in the order of their characters: those after the id `after`, or the first
   * ones. If fewer than `limit` are returned, there are no more of them.
   */
  list(after: string | undefined, limit: number): Promise<readonly string[]>;
};

import type { BriefSchedule, Schedule } from './api-types.ts';

/**
 * A schedule as the queue answers it to a change. For an API key without the scope `read`, it has the fields of
 * `BriefSchedule` alone.
 */
export interface ScheduleOrBrief extends BriefSchedule, Partial<Omit<Schedule, keyof BriefSchedule>> {}

import { type Draft, delayUnits, draftLike } from '../../event-form/draft.ts';
import type { ReadSchedule } from '../../state/schedules.ts';
import { fieldTime } from '../../text/time.ts';

/** @param zone The time zone of the instants in the draft; undefined for that of the browser. */
export function draftOfSchedule({ schedule, bodyText }: ReadSchedule, zone: string | undefined): Draft {
  const { id, cron, time_zone, every, from, until, overlap, catch_up, event } = schedule;
  const draft = draftLike({ event: { ...event, tried_before: 0 }, bodyText });
  return {
    ...draft,
    id,
    ...(cron !== null && { timing: 'cron', cron, timeZone: time_zone ?? 'UTC' }),
    ...(every !== null && { timing: 'every', ...inLargestUnit(every) }),
    from: fieldText(from, zone),
    until: fieldText(until, zone),
    overlap,
    catchUp: String(catch_up),
  };
}

/** A number of seconds as a whole number of the largest unit. */
function inLargestUnit(seconds: number): Pick<Draft, 'every' | 'everyUnit'> {
  const units = Object.entries(delayUnits) as [Draft['everyUnit'], number][];
  const [everyUnit, size] = units.findLast(([, one]) => seconds % one === 0) ?? ['seconds', 1];
  return { every: String(seconds / size), everyUnit };
}

function fieldText(instant: string | null, zone: string | undefined): string {
  return instant === null ? '' : fieldTime(Date.parse(instant), zone);
}

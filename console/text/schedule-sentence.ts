import type { ScheduleAnswer } from '../state/api-types.ts';
import { lengthOfTime } from './time.ts';

/** The names of the statuses of schedules on the page. */
export const scheduleStatusNames: Readonly<Record<ScheduleAnswer['status'], string>> = {
  active: 'Active',
  paused: 'Paused',
  ended: 'Ended',
};

/** Says in a sentence whether a schedule runs, and when it runs next. */
export function scheduleSentence({ status, next_runs_at_utc: [next] }: ScheduleAnswer, now: number): string {
  if (status === 'paused') return 'It is paused: no run starts until somebody resumes it.';
  if (status === 'ended') return 'It has ended: all its runs have come due.';
  if (next === undefined) return 'It has no next run.';
  const left = Date.parse(next) - now;
  return `Its next run is due ${left < 1_000 ? 'now' : `in ${lengthOfTime(Math.floor(left / 1_000) * 1_000)}`}.`;
}

import type { History, MinuteSchedule } from './history.ts';
import { instantsUpTo } from './scheduled-runs.ts';

/**
 * The findings about schedules. Every instant from the making of a schedule to the end of the run must have exactly one
 * event, and no other instant has one.
 */
export type ScheduleFindings = {
  /** Instants of schedules that have no event. */
  readonly missedInstants: readonly string[];
  /** Events of schedules at an instant that has another event, or that is none of the schedule. */
  readonly extraRuns: readonly string[];
};

export function checkSchedules({ schedules, schedulesUntil, wanted }: History): ScheduleFindings {
  const findings = schedules.map((schedule) => checkOne(schedule, schedulesUntil, wanted));
  return {
    missedInstants: findings.flatMap(({ missedInstants }) => missedInstants),
    extraRuns: findings.flatMap(({ extraRuns }) => extraRuns),
  };
}

function checkOne(schedule: MinuteSchedule, until: number, wanted: History['wanted']): ScheduleFindings {
  const { id, path } = schedule;
  const expected = instantsUpTo(schedule, until);
  const runs = wanted.flatMap((event) => (event.isRun && event.path === path ? (event.accepted ?? []) : []));
  const seen = new Set<number>();
  const extra = runs.filter(({ dueAt }) => {
    const isExpected = expected.includes(dueAt) && !seen.has(dueAt);
    seen.add(dueAt);
    return !isExpected;
  });
  return {
    missedInstants: expected.filter((at) => !seen.has(at)).map((at) => `${id} has no run at ${textOf(at)}`),
    extraRuns: extra.map(({ key, dueAt }) => `${id} has a further run ${key} at ${textOf(dueAt)}`),
  };
}

function textOf(instant: number): string {
  return new Date(instant).toISOString();
}

import { type FormerTiming, isActive, type Schedule, type ScheduledEvent } from './schedule.ts';
import type { Timing } from './timing.ts';

/** A schedule as its author gives it. */
export type WantedSchedule = Pick<Schedule, 'timing' | 'event' | 'overlap' | 'catchUp'> & {
  /** Whether the author said when the timing begins. Otherwise an interval begins at the change. */
  readonly isFromGiven: boolean;
  /** Whether the schedule is paused afterwards. If undefined, it stays as it is. */
  readonly isPaused: boolean | undefined;
};

/** A schedule after a change, without what every change sets. */
export type ChangedSchedule = Omit<Schedule, 'version' | 'edition' | 'changedAt' | 'former'>;

/**
 * The most former timings that a schedule holds while it makes runs. Each may have several kilobytes, and all of them are
 * stored with the schedule, in an item that has room for 400 KB.
 */
const MOST_FORMER = 20;

type Drawn = () => Pick<Schedule, 'life' | 'shard'>;

/**
 * The schedule that replaces `found`, or a new one. An interval that stays the same goes on from where it was, so that a
 * program may send its schedules at each start without putting off their runs.
 */
export function replaced(
  found: Schedule | undefined,
  { isPaused, isFromGiven, ...wanted }: WantedSchedule & Pick<Schedule, 'id' | 'publishedBy'>,
  at: number,
  drawn: Drawn,
): ChangedSchedule {
  const { life, shard } = found ?? drawn();
  const { createdAt = at, pausedAt } = found ?? {};
  const timing = isFromGiven ? wanted.timing : fromWhereItWas(wanted.timing, found, at);
  const schedule = { ...wanted, timing, life, shard, createdAt, ...(pausedAt !== undefined && { pausedAt }) };
  if (isPaused === undefined) return schedule;
  return isPaused ? paused(schedule, at) : resumed(schedule, drawn);
}

export function paused(schedule: ChangedSchedule, at: number): ChangedSchedule {
  return { ...schedule, pausedAt: schedule.pausedAt ?? at };
}

/** The schedule with a new life, so that the runs which the pause took away are not those after it. */
export function resumed({ pausedAt, ...schedule }: ChangedSchedule, drawn: Drawn): ChangedSchedule {
  return pausedAt === undefined ? schedule : { ...schedule, life: drawn().life };
}

/** What is left of a deleted schedule. */
export function removed(schedule: Schedule, at: number): ChangedSchedule {
  return { ...schedule, deletedAt: schedule.deletedAt ?? at };
}

/** The edition of a schedule after a change. */
export function editionAfter(found: Schedule | undefined, { life, timing }: ChangedSchedule): number {
  if (found === undefined) return 1;
  const isSame = found.life === life && textOf(found.timing) === textOf(timing);
  return found.edition + (isSame ? 0 : 1);
}

/**
 * The timings from before a change of which runs may still be ahead: those that ended after the instant `since`, and
 * that of `found` if it made runs. Of equal ones, the one that ended last is enough.
 */
export function formerTimings(found: Schedule | undefined, since: number, at: number): readonly FormerTiming[] {
  const latest = isActive(found)
    ? [{ life: found.life, shard: found.shard, timing: found.timing, event: withoutContents(found.event), endedAt: at }]
    : [];
  const all = [...(found?.former ?? []), ...latest].filter(({ endedAt }) => endedAt > since);
  return [...new Map(all.map((one) => [`${one.life} ${textOf(one.timing)}`, one])).values()];
}

/**
 * The end of the former timing that must be forgotten before a schedule has no more of them than it may hold; undefined
 * if that is so already.
 */
export function endOfOneTooMany(former: readonly FormerTiming[]): number | undefined {
  const ends = former.map(({ endedAt }) => endedAt).sort((one, other) => one - other);
  return ends[former.length - MOST_FORMER - 1];
}

/** A text that is the same for equal timings. A table may return their fields in another order. */
function textOf(timing: Timing): string {
  return JSON.stringify(Object.entries(timing).sort());
}

function withoutContents(event: ScheduledEvent): ScheduledEvent {
  const { failureUrl, callbackUrl, ...rest } = event;
  return { ...rest, headers: [], body: undefined, tags: [] };
}

function fromWhereItWas(timing: Timing, found: Schedule | undefined, at: number): Timing {
  if (found === undefined || !('every' in timing) || !('every' in found.timing)) return timing;
  const goesOn = found.timing.every === timing.every && found.timing.from <= at;
  return goesOn ? { ...timing, from: found.timing.from } : timing;
}

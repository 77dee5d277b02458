import { DAY } from '../durations.ts';
import { type CronExpression, fitsDay } from './cron-expression.ts';
import { type OffsetPeriod, offsetPeriodAt } from './time-zone.ts';

/** A stretch of time without its beginning, and with its end. */
export type Stretch = { readonly after: number; readonly upTo: number };

/**
 * The instants of an expression in a stretch, the earliest first.
 *
 * A time of the day happens when the wall clock first shows it or a later time. So a time that the clock skips happens
 * at the end of the gap, and a time that it shows twice happens the first time. Where hours pass, an instant is each
 * minute at which the clock shows a time that fits.
 */
export function* cronInstants(cron: CronExpression, timeZone: string, stretch: Stretch): Generator<number> {
  let latest = stretch.after;
  for (const period of periodsIn(timeZone, stretch)) {
    for (const shown of matches(cron, shownIn(cron, period, stretch))) {
      const instant = instantOf(shown, period);
      // Several times that a gap skips happen at one instant.
      if (instant > latest) yield instant;
      latest = instant;
    }
  }
}

/** The instants of an expression in a stretch, the latest first. */
export function* cronInstantsBackwards(cron: CronExpression, timeZone: string, stretch: Stretch): Generator<number> {
  let earliest = Number.POSITIVE_INFINITY;
  for (const period of periodsBackwardsIn(timeZone, stretch)) {
    for (const shown of matchesBackwards(cron, shownIn(cron, period, stretch))) {
      const instant = instantOf(shown, period);
      if (instant < earliest) yield instant;
      earliest = instant;
    }
  }
}

function* periodsIn(timeZone: string, { after, upTo }: Stretch): Generator<OffsetPeriod> {
  let period = offsetPeriodAt(timeZone, after);
  yield period;
  while (period.endsAt <= upTo) {
    period = offsetPeriodAt(timeZone, period.endsAt);
    yield period;
  }
}

function* periodsBackwardsIn(timeZone: string, { after, upTo }: Stretch): Generator<OffsetPeriod> {
  let period = offsetPeriodAt(timeZone, upTo);
  yield period;
  while (period.startsAt > after + 1) {
    period = offsetPeriodAt(timeZone, period.startsAt - 1);
    yield period;
  }
}

/** What a wall clock shows from `first` to before `end`, as if it showed UTC. */
type Shown = { readonly first: number; readonly end: number };

/**
 * What the wall clock shows in the part of a period that lies in a stretch. The times of a gap belong to the period
 * behind the gap, and repeated times to the period that shows them first.
 */
function shownIn({ hoursPass }: CronExpression, period: OffsetPeriod, { after, upTo }: Stretch): Shown {
  const { startsAt, endsAt, offset, offsetBefore } = period;
  const start = startsAt + (hoursPass ? offset : offsetBefore);
  const first = after < startsAt ? start : Math.max(start, after + 1 + offset);
  return { first, end: Math.min(endsAt, upTo + 1) + offset };
}

function instantOf(shown: number, { startsAt, offset }: OffsetPeriod): number {
  return Math.max(startsAt, shown - offset);
}

function* matches(cron: CronExpression, { first, end }: Shown): Generator<number> {
  for (let day = midnightBefore(first); day < end; day += DAY) {
    if (!fitsDay(cron, day)) continue;
    for (const time of cron.times) {
      if (day + time >= end) return;
      if (day + time >= first) yield day + time;
    }
  }
}

function* matchesBackwards(cron: CronExpression, { first, end }: Shown): Generator<number> {
  for (let day = midnightBefore(end - 1); day + DAY > first; day -= DAY) {
    if (!fitsDay(cron, day)) continue;
    for (const time of cron.times.toReversed()) {
      if (day + time < first) return;
      if (day + time < end) yield day + time;
    }
  }
}

function midnightBefore(shown: number): number {
  return Math.floor(shown / DAY) * DAY;
}

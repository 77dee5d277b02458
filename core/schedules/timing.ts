import { DAY, SECOND } from '../durations.ts';
import { type CronExpression, parseCron } from './cron-expression.ts';
import { cronInstants, cronInstantsBackwards, type Stretch } from './cron-instants.ts';
import { remembered } from './remembered.ts';
import { parseTimeZone } from './time-zone.ts';

/** When something happens again and again. It is plain data, and `parseTiming` has found it valid. */
export type Timing = CronTiming | IntervalTiming;

/** The times of a wall clock. None is before `from` or after `until`; one can be at each of them. */
type CronTiming = {
  readonly cron: string;
  readonly timeZone: string;
  readonly from?: number;
  readonly until?: number;
};

/** The instant `from` and every instant that is a multiple of `every` milliseconds later, up to and with `until`. */
type IntervalTiming = { readonly every: number; readonly from: number; readonly until?: number };

/** A timing as its author writes it. Instants are in epoch milliseconds, and `every` is in seconds. */
export type GivenTiming = {
  readonly cron?: string | undefined;
  readonly timeZone?: string | undefined;
  readonly every?: number | undefined;
  readonly from?: number | undefined;
  readonly until?: number | undefined;
};

/** The field that is wrong, by its name in `GivenTiming`, and what to do, in words for its author. */
export type RefusedTiming = { readonly refused: string; readonly field: keyof GivenTiming };

/** The least and the most seconds of `every`. */
export const everyBounds = [60, (366 * DAY) / SECOND] as const;

// Parsing takes longer than finding the next instant, so what was parsed is kept.
const MOST_EXPRESSIONS = 1_000;
const expressions = new Map<string, CronExpression>();

/** @param startsAt The instant from which `every` counts if `from` is not given. */
export function parseTiming(given: GivenTiming, startsAt: number): { readonly timing: Timing } | RefusedTiming {
  const { cron, every, from, until } = given;
  if (cron !== undefined && every !== undefined)
    return { field: 'every', refused: 'A schedule has either cron or every. Remove one of them.' };
  if (from !== undefined && until !== undefined && until < from)
    return { field: 'until', refused: 'until is before from. Give a later until, or an earlier from.' };
  const parsed = every === undefined ? parseCronTiming(given) : parseInterval(given, every, startsAt);
  if ('refused' in parsed || from === undefined || until === undefined) return parsed;
  const isEmpty = nextInstant(parsed.timing, from - 1) === undefined;
  return isEmpty ? { field: 'until', refused: 'No instant lies between from and until. Give a later until.' } : parsed;
}

/**
 * Whether this process can compute the instants of a timing. It cannot if it does not know the time zone, for instance
 * because a newer one has stored the timing.
 */
export function isComputable(timing: Timing): boolean {
  if ('every' in timing) return true;
  return parseTimeZone(timing.timeZone) !== undefined && !('refused' in parseCron(timing.cron));
}

/** The first instant behind another one; undefined if there is none, because of `until`. */
export function nextInstant(timing: Timing, after: number): number | undefined {
  const [next] = instantsAfter(timing, after).take(1);
  return next;
}

/**
 * The instants behind another one, the earliest first. Each is computed when it is taken. They end only if there is an
 * `until`.
 */
export function instantsAfter(timing: Timing, after: number): Generator<number> {
  return forwards(timing, within(timing, { after, upTo: Number.POSITIVE_INFINITY }));
}

/** All instants of a stretch, the earliest first. */
export function instantsIn(timing: Timing, stretch: Stretch): readonly number[] {
  return [...forwards(timing, within(timing, stretch))];
}

/**
 * The latest `count` instants of a stretch, the earliest first. The work does not grow with the number of the other
 * instants.
 */
export function latestInstantsIn(timing: Timing, stretch: Stretch, count: number): readonly number[] {
  return backwards(timing, within(timing, stretch)).take(count).toArray().toReversed();
}

function parseCronTiming(given: GivenTiming): { readonly timing: CronTiming } | RefusedTiming {
  const { cron, timeZone = 'UTC', from, until } = given;
  if (cron === undefined)
    return {
      field: 'cron',
      refused: 'A schedule has cron, as in 0 9 * * 1-5, or every, in seconds. Give one of them.',
    };
  const parsed = parseCron(cron);
  if ('refused' in parsed) return { field: 'cron', ...parsed };
  const zone = parseTimeZone(timeZone);
  if (zone === undefined)
    return {
      field: 'timeZone',
      refused: `There is no time zone ${timeZone}. Give a name of the IANA database, as in Europe/Berlin or UTC.`,
    };
  return { timing: { cron: cron.trim(), timeZone: zone, ...bounds(from, until) } };
}

function parseInterval(
  { timeZone, from, until }: GivenTiming,
  every: number,
  startsAt: number,
): { readonly timing: IntervalTiming } | RefusedTiming {
  const [least, most] = everyBounds;
  if (!Number.isInteger(every) || every < least || every > most)
    return { field: 'every', refused: `every is a whole number of seconds from ${least} (a minute) to ${most}.` };
  if (timeZone !== undefined)
    return { field: 'timeZone', refused: 'every counts seconds that pass, in no time zone. Remove the time zone.' };
  return { timing: { every: every * SECOND, from: from ?? startsAt, ...bounds(undefined, until) } };
}

function bounds(from: number | undefined, until: number | undefined) {
  return { ...(from !== undefined && { from }), ...(until !== undefined && { until }) };
}

/** The part of a stretch from `from` to `until`. It is empty if `after` is not before `upTo`. */
function within(
  { from = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY }: Timing,
  stretch: Stretch,
): Stretch {
  return { after: Math.max(stretch.after, from - 1), upTo: Math.min(stretch.upTo, until) };
}

function* forwards(timing: Timing, stretch: Stretch): Generator<number> {
  if ('cron' in timing) return yield* cronInstants(expressionOf(timing), timing.timeZone, stretch);
  const { every, from } = timing;
  for (let at = from + every * (stepsUpTo(timing, stretch.after) + 1); at <= stretch.upTo; at += every) yield at;
}

function* backwards(timing: Timing, stretch: Stretch): Generator<number> {
  if ('cron' in timing) return yield* cronInstantsBackwards(expressionOf(timing), timing.timeZone, stretch);
  const { every, from } = timing;
  for (let at = from + every * stepsUpTo(timing, stretch.upTo); at > stretch.after; at -= every) yield at;
}

/** The number of intervals between `from` and the latest instant up to `at`; negative if there is none. */
function stepsUpTo({ every, from }: IntervalTiming, at: number): number {
  return Math.floor((at - from) / every);
}

function expressionOf({ cron }: CronTiming): CronExpression {
  return remembered(expressions, MOST_EXPRESSIONS, cron, () => {
    const parsed = parseCron(cron);
    if ('refused' in parsed) throw new Error(`The stored cron expression ${cron} is not valid: ${parsed.refused}`);
    return parsed.cron;
  });
}

import { describe, expect, test } from '@jest/globals';
import { Cron } from 'croner';
import fc from 'fast-check';
import { DAY, HOUR, MINUTE } from '../../../core/durations.ts';
import { type CronExpression, fitsDay, parseCron } from '../../../core/schedules/cron-expression.ts';
import { cronInstants, cronInstantsBackwards } from '../../../core/schedules/cron-instants.ts';

// More expressions, or other ones: RUNS=2000 SEED=2 npm run jest -- test/core/schedules/cron-oracles
const RUNS = Number(process.env.RUNS ?? 10);
const SEED = Number(process.env.SEED ?? 1);

const field = (low: number, high: number) =>
  fc.oneof(
    fc.constant('*'),
    fc.integer({ min: low, max: high }).map(String),
    fc.integer({ min: 2, max: Math.min(15, high) }).map((step) => `*/${step}`),
    fc
      .tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high }))
      .map(([one, other]) => `${Math.min(one, other)}-${Math.max(one, other)}`),
    fc.uniqueArray(fc.integer({ min: low, max: high }), { minLength: 2, maxLength: 3 }).map((list) => list.join(',')),
  );

const nearAChange = fc
  .tuple(
    field(0, 59),
    field(0, 23),
    fc.constantFrom('*', '*', '28', '*/2', '1-7', 'L'),
    fc.constantFrom('*', '*', '0', '1-5', '6,0', '0L', '0#1'),
  )
  .map(([minute, hour, date, weekday]) => `${minute} ${hour} ${date} * ${weekday}`);

const anywhere = fc
  .tuple(field(0, 59), field(0, 23), field(1, 28), field(1, 12), fc.constantFrom('*', '0', '1-5', '2,4', '5#2', '3#5'))
  .map((fields) => fields.join(' '));

describe('the instants around a clock change are those that a walk over every minute finds', () => {
  test.each([
    ['Europe/Berlin', '2027-03-27T00:00Z'],
    ['Europe/Berlin', '2027-10-30T00:00Z'],
    ['America/New_York', '2027-03-13T00:00Z'],
    ['America/New_York', '2027-11-06T00:00Z'],
    ['Australia/Lord_Howe', '2027-04-02T00:00Z'],
    ['Australia/Lord_Howe', '2027-10-01T00:00Z'],
    ['Asia/Beirut', '2027-03-26T00:00Z'],
    ['Asia/Beirut', '2027-10-29T00:00Z'],
    ['Antarctica/Troll', '2027-03-27T00:00Z'],
    ['Antarctica/Troll', '2027-10-30T00:00Z'],
    ['America/Sao_Paulo', '2018-11-03T00:00Z'],
    ['America/Sao_Paulo', '2019-02-15T00:00Z'],
    ['Pacific/Apia', '2011-12-29T00:00Z'],
    ['Asia/Kathmandu', '2027-01-30T00:00Z'],
  ])('in %s from %s', (timeZone, start) => {
    const stretch = { after: Date.parse(start), upTo: Date.parse(start) + 60 * HOUR };
    const clock = clockOf(timeZone, stretch.after - DAY - 3 * HOUR, stretch.upTo);
    fc.assert(
      fc.property(nearAChange, (text) => {
        const cron = parsed(text);
        const expected = walk(cron, clock).filter((instant) => instant > stretch.after);
        expect([...cronInstants(cron, timeZone, stretch)]).toEqual(expected);
        expect([...cronInstantsBackwards(cron, timeZone, stretch)].reverse()).toEqual(expected);
      }),
      { numRuns: RUNS, seed: SEED },
    );
  });
});

test('the next instant in UTC is the one that croner finds', () => {
  const start = fc.integer({ min: Date.UTC(2027) / MINUTE, max: Date.UTC(2029) / MINUTE });
  fc.assert(
    fc.property(anywhere, start, (text, minute) => {
      const after = minute * MINUTE;
      const [next] = cronInstants(parsed(text), 'UTC', { after, upTo: Number.POSITIVE_INFINITY }).take(1);
      expect(next).toBe(new Cron(text, { timezone: 'UTC' }).nextRun(new Date(after))?.getTime());
    }),
    { numRuns: 20 * RUNS, seed: SEED },
  );
});

function parsed(text: string): CronExpression {
  const result = parseCron(text);
  if ('refused' in result) throw new Error(`${text}: ${result.refused}`);
  return result.cron;
}

type Minute = { readonly instant: number; readonly shown: number };

/** Each minute of a stretch, with what a wall clock shows then, as if it showed UTC. */
function clockOf(timeZone: string, from: number, upTo: number): readonly Minute[] {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  const count = (upTo - from) / MINUTE;
  return Array.from({ length: count + 1 }, (_, index) => {
    const instant = from + index * MINUTE;
    return { instant, shown: Date.parse(`${format.format(instant).replace(' ', 'T')}Z`) };
  });
}

/**
 * What the rules say, minute by minute. Where hours pass, each minute fits that shows a time that fits. Otherwise a time
 * fits at the first minute that shows it or, if the clock skips it, the next time.
 */
function walk(cron: CronExpression, clock: readonly Minute[]): readonly number[] {
  let reached = clock[0]?.shown ?? 0;
  return clock.flatMap(({ instant, shown }) => {
    if (cron.hoursPass) return fits(cron, shown) ? [instant] : [];
    const isNow = minutesBetween(reached, shown).some((minute) => fits(cron, minute));
    reached = Math.max(reached, shown);
    return isNow ? [instant] : [];
  });
}

/** The minutes after one and up to another. */
function minutesBetween(after: number, upTo: number): readonly number[] {
  return Array.from({ length: Math.max(0, (upTo - after) / MINUTE) }, (_, index) => after + (index + 1) * MINUTE);
}

function fits(cron: CronExpression, shown: number): boolean {
  const midnight = Math.floor(shown / DAY) * DAY;
  const minutes = (shown - midnight) / MINUTE;
  if (!cron.minutes.includes(minutes % 60) || !cron.hours.includes(Math.floor(minutes / 60))) return false;
  return fitsDay(cron, midnight);
}

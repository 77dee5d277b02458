import { describe, expect, test } from '@jest/globals';
import { DAY, HOUR, MINUTE } from '../../../core/durations.ts';
import {
  everyBounds,
  type GivenTiming,
  instantsAfter,
  instantsIn,
  latestInstantsIn,
  nextInstant,
  parseTiming,
  type Timing,
} from '../../../core/schedules/timing.ts';

const NOW = Date.parse('2027-01-01T00:00Z');

describe('a clock change', () => {
  test.each([
    // The clock goes from 02:00 to 03:00 on 28 March, and from 03:00 to 02:00 on 31 October.
    ['30 2 * * *', 'Europe/Berlin', '2027-03-27T12:00Z', ['03-28T01:00', '03-29T00:30', '03-30T00:30']],
    ['0,30 2 * * *', 'Europe/Berlin', '2027-03-27T12:00Z', ['03-28T01:00', '03-29T00:00', '03-29T00:30']],
    ['30 2,3 * * *', 'Europe/Berlin', '2027-03-27T12:00Z', ['03-28T01:00', '03-28T01:30', '03-29T00:30']],
    ['0 3 * * *', 'Europe/Berlin', '2027-03-27T12:00Z', ['03-28T01:00', '03-29T01:00']],
    ['30 * * * *', 'Europe/Berlin', '2027-03-28T00:00Z', ['03-28T00:30', '03-28T01:30', '03-28T02:30']],
    ['30 */2 * * *', 'Europe/Berlin', '2027-03-28T00:00Z', ['03-28T02:30', '03-28T04:30']],
    ['30 2 * * *', 'Europe/Berlin', '2027-10-30T12:00Z', ['10-31T00:30', '11-01T01:30']],
    ['0,30 2 * * *', 'Europe/Berlin', '2027-10-30T12:00Z', ['10-31T00:00', '10-31T00:30', '11-01T01:00']],
    ['30 1-3 * * *', 'Europe/Berlin', '2027-10-30T12:00Z', ['10-30T23:30', '10-31T00:30', '10-31T02:30']],
    ['30 * * * *', 'Europe/Berlin', '2027-10-31T00:00Z', ['10-31T00:30', '10-31T01:30', '10-31T02:30']],
    ['30 */2 * * *', 'Europe/Berlin', '2027-10-30T23:00Z', ['10-31T00:30', '10-31T01:30', '10-31T03:30']],
    // From 02:00 to 03:00 on 14 March, and from 02:00 to 01:00 on 7 November.
    ['15 2 * * *', 'America/New_York', '2027-03-13T12:00Z', ['03-14T07:00', '03-15T06:15']],
    ['15 1 * * *', 'America/New_York', '2027-11-06T12:00Z', ['11-07T05:15', '11-08T06:15']],
    ['15 * * * *', 'America/New_York', '2027-11-07T05:00Z', ['11-07T05:15', '11-07T06:15', '11-07T07:15']],
    // Half an hour: from 02:00 to 02:30 on 3 October, and from 02:00 to 01:30 on 4 April.
    ['15 2 * * *', 'Australia/Lord_Howe', '2027-10-02T00:00Z', ['10-02T15:30', '10-03T15:15']],
    ['45 1 * * *', 'Australia/Lord_Howe', '2027-04-03T00:00Z', ['04-03T14:45', '04-04T15:15']],
    ['45 * * * *', 'Australia/Lord_Howe', '2027-04-03T14:00Z', ['04-03T14:45', '04-03T15:15', '04-03T16:15']],
    // Around midnight: from 00:00 to 01:00 on 28 March, and from 24:00 to 23:00 on 30 October.
    ['0 0 * * *', 'Asia/Beirut', '2027-03-27T12:00Z', ['03-27T22:00', '03-28T21:00']],
    ['30 23 * * *', 'Asia/Beirut', '2027-10-30T12:00Z', ['10-30T20:30', '10-31T21:30']],
    ['0 0 * * 0', 'Asia/Beirut', '2027-10-30T12:00Z', ['10-30T22:00', '11-06T22:00']],
    // Two hours: from 01:00 to 03:00 on 28 March, and from 03:00 to 01:00 on 31 October.
    ['30 1,2 * * *', 'Antarctica/Troll', '2027-03-27T12:00Z', ['03-28T01:00', '03-28T23:30', '03-29T00:30']],
    ['30 1,2 * * *', 'Antarctica/Troll', '2027-10-30T12:00Z', ['10-30T23:30', '10-31T00:30', '11-01T01:30']],
    ['0 * * * *', 'Antarctica/Troll', '2027-10-31T00:00Z', ['10-31T01:00', '10-31T02:00', '10-31T03:00']],
    // A whole day: 30 December 2011 is skipped.
    ['0 9 * * *', 'Pacific/Apia', '2011-12-29T00:00Z', ['12-29T19:00', '12-30T10:00', '12-30T19:00']],
    ['0 * * * *', 'Pacific/Apia', '2011-12-30T08:30Z', ['12-30T09:00', '12-30T10:00', '12-30T11:00']],
    ['0 9 30 * *', 'Pacific/Apia', '2011-12-01T00:00Z', ['12-30T10:00']],
    // From 00:00 to 01:00 on 4 November 2018, and from 24:00 to 23:00 on 16 February 2019.
    ['0 0 * * *', 'America/Sao_Paulo', '2018-11-03T12:00Z', ['11-04T03:00', '11-05T02:00']],
    ['30 23 * * *', 'America/Sao_Paulo', '2019-02-16T12:00Z', ['02-17T01:30', '02-18T02:30']],
    ['30 * * * *', 'America/Sao_Paulo', '2019-02-17T01:00Z', ['02-17T01:30', '02-17T02:30', '02-17T03:30']],
    // Half an hour past the hours of UTC all the year.
    ['0 0 * * *', 'Asia/Kathmandu', '2027-01-01T00:00Z', ['01-01T18:15', '01-02T18:15']],
  ])('moves the instants of %s in %s after %s to %j', (cron, timeZone, after, expected) => {
    expect(next({ cron, timeZone }, after, expected.length).map((instant) => instant.slice(5))).toEqual(expected);
  });
});

describe('the days of', () => {
  test.each([
    ['0 0 29 2 *', ['2028-02-29', '2032-02-29', '2036-02-29']],
    ['0 0 31 * *', ['2027-01-31', '2027-03-31', '2027-05-31', '2027-07-31', '2027-08-31']],
    ['0 0 L * *', ['2027-01-31', '2027-02-28', '2027-03-31', '2027-04-30']],
    ['0 0 L 2 *', ['2027-02-28', '2028-02-29', '2029-02-28']],
    ['0 0 15,L * *', ['2027-01-15', '2027-01-31', '2027-02-15', '2027-02-28']],
    ['0 0 * * 5L', ['2027-01-29', '2027-02-26', '2027-03-26', '2027-04-30']],
    ['0 0 * * friL', ['2027-01-29', '2027-02-26', '2027-03-26']],
    ['0 0 * * 1#2', ['2027-01-11', '2027-02-08', '2027-03-08']],
    ['0 0 * * mon#1,mon#3', ['2027-01-04', '2027-01-18', '2027-02-01', '2027-02-15']],
    ['0 0 * * 1#5', ['2027-03-29', '2027-05-31', '2027-08-30']],
    ['0 0 * 2 1#5', ['2044-02-29', '2072-02-29', '2112-02-29']],
    ['0 0 13 * 5', ['2027-01-08', '2027-01-13', '2027-01-15']],
    ['0 0 ? * sat-sun', ['2027-01-02', '2027-01-03', '2027-01-09']],
    ['0 0 * * 7', ['2027-01-03', '2027-01-10']],
    ['0 0 1-10/4 JAN,Feb ?', ['2027-01-05', '2027-01-09', '2027-02-01', '2027-02-05']],
    ['0 0 30/7 * *', ['2027-01-30', '2027-03-30', '2027-04-30']],
    ['0 0 * * */3', ['2027-01-02', '2027-01-03', '2027-01-06', '2027-01-09']],
    ['@yearly', ['2028-01-01', '2029-01-01']],
    ['@monthly', ['2027-02-01', '2027-03-01']],
    ['@weekly', ['2027-01-03', '2027-01-10']],
    [' @Daily ', ['2027-01-02', '2027-01-03']],
  ])('%s are those of the calendar', (cron, days) => {
    expect(next({ cron }, '2027-01-01T00:00Z', days.length)).toEqual(days.map((day) => `${day}T00:00`));
  });
});

test.each([
  ['* * * * *', ['12:01', '12:02']],
  ['5/15 * * * *', ['12:05', '12:20', '12:35', '12:50', '13:05']],
  ['*/20 9,17 * * *', ['17:00', '17:20', '17:40']],
  ['50,10-12 * * * *', ['12:10', '12:11', '12:12', '12:50']],
  ['@hourly', ['13:00', '14:00']],
])('the times of %s are those of the clock', (cron, times) => {
  expect(next({ cron }, '2027-01-01T12:00Z', times.length)).toEqual(times.map((time) => `2027-01-01T${time}`));
});

describe('an interval', () => {
  test('counts the seconds that pass from its beginning, whatever the clock shows', () => {
    expect(next({ every: 90, from: Date.parse('2027-01-01T00:00:07Z') }, '2026-12-01T00:00Z', 3)).toEqual([
      '2027-01-01T00:00:07',
      '2027-01-01T00:01:37',
      '2027-01-01T00:03:07',
    ]);
  });

  test('begins when the schedule starts, unless it says from when', () => {
    expect(timingOf({ every: 600 })).toEqual({ every: 10 * MINUTE, from: NOW });
    expect(nextInstant(timingOf({ every: 600 }), NOW)).toBe(NOW + 10 * MINUTE);
  });

  test('takes its next instant without counting the intervals before', () => {
    const from = Date.parse('1990-01-01T00:00Z');
    expect(nextInstant(timingOf({ every: 60, from }), NOW + 1)).toBe(NOW + MINUTE);
  });
});

describe('from and until', () => {
  const [from, until] = [NOW + 2 * HOUR, NOW + 4 * HOUR];

  test.each<GivenTiming>([{ cron: '0 * * * *' }, { every: 3_600 }])(
    'bound the instants of %j, and belong to them',
    (given) => {
      const timing = timingOf({ ...given, from, until });
      expect([...instantsAfter(timing, NOW).take(9)]).toEqual([from, from + HOUR, until]);
      expect(nextInstant(timing, until)).toBeUndefined();
      expect(nextInstant(timing, until - 1)).toBe(until);
      expect(instantsIn(timing, { after: NOW, upTo: from - 1 })).toEqual([]);
      expect(latestInstantsIn(timing, { after: NOW, upTo: NOW + DAY }, 2)).toEqual([from + HOUR, until]);
      expect(latestInstantsIn(timing, { after: until, upTo: NOW + DAY }, 2)).toEqual([]);
    },
  );
});

describe('a stretch of time', () => {
  test.each<GivenTiming>([{ cron: '0 * * * *' }, { every: 3_600 }])(
    'has its end and not its beginning, for %j',
    (given) => {
      const stretch = { after: NOW, upTo: NOW + 3 * HOUR };
      const expected = [NOW + HOUR, NOW + 2 * HOUR, NOW + 3 * HOUR];
      expect(instantsIn(timingOf(given), stretch)).toEqual(expected);
      expect(latestInstantsIn(timingOf(given), stretch, 2)).toEqual(expected.slice(1));
      expect(latestInstantsIn(timingOf(given), stretch, 100)).toEqual(expected);
      expect(latestInstantsIn(timingOf(given), stretch, 0)).toEqual([]);
    },
  );

  test('of a hundred years gives its latest instants without a walk over the others', () => {
    const stretch = { after: NOW, upTo: Date.parse('2127-01-01T00:00Z') };
    const latest = latestInstantsIn(timingOf({ cron: '* * * * *', timeZone: 'Europe/Berlin' }), stretch, 2);
    expect(latest).toEqual([stretch.upTo - MINUTE, stretch.upTo]);
    expect(latestInstantsIn(timingOf({ every: 60 }), stretch, 1)).toEqual([stretch.upTo]);
  });
});

function timingOf(given: GivenTiming): Timing {
  const parsed = parseTiming(given, NOW);
  if ('refused' in parsed) throw new Error(parsed.refused);
  return parsed.timing;
}

function next(given: GivenTiming, after: string, count: number): readonly string[] {
  const instants = instantsAfter(timingOf(given), Date.parse(after)).take(count);
  return instants.map((instant) => new Date(instant).toISOString().replace(/(:00)?\.000Z$/, '')).toArray();
}

describe('a timing is refused', () => {
  const [least, most] = everyBounds;

  test.each<[GivenTiming, keyof GivenTiming, string]>([
    [{}, 'cron', 'A schedule has cron, as in 0 9 * * 1-5, or every, in seconds. Give one of them.'],
    [{ cron: '* * * * *', every: 60 }, 'every', 'A schedule has either cron or every. Remove one of them.'],
    [{ every: least - 1 }, 'every', `every is a whole number of seconds from 60 (a minute) to ${most}.`],
    [{ every: most + 1 }, 'every', `every is a whole number of seconds from 60 (a minute) to ${most}.`],
    [{ every: 60.5 }, 'every', `every is a whole number of seconds from 60 (a minute) to ${most}.`],
    [
      { every: 60, timeZone: 'UTC' },
      'timeZone',
      'every counts seconds that pass, in no time zone. Remove the time zone.',
    ],
    [
      { cron: '* * * * *', timeZone: 'Europe/Atlantis' },
      'timeZone',
      'There is no time zone Europe/Atlantis. Give a name of the IANA database, as in Europe/Berlin or UTC.',
    ],
    [
      { cron: '* * * * *', timeZone: '+02:00' },
      'timeZone',
      'There is no time zone +02:00. Give a name of the IANA database, as in Europe/Berlin or UTC.',
    ],
    [
      { every: 60, from: NOW, until: NOW - 1 },
      'until',
      'until is before from. Give a later until, or an earlier from.',
    ],
    [
      { cron: '0 0 29 2 *', from: NOW, until: NOW + 365 * DAY },
      'until',
      'No instant lies between from and until. Give a later until.',
    ],
  ])('for %j, at %s: %s', (given, field, refused) => {
    expect(parseTiming(given, NOW)).toEqual({ field, refused });
  });
});

test.each([
  ['europe/berlin', 'Europe/Berlin'],
  ['utc', 'UTC'],
  ['Asia/Kolkata', 'Asia/Kolkata'],
  ['US/Eastern', 'US/Eastern'],
])('the time zone %s is kept as %s', (timeZone, kept) => {
  expect(timingOf({ cron: '@daily', timeZone })).toEqual({ cron: '@daily', timeZone: kept });
});

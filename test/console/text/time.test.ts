import { expect, test } from '@jest/globals';
import {
  clockTime,
  dayAndTime,
  exactTime,
  fieldTime,
  instantOfField,
  lengthOfTime,
  relativeTime,
} from '../../../console/text/time.ts';

const NOON = Date.UTC(2026, 2, 28, 12);
const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000];

test.each([
  [0, 'now'],
  [-999, 'now'],
  [-SECOND, '1 sec. ago'],
  [-59_999, '59 sec. ago'],
  [-MINUTE, '1 min. ago'],
  [89 * MINUTE, 'in 1 hr.'],
  [115 * MINUTE, 'in 2 hr.'],
  [-115 * MINUTE, '2 hr. ago'],
  [-3 * DAY, '3 days ago'],
  [20 * SECOND, 'in 20 sec.'],
])('an instant %i ms from now is said as %s', (distance, text) => {
  expect(relativeTime(NOON + distance, NOON)).toBe(text);
});

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [1_000, '1 s'],
  [2_549, '2.5 s'],
  [MINUTE, '1 min'],
  [185_000, '3 min 5 s'],
  [2 * HOUR + 4 * MINUTE, '2 h 4 min'],
  [2 * DAY + 4 * HOUR, '2 d 4 h'],
  [-1_500, '-1.5 s'],
])('a length of %i ms is said as %s', (milliseconds, text) => {
  expect(lengthOfTime(milliseconds)).toBe(text);
});

test('an exact instant names its zone, also where the clocks are being changed', () => {
  expect(exactTime(NOON + 123, 'UTC')).toBe('2026-03-28 12:00:00.123 UTC');
  const change = Date.UTC(2026, 2, 29, 1);
  expect(exactTime(change - 1, 'Europe/Berlin')).toBe('2026-03-29 01:59:59.999 CET');
  expect(exactTime(change, 'Europe/Berlin')).toBe('2026-03-29 03:00:00.000 CEST');
});

test('an instant of a schedule has its day of the week, and seconds if there are any', () => {
  const change = Date.UTC(2026, 2, 29, 1);
  expect(dayAndTime(change, 'Europe/Berlin')).toBe('Sun, 29 Mar 2026, 03:00 CEST');
  expect(dayAndTime(change - 1_000, 'Europe/Berlin')).toBe('Sun, 29 Mar 2026, 01:59:59 CET');
});

test('the time of day has its date unless it is today in the zone', () => {
  expect(clockTime(NOON - HOUR, NOON, 'UTC')).toBe('11:00:00');
  expect(clockTime(NOON - HOUR, NOON, 'Pacific/Kiritimati')).toBe('01:00:00');
  expect(clockTime(NOON - 13 * HOUR, NOON, 'UTC')).toBe('2026-03-27 23:00:00');
});

test.each([
  ['UTC', '2026-11-29T12:00:00', Date.UTC(2026, 10, 29, 12)],
  ['Europe/Berlin', '2026-11-29T12:00:00', Date.UTC(2026, 10, 29, 11)],
  ['Europe/Berlin', '2026-03-29T01:59:59', Date.UTC(2026, 2, 29, 0, 59, 59)],
  ['Europe/Berlin', '2026-03-29T03:00:00', Date.UTC(2026, 2, 29, 1)],
  ['Asia/Kathmandu', '2026-01-01T00:00:00', Date.UTC(2025, 11, 31, 18, 15)],
  ['America/New_York', '2026-11-01T03:00:00', Date.UTC(2026, 10, 1, 8)],
])('in %s, %s is one instant and the same text again', (zone, text, instant) => {
  expect(instantOfField(text, zone)).toBe(instant);
  expect(fieldTime(instant, zone)).toBe(text);
});

test('a time without seconds is read, and an empty field is no instant', () => {
  expect(instantOfField('2026-11-29T12:00', 'UTC')).toBe(Date.UTC(2026, 10, 29, 12));
  expect(instantOfField('', 'UTC')).toBeUndefined();
});

test('a time that a zone skips in spring is moved ahead', () => {
  expect(fieldTime(instantOfField('2026-03-29T02:30:00', 'Europe/Berlin') ?? 0, 'Europe/Berlin')).toBe(
    '2026-03-29T03:30:00',
  );
});

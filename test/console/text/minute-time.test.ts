import { expect, test } from '@jest/globals';
import { minuteTime } from '../../../console/text/time.ts';

const now = Date.parse('2026-03-02T09:00Z');

test('an instant to the minute names its day unless that is today', () => {
  const texts = ['2026-03-02T08:59:59Z', '2026-03-01T23:00Z', '2026-02-27T23:00Z'].map((text) =>
    minuteTime(Date.parse(text), now, 'UTC'),
  );
  expect(texts).toEqual(['08:59', '23:00 yesterday', '27 Feb 23:00']);
});

test('today is the day of the chosen zone', () => {
  expect(minuteTime(Date.parse('2026-03-01T23:30Z'), now, 'Europe/Berlin')).toBe('00:30');
});

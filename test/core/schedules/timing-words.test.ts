import { expect, test } from '@jest/globals';
import { HOUR, MINUTE, SECOND } from '../../../core/durations.ts';
import { describeTiming } from '../../../core/schedules/timing-words.ts';

test.each([
  ['30 2 * * 1#1', 'At 02:30 on the first Monday of each month'],
  ['0 9 * * 1#1,1#3', 'At 09:00 on the first Monday and the third Monday of each month'],
  ['0 9 * 6 5L', 'At 09:00 on the last Friday of June'],
  ['30 2 * * *', 'At 02:30 every day'],
  ['0 9,17 * * *', 'At 09:00 and 17:00 every day'],
  ['0,30 9 * * *', 'At 09:00 and 09:30 every day'],
  ['0 9 * * 1-5', 'At 09:00 from Monday to Friday'],
  ['0 9 * * 0,5,6', 'At 09:00 from Friday to Sunday'],
  ['0 9 * * 0,6', 'At 09:00 on Saturdays and Sundays'],
  ['0 9 * 1,7 1', 'At 09:00 on Mondays in January and July'],
  ['0 9 * * 1,5L', 'At 09:00 on Mondays and on the last Friday of each month'],
  ['0 0 1 * *', 'At 00:00 on the 1st of each month'],
  ['0 0 2,3,11,22 * *', 'At 00:00 on the 2nd, the 3rd, the 11th and the 22nd of each month'],
  ['0 0 1-7 * *', 'At 00:00 from the 1st to the 7th of each month'],
  ['0 0 15,L * *', 'At 00:00 on the 15th and the last day of each month'],
  ['0 0 29 2 *', 'At 00:00 on the 29th of February'],
  ['0 0 13 * 5', 'At 00:00 on the 13th of each month and on Fridays'],
  ['0 0 * 6-8 *', 'At 00:00 every day in June, July and August'],
  ['* * * * *', 'Every minute'],
  ['* * * 12 *', 'Every minute in December'],
  ['*/15 * * * *', 'Every 15 minutes'],
  ['*/15 9-17 * * 1-5', 'Every 15 minutes from 09:00 to 17:45 from Monday to Friday'],
  ['* 9 * * *', 'Every minute from 09:00 to 09:59'],
  ['* 9,12 * * 1', 'Every minute in the hours 9 and 12 on Mondays'],
  ['1-59 * * * *', 'Every minute from 1 to 59 minutes past each hour'],
  ['0,1 */2 * * *', 'At 0 and 1 minutes past the hours 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20 and 22'],
  ['5/15 * * * *', 'At 5, 20, 35 and 50 minutes past each hour'],
  ['*/25 * * * *', 'At 0, 25 and 50 minutes past each hour'],
  ['0 * * * *', 'Every hour'],
  ['1 * * * *', 'At 1 minute past each hour'],
  ['30 9-17 * * *', 'Every hour from 09:30 to 17:30'],
  ['30 */2 * * *', 'Every 2 hours from 00:30 to 22:30'],
  ['0 */6 * * *', 'At 00:00, 06:00, 12:00 and 18:00 every day'],
  ['0 1-5,9-11 * * *', 'At 0 minutes past the hours 1, 2, 3, 4, 5, 9, 10 and 11'],
])('%s is described as: %s', (cron, words) => {
  expect(describeTiming({ cron, timeZone: 'Europe/Berlin' })).toBe(`${words}, Berlin time`);
});

test.each([
  ['UTC', 'UTC'],
  ['America/New_York', 'New York time'],
  ['America/Argentina/Buenos_Aires', 'Buenos Aires time'],
  ['Etc/GMT+5', 'in the time zone Etc/GMT+5'],
  ['US/Eastern', 'in the time zone US/Eastern'],
])('the time zone %s is described as: %s', (timeZone, words) => {
  expect(describeTiming({ cron: '@daily', timeZone })).toBe(`At 00:00 every day, ${words}`);
});

test.each([
  [MINUTE, 'Every minute'],
  [90 * SECOND, 'Every 90 seconds'],
  [90 * MINUTE, 'Every 90 minutes'],
  [HOUR, 'Every hour'],
  [48 * HOUR, 'Every 48 hours'],
])('an interval of %i ms is described as: %s', (every, words) => {
  expect(describeTiming({ every })).toBe(words);
});

test('an expression that is not valid has no description', () => {
  expect(describeTiming({ cron: '0 9 * *', timeZone: 'UTC' })).toBeUndefined();
});

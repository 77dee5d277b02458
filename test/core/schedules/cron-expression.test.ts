import { expect, test } from '@jest/globals';
import { parseCron } from '../../../core/schedules/cron-expression.ts';

const FIELDS = 'A cron expression has five fields: minute, hour, day of the month, month, day of the week.';

test.each([
  ['', `${FIELDS} This one has 0.`],
  ['* * * *', `${FIELDS} This one has 4.`],
  ['0 * * * * *', `${FIELDS} This one has six. Seconds and years are refused: the shortest unit is a minute.`],
  [`${'0,'.repeat(128)}0 * * * *`, 'A cron expression has at most 256 characters.'],
  ['@reboot', '@reboot is refused: it names no instant. Write five fields, or @daily.'],
  ['@every 5m', '@every is refused. Give the number of seconds as every, without cron.'],
  ['@noon', 'There is no @noon. There are @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly.'],
  ['60 * * * *', 'The minute is 60. Write a number from 0 to 59.'],
  ['0 24 * * *', 'The hour is 24. Write a number from 0 to 23.'],
  ['0 0 0 * *', 'The day of the month is 0. Write a number from 1 to 31.'],
  ['0 0 * 13 *', 'The month is 13. Write a number from 1 to 12, or a name from jan to dec.'],
  ['0 0 * * 8', 'The day of the week is 8. Write a number from 0 to 7, or a name from sun to sat.'],
  ['0 0 * june *', 'The month is june. Write a number from 1 to 12, or a name from jan to dec.'],
  ['-5 * * * *', 'The minute is -5. Something is missing. Write a number from 0 to 59.'],
  ['5-61 * * * *', 'The minute is 5-61. 61 is not allowed. Write a number from 0 to 59.'],
  ['1-2-3 * * * *', 'The minute is 1-2-3. A range has two ends.'],
  ['1,,2 * * * *', 'The minute is empty. Write a number from 0 to 59.'],
  ['+5 * * * *', 'The minute is +5. Write a number from 0 to 59.'],
  ['? * * * *', 'The minute is ?. Only a day can be ?. Write * instead.'],
  ['0 22-2 * * *', 'The hour is 22-2. The range runs backwards. Write 22-23,0-2.'],
  ['0 9 * * fri-mon', 'The day of the week is fri-mon. The range runs backwards. Write 5-6,0-1.'],
  [
    '*/90 * * * *',
    'The minute is */90. A step is from 1 to 59. For a longer interval, give its seconds as every, without cron.',
  ],
  [
    '0 */24 * * *',
    'The hour is */24. A step is from 1 to 23. For a longer interval, give its seconds as every, without cron.',
  ],
  ['0 0 */0 * *', 'The day of the month is */0. A step is from 1 to 31.'],
  ['0 0 1/2/3 * *', 'The day of the month is 1/2/3. There is more than one step.'],
  [
    '0 0 15W * *',
    'The day of the month is 15w. W is refused, because the queue knows no working days. Name the days of the week.',
  ],
  ['0 0 * * L', 'The day of the week is l. L stands for a day. The last Friday of a month is 5L.'],
  [
    '0 0 * * 1#6',
    'The day of the week is 1#6. Write a day with # and 1 to 5, as in 1#2 (the second Monday), or with L, as in 5L.',
  ],
  ['0 0 30 2 *', 'No year has such a day. Change the day or the month.'],
  ['0 0 31 4,6,9,11 *', 'No year has such a day. Change the day or the month.'],
])('%s is refused: %s', (text, refused) => {
  expect(parseCron(text)).toEqual({ refused });
});

test.each([
  ['* * * * *', true],
  ['0 */3 * * *', true],
  ['@hourly', true],
  ['0 0-23 * * *', false],
  ['0 5 * * *', false],
  ['@daily', false],
])('the hours of %s are hours that pass: %j', (text, hoursPass) => {
  expect(parseCron(text)).toMatchObject({ cron: { hoursPass } });
});

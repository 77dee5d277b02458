import { HOUR, MINUTE, SECOND } from '../durations.ts';
import { type CronExpression, type DaysOfMonth, type DaysOfWeek, parseCron } from './cron-expression.ts';

/** The part of a timing that words are made of. `every` is in milliseconds. */
export type DescribedTiming = { readonly cron: string; readonly timeZone: string } | { readonly every: number };

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July'],
  ...['August', 'September', 'October', 'November', 'December'],
];
const NTHS = ['first', 'second', 'third', 'fourth', 'fifth'];
const MINUTES_OF_AN_HOUR = 60;
const HOURS_OF_A_DAY = 24;
/** More times of a day than this are not listed one by one. */
const MOST_TIMES = 6;
/** The beginnings of the names of zones that end with the name of a place. */
const PLACE = /^(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)\/(?:.+\/)?(.+)$/;

/**
 * A timing in English, without a period at its end, as in “At 02:30 on the first Monday of each month, Berlin time”. It
 * says nothing of `from` and `until`. Undefined if the cron expression is not valid.
 */
export function describeTiming(timing: DescribedTiming): string | undefined {
  if ('every' in timing) return `Every ${durationOf(timing.every)}`;
  const parsed = parseCron(timing.cron);
  if ('refused' in parsed) return undefined;
  const parts = [timesOf(parsed.cron), ...daysOf(parsed.cron)];
  return `${parts.join(' ')}, ${zoneOf(timing.timeZone)}`;
}

/** An interval of a day is 24 hours, because it is as long on the days on which the clock changes. */
function durationOf(every: number): string {
  if (every % HOUR === 0) return counted(every / HOUR, 'hour');
  return every % MINUTE === 0 ? counted(every / MINUTE, 'minute') : `${every / SECOND} seconds`;
}

function counted(count: number, unit: string): string {
  return count === 1 ? unit : `${count} ${unit}s`;
}

function timesOf(cron: CronExpression): string {
  const { times, minutes, hours } = cron;
  if (areFew(cron)) return `At ${listOf(times.map(clockTime))}`;
  const isAllDay = hours.length === HOURS_OF_A_DAY;
  const span = `from ${clockTime(times[0])} to ${clockTime(times.at(-1))}`;
  const theHours = `the hours ${listOf(hours.map(String))}`;
  const hourStep = stepOf(hours);
  const minuteStep = MINUTES_OF_AN_HOUR / minutes.length;
  if (minutes[0] === 0 && minutes.length > 1 && stepOf(minutes) === minuteStep) {
    const hoursThatFit = hourStep === 1 ? ` ${span}` : ` in ${theHours}`;
    return `Every ${counted(minuteStep, 'minute')}${isAllDay ? '' : hoursThatFit}`;
  }
  if (minutes.length === 1 && isAllDay && minutes[0] === 0) return 'Every hour';
  if (minutes.length === 1 && !isAllDay && hourStep !== undefined) return `Every ${counted(hourStep, 'hour')} ${span}`;
  return `${minutesOf(minutes)} past ${isAllDay ? 'each hour' : theHours}`;
}

function minutesOf(minutes: readonly number[]): string {
  if (isRange(minutes)) return `Every minute from ${minutes[0]} to ${minutes.at(-1)} minutes`;
  return `At ${listOf(minutes.map(String))} ${minutes.length === 1 && minutes[0] === 1 ? 'minute' : 'minutes'}`;
}

function daysOf(cron: CronExpression): readonly string[] {
  const { daysOfMonth, daysOfWeek } = cron;
  const months =
    cron.months.length === MONTHS.length ? undefined : listOf(cron.months.map((month) => MONTHS[month - 1]));
  const inMonths = months === undefined ? [] : [`in ${months}`];
  if (daysOfMonth === undefined && daysOfWeek === undefined)
    return [...(areFew(cron) ? ['every day'] : []), ...inMonths];
  const ofMonths = `of ${months ?? 'each month'}`;
  const days = [
    ...(daysOfMonth === undefined ? [] : [`${datesOf(daysOfMonth)} ${ofMonths}`]),
    ...(daysOfWeek === undefined ? [] : weekdaysOf(daysOfWeek, inMonths, ofMonths)),
  ];
  return [days.join(' and ')];
}

function datesOf({ numbers, last }: DaysOfMonth): string {
  if (isRange(numbers) && !last) return `from the ${ordinal(numbers[0])} to the ${ordinal(numbers.at(-1))}`;
  return `on ${listOf([...numbers.map((number) => `the ${ordinal(number)}`), ...(last ? ['the last day'] : [])])}`;
}

function weekdaysOf({ weekdays, nths }: DaysOfWeek, inMonths: readonly string[], ofMonths: string): readonly string[] {
  // Sunday comes last, so that a weekend is one range.
  const numbers = weekdays.map((day) => (day === 0 ? WEEKDAYS.length : day)).sort((one, other) => one - other);
  const names = numbers.map((day) => WEEKDAYS[day % WEEKDAYS.length]);
  const plain = isRange(numbers)
    ? `from ${names[0]} to ${names.at(-1)}`
    : `on ${listOf(names.map((name) => `${name}s`))}`;
  const counts = nths.map(({ weekday, nth }) => `the ${nth === 'last' ? nth : NTHS[nth - 1]} ${WEEKDAYS[weekday]}`);
  return [
    ...(numbers.length === 0 ? [] : [[plain, ...inMonths].join(' ')]),
    ...(counts.length === 0 ? [] : [`on ${listOf(counts)} ${ofMonths}`]),
  ];
}

function zoneOf(timeZone: string): string {
  if (timeZone === 'UTC' || timeZone === 'Etc/UTC') return 'UTC';
  const place = PLACE.exec(timeZone)?.[1];
  return place === undefined ? `in the time zone ${timeZone}` : `${place.replaceAll('_', ' ')} time`;
}

/** Whether the times of a day are listed one by one. */
function areFew({ times }: CronExpression): boolean {
  return times.length <= MOST_TIMES;
}

/** The distance from each number to the next, if it is always the same. A single number is a range of step 1. */
function stepOf(numbers: readonly number[]): number | undefined {
  const [first = 0, second = first + 1] = numbers;
  const step = second - first;
  return numbers.every((number, index) => number === first + index * step) ? step : undefined;
}

/** Whether numbers are so many without a gap that they are named by their ends. */
function isRange(numbers: readonly number[]): boolean {
  return numbers.length > 2 && stepOf(numbers) === 1;
}

function clockTime(time = 0): string {
  const [hour, minute] = [Math.floor(time / HOUR), (time % HOUR) / MINUTE];
  return `${hour}`.padStart(2, '0').concat(':', `${minute}`.padStart(2, '0'));
}

function ordinal(number = 0): string {
  const ending = number > 10 && number < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th');
  return `${number}${ending}`;
}

function listOf(texts: readonly (string | undefined)[]): string {
  return texts.length < 2 ? `${texts[0] ?? ''}` : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`;
}

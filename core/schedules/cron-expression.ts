import { DAY, HOUR, MINUTE } from '../durations.ts';

/** A cron expression of five fields. All numbers are in ascending order. */
export type CronExpression = {
  /** The times of a day that fit, in milliseconds since its midnight. */
  readonly times: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly months: readonly number[];
  /** Undefined if the day of the month does not matter. */
  readonly daysOfMonth: DaysOfMonth | undefined;
  /** Undefined if the day of the week does not matter. */
  readonly daysOfWeek: DaysOfWeek | undefined;
  /**
   * Whether the hours are written with a star, which can have a step. Such hours pass: an hour that the clock skips has
   * no instant, and an hour that it shows twice has two. Hours that are written as numbers are times of the day, and
   * each has one instant.
   */
  readonly hoursPass: boolean;
};

export type DaysOfMonth = { readonly numbers: readonly number[]; readonly last: boolean };
export type DaysOfWeek = { readonly weekdays: readonly number[]; readonly nths: readonly NthWeekday[] };

/** The first to fifth, or the last, of a weekday in a month. Weekdays count from 0, which is Sunday. */
type NthWeekday = { readonly weekday: number; readonly nth: number | 'last' };

const MAX_CRON_LENGTH = 256;

type Refused = { readonly refused: string };
type Field = {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  /** The names of values, the first of which stands for `low`. */
  readonly names?: readonly string[];
};
type Item = { readonly values: readonly number[] } | { readonly last: true } | NthWeekday;

const MONTH_NAMES = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** Sunday stands at both ends, because it is 0 and 7. */
const DAY_NAMES = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

const MINUTES: Field = { name: 'minute', low: 0, high: 59 };
const HOURS: Field = { name: 'hour', low: 0, high: 23 };
const DAYS_OF_MONTH: Field = { name: 'day of the month', low: 1, high: 31 };
const MONTHS: Field = { name: 'month', low: 1, high: 12, names: MONTH_NAMES };
const DAYS_OF_WEEK: Field = { name: 'day of the week', low: 0, high: 7, names: DAY_NAMES };
const FIELDS = [MINUTES, HOURS, DAYS_OF_MONTH, MONTHS, DAYS_OF_WEEK];

const MACROS: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);

/** Every day of the week falls on every possible date, 29 February included, once in these years. */
const LEAP_CYCLE = { first: 2001, years: 28 };

const ANY = /^[*?]$/;

/** Returns the expression that a text says, or the reason why it is refused, in words for its author. */
export function parseCron(text: string): { readonly cron: CronExpression } | Refused {
  if (text.length > MAX_CRON_LENGTH) return { refused: `A cron expression has at most ${MAX_CRON_LENGTH} characters.` };
  const written = text.trim().toLowerCase();
  if (written.startsWith('@') && !MACROS.has(written)) return { refused: problemOfMacro(written) };
  const texts = (MACROS.get(written) ?? written).split(/\s+/);
  if (texts.length !== FIELDS.length) return { refused: problemOfCount(written === '' ? 0 : texts.length) };
  const fields = allAccepted(FIELDS.map((field, index) => parseField(field, texts[index] ?? '')));
  if ('refused' in fields) return fields;
  const cron = expressionOf(fields, texts);
  if (!happens(cron)) return { refused: 'No year has such a day. Change the day or the month.' };
  return { cron };
}

/** Whether a day fits. `midnight` is the beginning of the day, as if its wall clock showed UTC. */
export function fitsDay({ months, daysOfMonth, daysOfWeek }: CronExpression, midnight: number): boolean {
  const date = utcDate(midnight);
  if (!months.includes(date.getUTCMonth() + 1)) return false;
  if (daysOfMonth === undefined && daysOfWeek === undefined) return true;
  const day = date.getUTCDate();
  const isLastOfItsKind = (days: number) => utcDate(midnight + days * DAY).getUTCDate() <= days;
  const fitsMonth = daysOfMonth?.numbers.includes(day) || (daysOfMonth?.last && isLastOfItsKind(1));
  if (fitsMonth || daysOfWeek === undefined) return fitsMonth === true;
  const weekday = date.getUTCDay();
  if (daysOfWeek.weekdays.includes(weekday)) return true;
  return daysOfWeek.nths.some(
    (one) => one.weekday === weekday && (one.nth === 'last' ? isLastOfItsKind(7) : one.nth === Math.ceil(day / 7)),
  );
}

function problemOfMacro(written: string): string {
  if (written === '@reboot') return '@reboot is refused: it names no instant. Write five fields, or @daily.';
  if (written.startsWith('@every')) return '@every is refused. Give the number of seconds as every, without cron.';
  return `There is no ${written}. There are ${[...MACROS.keys()].join(', ')}.`;
}

function problemOfCount(count: number): string {
  const wanted = 'A cron expression has five fields: minute, hour, day of the month, month, day of the week.';
  if (count === FIELDS.length + 1)
    return `${wanted} This one has six. Seconds and years are refused: the shortest unit is a minute.`;
  return `${wanted} This one has ${count}.`;
}

function parseField(field: Field, text: string): readonly Item[] | Refused {
  return allAccepted(text.split(',').map((item) => parseItem(field, item)));
}

/** The results, or the first refusal among them. */
function allAccepted<Result extends object>(results: readonly (Result | Refused)[]): readonly Result[] | Refused {
  const accepted: Result[] = [];
  for (const result of results) {
    if ('refused' in result) return result;
    accepted.push(result);
  }
  return accepted;
}

function parseItem(field: Field, text: string): Item | Refused {
  if (field === DAYS_OF_MONTH && text === 'l') return { last: true };
  if (field === DAYS_OF_MONTH && text.includes('w'))
    return problem(field, text, 'W is refused, because the queue knows no working days. Name the days of the week.');
  if (field === DAYS_OF_WEEK && /#|.l$/.test(text)) return parseNthWeekday(text);
  if (text === 'l') return problem(field, text, 'L stands for a day. The last Friday of a month is 5L.');
  if (text === '?' && field !== DAYS_OF_MONTH && field !== DAYS_OF_WEEK)
    return problem(field, text, 'Only a day can be ?. Write * instead.');
  return parseRange(field, text);
}

function parseNthWeekday(text: string): Item | Refused {
  const [, day = '', nth] = /^(\w+?)(?:#([1-5])|l)$/.exec(text) ?? [];
  const weekday = numberOf(DAYS_OF_WEEK, day);
  if (weekday === undefined) {
    return problem(
      DAYS_OF_WEEK,
      text,
      'Write a day with # and 1 to 5, as in 1#2 (the second Monday), or with L, as in 5L.',
    );
  }
  return { weekday: weekday % 7, nth: nth === undefined ? 'last' : Number(nth) };
}

function parseRange(field: Field, text: string): Item | Refused {
  const [range = '', step, ...more] = text.split('/');
  if (more.length > 0) return problem(field, text, 'There is more than one step.');
  const [first = '', last, ...others] = ANY.test(range) ? [`${field.low}`, `${field.high}`] : range.split('-');
  if (others.length > 0) return problem(field, text, 'A range has two ends.');
  const from = numberOf(field, first);
  const to = last === undefined ? undefined : lastNumberOf(field, last);
  if (from === undefined) return problem(field, text, problemOfValue(field, text, first));
  if (last !== undefined && to === undefined) return problem(field, text, problemOfValue(field, text, last));
  const end = to ?? (step === undefined ? from : highest(field));
  if (from > end) return problem(field, text, `The range runs backwards. Write ${asTwoRanges(field, from, end)}.`);
  const by = step === undefined ? 1 : stepOf(field, step);
  if (by === undefined) return problem(field, text, problemOfStep(field));
  const values = Array.from({ length: Math.floor((end - from) / by) + 1 }, (_, index) => from + index * by);
  return { values: field === DAYS_OF_WEEK ? values.map((value) => value % 7) : values };
}

function numberOf(field: Field, text: string): number | undefined {
  const named = field.names?.indexOf(text) ?? -1;
  if (named >= 0) return named + field.low;
  const value = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  return value >= field.low && value <= field.high ? value : undefined;
}

/** The number at the end of a range, where `sun` is the day after Saturday. */
function lastNumberOf(field: Field, text: string): number | undefined {
  return field === DAYS_OF_WEEK && text === 'sun' ? field.high : numberOf(field, text);
}

/** The last value of `5/15`, which has no end of its own. Sunday is not counted twice. */
function highest(field: Field): number {
  return field === DAYS_OF_WEEK ? field.high - 1 : field.high;
}

function stepOf(field: Field, text: string): number | undefined {
  const step = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  return step >= 1 && step <= highest(field) ? step : undefined;
}

function problemOfStep(field: Field): string {
  const hint =
    field === MINUTES || field === HOURS ? ' For a longer interval, give its seconds as every, without cron.' : '';
  return `A step is from 1 to ${highest(field)}.${hint}`;
}

function asTwoRanges(field: Field, from: number, end: number): string {
  return `${from}-${highest(field)},${field.low}-${end}`;
}

function problemOfValue({ low, high, names }: Field, item: string, value: string): string {
  const named = names === undefined ? '' : `, or a name from ${names[0]} to ${names.at(names === DAY_NAMES ? -2 : -1)}`;
  const which = value === item ? '' : value === '' ? 'Something is missing. ' : `${value} is not allowed. `;
  return `${which}Write a number from ${low} to ${high}${named}.`;
}

function problem(field: Field, text: string, what: string): Refused {
  return { refused: `The ${field.name} is ${text === '' ? 'empty' : text}. ${what}` };
}

function expressionOf(fields: readonly (readonly Item[])[], texts: readonly string[]): CronExpression {
  const [minutes = [], hours = [], months = []] = [0, 1, 3].map((index) => numbersIn(fields[index] ?? []));
  const isAny = (index: number) => ANY.test(texts[index] ?? '');
  return {
    times: hours.flatMap((hour) => minutes.map((minute) => hour * HOUR + minute * MINUTE)),
    minutes,
    hours,
    months,
    daysOfMonth: isAny(2) ? undefined : daysOfMonthIn(fields[2] ?? []),
    daysOfWeek: isAny(4) ? undefined : daysOfWeekIn(fields[4] ?? []),
    hoursPass: /^\*(\/\d+)?$/.test(texts[1] ?? ''),
  };
}

function daysOfMonthIn(items: readonly Item[]): DaysOfMonth {
  return { numbers: numbersIn(items), last: items.some((item) => 'last' in item) };
}

function daysOfWeekIn(items: readonly Item[]): DaysOfWeek {
  return { weekdays: numbersIn(items), nths: items.filter((item) => 'nth' in item) };
}

function numbersIn(items: readonly Item[]): readonly number[] {
  const numbers = items.flatMap((item) => ('values' in item ? item.values : []));
  return [...new Set(numbers)].sort((one, other) => one - other);
}

/** Whether any year has a day that fits. */
function happens(cron: CronExpression): boolean {
  const { first, years } = LEAP_CYCLE;
  // biome-ignore lint/style/noRestrictedGlobals: counting days asks no clock
  const [start, end] = [Date.UTC(first, 0), Date.UTC(first + years, 0)];
  for (let day = start; day < end; day += DAY) if (fitsDay(cron, day)) return true;
  return false;
}

function utcDate(instant: number) {
  // biome-ignore lint/style/noRestrictedGlobals: naming the day of an instant asks no clock
  return new Date(instant);
}

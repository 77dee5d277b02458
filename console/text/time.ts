const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const units = [
  [DAY, 'day'],
  [HOUR, 'hour'],
  [MINUTE, 'minute'],
  [SECOND, 'second'],
] as const;

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always', style: 'short' });

/**
 * Says how far an instant is from now, such as "5 min. ago" or "in 2 hr."; "now" within a second. Hours and days are
 * rounded, because "in 1 hr." would be far from the truth for almost two hours.
 */
export function relativeTime(instant: number, now: number): string {
  const distance = instant - now;
  const found = units.find(([size]) => Math.abs(distance) >= size);
  if (found === undefined) return 'now';
  const [size, unit] = found;
  const whole = size < HOUR ? Math.trunc : Math.round;
  return relative.format(whole(distance / size), unit);
}

/** Says a length of time in its two largest units, such as "340 ms", "2.5 s", "3 min 5 s" or "2 d 4 h". */
export function lengthOfTime(milliseconds: number): string {
  const size = Math.abs(milliseconds);
  if (size < SECOND) return `${Math.round(milliseconds)} ms`;
  if (size < MINUTE) return `${trimmed(milliseconds / SECOND)} s`;
  if (size < HOUR) return twoUnits(milliseconds, MINUTE, 'min', SECOND, 's');
  if (size < DAY) return twoUnits(milliseconds, HOUR, 'h', MINUTE, 'min');
  return twoUnits(milliseconds, DAY, 'd', HOUR, 'h');
}

/** Writes an instant to the millisecond in a zone, such as "2026-03-29 02:30:00.123 GMT+1". */
export function exactTime(instant: number, zone: string | undefined): string {
  const { year, month, day, hour, minute, second, fractionalSecond, timeZoneName } = partsOf(instant, zone);
  return `${year}-${month}-${day} ${hour}:${minute}:${second}.${fractionalSecond} ${timeZoneName}`;
}

/** Writes the time of day of an instant to the millisecond in a zone, such as "02:30:00.123". */
export function timeOfDay(instant: number, zone: string | undefined): string {
  const { hour, minute, second, fractionalSecond } = partsOf(instant, zone);
  return `${hour}:${minute}:${second}.${fractionalSecond}`;
}

/** Writes the time of day of an instant to the second in a zone, with the date if it is another day than now. */
export function clockTime(instant: number, now: number, zone: string | undefined): string {
  const { year, month, day, hour, minute, second } = partsOf(instant, zone);
  const today = partsOf(now, zone);
  const isToday = year === today.year && month === today.month && day === today.day;
  return isToday ? `${hour}:${minute}:${second}` : `${year}-${month}-${day} ${hour}:${minute}:${second}`;
}

/** Writes the time of day of an instant to the minute in a zone, such as "14:02". */
export function hourAndMinute(instant: number, zone: string | undefined): string {
  const { hour, minute } = partsOf(instant, zone);
  return `${hour}:${minute}`;
}

/** Writes an instant to the minute in a zone, such as "14:02", "14:02 yesterday" or "29 Nov 14:02". */
export function minuteTime(instant: number, now: number, zone: string | undefined): string {
  const time = hourAndMinute(instant, zone);
  const day = dayName(instant, zone);
  if (day === dayName(now, zone)) return time;
  if (day === dayName(now - DAY, zone)) return `${time} yesterday`;
  return `${day} ${time}`;
}

/** The minutes of the day that the clocks of a zone show at an instant, from 0 to 1,439. */
export function minuteOfDay(instant: number, zone: string | undefined): number {
  const { hour, minute } = partsOf(instant, zone);
  return Number(hour) * 60 + Number(minute);
}

/** Writes the day and the month of an instant in a zone, such as "29 Nov". */
export function dayName(instant: number, zone: string | undefined): string {
  return new Date(instant).toLocaleDateString('en-GB', {
    ...(zone !== undefined && { timeZone: zone }),
    day: 'numeric',
    month: 'short',
  });
}

/** Writes an instant with its day of the week in a zone, such as "Sun, 29 Mar 2026, 14:02 CEST". Seconds are left out if there are none. */
export function dayAndTime(instant: number, zone: string): string {
  return new Date(instant).toLocaleString('en-GB', {
    timeZone: zone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    ...(instant % MINUTE !== 0 && { second: '2-digit' }),
    timeZoneName: 'short',
  });
}

/** Writes an instant as the value of a field for a date and a time in a zone, such as "2026-03-29T02:30:00". */
export function fieldTime(instant: number, zone: string | undefined): string {
  const { year, month, day, hour, minute, second } = partsOf(instant, zone);
  return `${year}-${month}-${day}T${hour}:${minute}:${second}`;
}

/**
 * Reads the value of a field for a date and a time in a zone, as epoch milliseconds. A time that a zone skips is moved
 * ahead, and of a time that a zone has twice, one is taken. Undefined if the field is empty.
 */
export function instantOfField(text: string, zone: string | undefined): number | undefined {
  const asUtc = Date.parse(`${text}Z`);
  if (Number.isNaN(asUtc)) return undefined;
  const near = asUtc - offsetAt(asUtc, zone);
  return asUtc - offsetAt(near, zone);
}

/** The milliseconds by which the clocks of a zone are ahead of UTC. */
function offsetAt(instant: number, zone: string | undefined): number {
  return Date.parse(`${fieldTime(instant, zone)}Z`) - Math.trunc(instant / SECOND) * SECOND;
}

const formats = new Map<string | undefined, Intl.DateTimeFormat>();

function partsOf(instant: number, zone: string | undefined): Readonly<Record<string, string>> {
  const format = formats.get(zone) ?? formatIn(zone);
  formats.set(zone, format);
  return Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, value]));
}

function formatIn(zone: string | undefined): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-GB', {
    ...(zone !== undefined && { timeZone: zone }),
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    timeZoneName: 'short',
  });
}

function twoUnits(milliseconds: number, large: number, largeName: string, small: number, smallName: string): string {
  const inSmall = Math.round(milliseconds / small);
  const perLarge = large / small;
  const rest = Math.abs(inSmall % perLarge);
  const whole = Math.trunc(inSmall / perLarge);
  return rest === 0 ? `${whole} ${largeName}` : `${whole} ${largeName} ${rest} ${smallName}`;
}

function trimmed(number: number): string {
  return String(Math.round(number * 10) / 10);
}

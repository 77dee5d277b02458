import { HOUR, MINUTE, SECOND, WEEK } from '../durations.ts';
import { remembered } from './remembered.ts';

/** A stretch of time in which the wall clocks of a zone keep one distance from UTC. */
export type OffsetPeriod = {
  readonly startsAt: number;
  /** The first instant of the next period. */
  readonly endsAt: number;
  /** What the wall clock shows, as if it showed UTC, minus the instant. */
  readonly offset: number;
  /** The offset of the period before. It can be the same. */
  readonly offsetBefore: number;
};

const FOR_EVER: OffsetPeriod = {
  startsAt: Number.NEGATIVE_INFINITY,
  endsAt: Number.POSITIVE_INFINITY,
  offset: 0,
  offsetBefore: 0,
};

/** The most characters of the name of a time zone. The longest one of the IANA database has 32. */
export const LONGEST_TIME_ZONE = 64;

/** The periods of a zone are looked up for so long a time together. */
const BLOCK = 52 * WEEK;

// Looking up the periods of a block takes some 100 calls of Intl, so they are kept.
const MOST_FORMATS = 200;
const MOST_BLOCKS = 5_000;
const formats = new Map<string, Intl.DateTimeFormat>();
const blocks = new Map<string, readonly OffsetPeriod[]>();

/**
 * The name of a time zone in the spelling of the IANA database, if only its capital letters differ from that; undefined
 * if there is no such zone.
 */
export function parseTimeZone(text: string): string | undefined {
  if (text.length > LONGEST_TIME_ZONE || !/^[a-z][\w+/-]+$/i.test(text)) return undefined;
  try {
    const name = new Intl.DateTimeFormat('en-US', { timeZone: text }).resolvedOptions().timeZone;
    return name.toLowerCase() === text.toLowerCase() ? name : text;
  } catch {
    return undefined;
  }
}

/** The period that an instant is in. It can be a part of a longer one with the same offset. */
export function offsetPeriodAt(timeZone: string, instant: number): OffsetPeriod {
  if (timeZone === 'UTC') return FOR_EVER;
  const number = Math.floor(instant / BLOCK);
  const name = `${timeZone} ${number}`;
  const periods = remembered(blocks, MOST_BLOCKS, name, () => periodsFrom(timeZone, number * BLOCK));
  return periods.find(({ endsAt }) => endsAt > instant) ?? FOR_EVER;
}

function periodsFrom(timeZone: string, start: number): readonly OffsetPeriod[] {
  const end = start + BLOCK;
  const changes: number[] = [];
  for (let from = start; from < end; from += WEEK) {
    const change = changeIn(timeZone, from, from + WEEK);
    if (change !== undefined && change < end) changes.push(change);
  }
  return [start, ...changes].map((startsAt, index) => ({
    startsAt,
    endsAt: changes[index] ?? end,
    offset: offsetAt(timeZone, startsAt),
    offsetBefore: offsetAt(timeZone, startsAt - SECOND),
  }));
}

/** The instant behind `from`, up to `to`, at which the offset changes. No zone changes it twice within a week. */
function changeIn(timeZone: string, from: number, to: number): number | undefined {
  const after = offsetAt(timeZone, to);
  if (offsetAt(timeZone, from) === after) return undefined;
  let [before, at] = [from, to];
  while (at - before > SECOND) {
    const middle = before + Math.floor((at - before) / SECOND / 2) * SECOND;
    if (offsetAt(timeZone, middle) === after) at = middle;
    else before = middle;
  }
  return at;
}

function offsetAt(timeZone: string, instant: number): number {
  const format = remembered(formats, MOST_FORMATS, timeZone, () => offsetFormat(timeZone));
  const [, sign, hours, minutes, seconds = 0] =
    /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(format.format(instant)) ?? [];
  const offset = Number(hours) * HOUR + Number(minutes) * MINUTE + Number(seconds) * SECOND;
  return sign === '-' ? -offset : offset;
}

function offsetFormat(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
}

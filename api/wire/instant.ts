import * as z from 'zod';
import { SECOND } from '../../core/durations.ts';

/**
 * The smallest number that is taken for milliseconds. As seconds, it is in the year 5138; as milliseconds, it is in
 * 1973.
 */
const LEAST_MILLISECONDS = 100_000_000_000;
const AN_INSTANT = 'An instant in ISO 8601 with a time zone, as in 2030-01-31T12:00:00Z, or in epoch seconds.';
/** The largest number that is taken for milliseconds. A larger one is no instant in any unit. */
const END_OF_INSTANTS = Number.MAX_SAFE_INTEGER;
/** A date, a time, and an offset in hours and minutes. Seconds and minutes of the offset can be missing. */
const INSTANT = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d)(:\d\d(?:[.,]\d+)?)?(?:([Zz]|[+-]\d\d)(?::?(\d\d))?)$/;
const NOT_SECONDS = 'This looks like milliseconds. Give the instant in epoch seconds, not milliseconds.';

/** A schema for an instant in ISO 8601 or in epoch seconds. It gives epoch milliseconds. */
export function instantSchema() {
  const iso = z
    .string()
    .transform(inFull)
    .pipe(z.iso.datetime({ offset: true }))
    .transform((text) => Date.parse(text))
    .meta({ type: 'string', format: 'date-time' });
  const epochSeconds = z.number().min(0).lt(LEAST_MILLISECONDS).transform(milliseconds);
  return z.union([iso, epochSeconds], {
    error: ({ input }) => (looksLikeMilliseconds(input) ? NOT_SECONDS : AN_INSTANT),
  });
}

/**
 * Writes an instant in full, with seconds, capital letters and a colon in its offset. ISO 8601 and RFC 3339 allow texts
 * without them, and `z.iso.datetime` does not.
 */
function inFull(text: string): string {
  const [, date, time, seconds = ':00', offset = '', minutes = '00'] = INSTANT.exec(text) ?? [];
  if (date === undefined) return text;
  return `${date}T${time}${seconds.replace(',', '.')}${/^z$/i.test(offset) ? 'Z' : `${offset}:${minutes}`}`;
}

function looksLikeMilliseconds(input: unknown): boolean {
  const number = typeof input === 'string' && /^\d+(\.\d+)?$/.test(input) ? Number(input) : input;
  return typeof number === 'number' && number >= LEAST_MILLISECONDS && number <= END_OF_INSTANTS;
}

export function milliseconds(value: number): number {
  return Math.round(value * SECOND);
}

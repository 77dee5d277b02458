import { SECOND } from '../durations.ts';
import type { Headers } from './event.ts';

/**
 * The beginning of an HTTP date. All three forms of RFC 9110, section 5.6.7, begin with the name of a day. They are in
 * UTC, although one of them does not say so.
 */
const HTTP_DATE = /^(mon|tue|wed|thu|fri|sat|sun)/i;

/**
 * The delay from `now`, in milliseconds, that a `Retry-After` header asks for; 0 if there is no such header or it
 * cannot be understood.
 */
export function retryAfterOf(headers: Headers, now: number): number {
  const value = headers.find(([name]) => name === 'retry-after')?.[1].trim() ?? '';
  if (/^\d+$/.test(value)) return Number(value) * SECOND;
  if (!HTTP_DATE.test(value)) return 0;
  const inUtc = value.endsWith('GMT') ? value : `${value} GMT`;
  // biome-ignore lint/style/noRestrictedGlobals: parsing a date asks no clock
  return Math.max(0, (Date.parse(inUtc) || 0) - now);
}

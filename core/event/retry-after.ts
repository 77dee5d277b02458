import type { Headers } from './event.ts';

/** The three forms of a date in HTTP all begin with a day's name and are UTC, though one does not say so: RFC 9110, 5.6.7. */
const HTTP_DATE = /^(mon|tue|wed|thu|fri|sat|sun)/i;

/** Milliseconds that a `Retry-After` header asks for, counted from `now`; 0 without one or with one that means nothing. */
export function retryAfterOf(headers: Headers, now: number): number {
  const value = headers.find(([name]) => name === 'retry-after')?.[1].trim() ?? '';
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  if (!HTTP_DATE.test(value)) return 0;
  const inUtc = value.endsWith('GMT') ? value : `${value} GMT`;
  // biome-ignore lint/style/noRestrictedGlobals: parsing a date asks no clock
  return Math.max(0, (Date.parse(inUtc) || 0) - now);
}

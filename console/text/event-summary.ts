import type { AttemptAnswer, EventAnswer } from '../state/api-types.ts';

/** The last characters of a long URL that are always shown, because they tell URLs of the same host apart. */
const SHOWN_AT_END = 14;

/** When the next attempt of an event is due or, if it has finished, when the first one was. In epoch milliseconds. */
export function dueAt({ next_attempt_at_utc, timestamp_for_execution_to_start }: EventAnswer): number {
  return next_attempt_at_utc === null ? timestamp_for_execution_to_start * 1_000 : Date.parse(next_attempt_at_utc);
}

export function lastAttempt({ attempts }: EventAnswer): AttemptAnswer | undefined {
  return attempts.at(-1);
}

/** The time, in milliseconds, that the record of an attempt may take. */
const RECORDED_WITHIN = 1_000;

type Lateness = {
  readonly milliseconds: number;
  /** Whether the attempt is still to be made, so that it gets later still. */
  readonly isGrowing: boolean;
};

/**
 * How late the last attempt of an event started, or how late its next attempt is already. An attempt that is due may be
 * under way until its timeout has passed.
 *
 * @param asOf When the event was received, in epoch milliseconds.
 */
export function latenessOf(event: EventAnswer, asOf: number): Lateness | undefined {
  const { next_attempt_at_utc, timeout_for_request } = event;
  const overdue = next_attempt_at_utc === null ? 0 : asOf - Date.parse(next_attempt_at_utc);
  if (overdue >= timeout_for_request * 1_000 + RECORDED_WITHIN) return { milliseconds: overdue, isGrowing: true };
  const last = lastAttempt(event);
  return last && { milliseconds: last.late_ms, isGrowing: false };
}

/**
 * Splits a URL so that its middle can be cut away where space is short. Together, the parts are the URL without
 * https://, which almost every URL begins with.
 */
export function urlParts(url: string): { readonly start: string; readonly end: string } {
  const shown = url.replace(/^https:\/\//, '');
  const at = Math.max(0, shown.length - SHOWN_AT_END);
  return { start: shown.slice(0, at), end: shown.slice(at) };
}

/** The host of a URL with its port, and the URL itself where it cannot be read. */
export function hostOf(url: string): string {
  return URL.parse(url)?.host ?? url;
}

import * as z from 'zod';
import { DAY, HOUR, MINUTE, SECOND } from '../../core/durations.ts';
import type { RetryPolicy } from '../../core/event/event.ts';
import { optional, seconds } from './field-schemas.ts';
import { milliseconds } from './instant.ts';

const DEFAULT_DELAY = MINUTE / SECOND;
const MAX_DELAYS = 100;

/** The fields of a published event that say how long it waits between its attempts. */
export type RetryFields = {
  readonly retry_delay?: number | null | undefined;
  readonly retry_delays?: readonly number[] | null | undefined;
  readonly retry_backoff: RetryPolicy['backoff'];
  readonly retry_max_delay: number;
};

export function retryFields() {
  const delay = seconds(1, DAY / SECOND);
  const delays = `A list of 1 to ${MAX_DELAYS} delays.`;
  return {
    retry_delay: delay.nullish().meta({
      default: DEFAULT_DELAY,
      description: 'Seconds from the end of a failed attempt to the next.',
    }),
    retry_delays: z.array(delay, delays).min(1, delays).max(MAX_DELAYS, delays).nullish().meta({
      description:
        'Seconds from the end of each failed attempt to the next, instead of retry_delay: the first is used after the first failed attempt, and the last is used again for all attempts beyond the list.',
    }),
    retry_backoff: optional(
      z.enum(['fixed', 'exponential']),
      'fixed',
      'Whether the delay stays the same (fixed) or doubles with each failed attempt (exponential).',
    ),
    retry_max_delay: optional(
      delay,
      HOUR / SECOND,
      'The largest exponential delay, in seconds, before a random change of up to 20 % makes it shorter or longer.',
    ),
  };
}

export function retryPolicy({ retry_delay, retry_delays, retry_backoff, retry_max_delay }: RetryFields): RetryPolicy {
  const maxDelay = milliseconds(retry_max_delay);
  if (retry_delays == null)
    return { backoff: retry_backoff, delay: milliseconds(retry_delay ?? DEFAULT_DELAY), maxDelay };
  const delays = retry_delays.map(milliseconds);
  return { backoff: 'fixed', delay: Math.max(...delays), maxDelay, delays };
}

/** What is wrong with the retry fields together; undefined if nothing is. */
export function retryContradiction({ retry_delay, retry_delays, retry_backoff }: RetryFields) {
  if (retry_delays == null) return undefined;
  if (retry_delay != null) return 'Give retry_delay or retry_delays, not both.';
  return retry_backoff === 'exponential'
    ? 'Exponential delays follow from retry_delay. Leave retry_delays out.'
    : undefined;
}

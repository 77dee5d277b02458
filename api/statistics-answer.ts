import * as z from 'zod';
import type { Period, StatisticsRange } from '../core/ports.ts';
import { type Histogram, quantile } from '../core/statistics.ts';
import { namedObject } from './named-object.ts';

const quantiles = namedObject('Quantiles', { p50: z.int(), p95: z.int(), p99: z.int() })
  .nullable()
  .meta({ description: 'Milliseconds, exact to 5 %. Null if there was no attempt.' });

const count = z.int().min(0);

const attemptCountsSchema = namedObject('AttemptCounts', {
  answered: count,
  timed_out: count,
  unreachable: count,
  invalid_answer: count,
  blocked: count,
  crashed: count,
});

const periodSchema = namedObject('Period', {
  started_at_utc: z.iso.datetime(),
  accepted: count,
  attempts: attemptCountsSchema,
  succeeded: count,
  exhausted: count,
  cancelled: count,
  late_ms: quantiles,
  duration_ms: quantiles,
});

export const statisticsSchema = namedObject('Statistics', {
  range: z.enum(['hour', 'day']),
  periods: z.array(periodSchema),
});

export function statisticsAnswer(range: StatisticsRange, periods: readonly Period[]): z.infer<typeof statisticsSchema> {
  return { range, periods: periods.map(periodAnswer) };
}

function periodAnswer({ startedAt, counts }: Period): z.infer<typeof periodSchema> {
  const { accepted, attempts, succeeded, failed, cancelled, late, duration } = counts;
  const none = { answered: 0, timed_out: 0, unreachable: 0, invalid_answer: 0, blocked: 0, crashed: 0 };
  return {
    started_at_utc: new Date(startedAt).toISOString(),
    accepted,
    attempts: { ...none, ...attempts },
    succeeded,
    exhausted: failed,
    cancelled,
    late_ms: quantilesOf(late),
    duration_ms: quantilesOf(duration),
  };
}

function quantilesOf(histogram: Histogram) {
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => quantile(histogram, share));
  return p50 === undefined || p95 === undefined || p99 === undefined ? null : { p50, p95, p99 };
}

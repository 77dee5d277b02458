import * as z from 'zod';
import { type CountsByHost, type HostCounts, noHostCounts, OTHER_HOSTS, together } from '../core/host-counts.ts';
import type { Period, RangeCounts, StatisticsRange } from '../core/ports.ts';
import { added, type Counts, type Histogram, noCounts, quantile } from '../core/statistics.ts';
import { outcomeSchema } from './event-answer.ts';
import { namedObject } from './named-object.ts';

const quantileOf = (percent: number) =>
  z.int().meta({ description: `${percent} % of the attempts took no longer than this, or were no later.` });

const quantiles = namedObject('Quantiles', { p50: quantileOf(50), p95: quantileOf(95), p99: quantileOf(99) })
  .nullable()
  .meta({ description: 'Milliseconds, exact to 5 %. Null if there was no attempt.' });

const count = z.int().min(0);

const attemptCountsSchema = namedObject('AttemptCounts', {
  answered: count.meta({ description: 'Attempts that got an answer, with any status code.' }),
  timed_out: count.meta({ description: 'Attempts whose answer did not arrive in time.' }),
  unreachable: count.meta({ description: 'Attempts that could not connect, or lost their connection.' }),
  invalid_answer: count.meta({ description: 'Attempts whose answer was not valid HTTP.' }),
  blocked: count.meta({ description: 'Attempts that were not made, because the address must not be called.' }),
  crashed: count.meta({ description: 'Attempts whose process died.' }),
});

/** An answer names this many hosts. The others are added up. */
const MOST_HOSTS = 50;

const counts = {
  accepted: count.meta({ description: 'Events that were accepted.' }),
  attempts: attemptCountsSchema.meta({ description: 'Attempts that ended, by outcome.' }),
  succeeded: count.meta({ description: 'Events that succeeded.' }),
  exhausted: count.meta({ description: 'Events that failed for good.' }),
  cancelled: count.meta({ description: 'Events that were cancelled.' }),
  late_ms: quantiles,
  duration_ms: quantiles,
};

const periodSchema = namedObject('Period', {
  started_at_utc: z.iso.datetime().meta({ description: 'When the period began.' }),
  ...counts,
});

const hostCounts = {
  attempts_succeeded: count.meta({ description: 'The number of attempts that succeeded.' }),
  attempts_failed: count.meta({ description: 'The number of attempts that failed.' }),
  events_failed: count.meta({
    description:
      'How many times an event failed for good. An event that was retried and failed for good again counts again.',
  }),
};

const hostErrorSchema = namedObject('HostError', {
  at_utc: z.iso.datetime().meta({ description: 'When the attempt ended.' }),
  outcome: outcomeSchema.meta({ description: 'How the attempt ended.' }),
  status_code: z.int().nullable().meta({ description: 'The status code of the answer. Null if there was none.' }),
  error: z.string().nullable().meta({ description: 'Why there was no answer.' }),
});

const hostSchema = namedObject('HostStatistics', {
  host: z.string().meta({ description: 'The host, as the filter host of a search takes it.' }),
  ...hostCounts,
  last_error: hostErrorSchema.nullable().meta({ description: 'The latest attempt that failed. Null if none did.' }),
});

export const statisticsSchema = namedObject('Statistics', {
  range: z
    .enum(['hour', 'day'])
    .meta({ description: 'Whether these are the periods of the last hour or of the last day.' }),
  periods: z
    .array(periodSchema)
    .meta({ description: 'The minutes of the hour or the hours of the day, oldest first.' }),
  total: namedObject('StatisticsTotal', counts).meta({ description: 'All periods together.' }),
  hosts: z.array(hostSchema).meta({
    description: `Up to ${MOST_HOSTS} hosts that were called, those with the most failed attempts first.`,
  }),
  other_hosts: namedObject('OtherHosts', hostCounts).meta({
    description:
      'All other hosts together. A process tells 50 hosts apart in a minute or an hour, first those that fail, and counts the others here. Of all processes together, about 1,000 hosts are told apart.',
  }),
  complete: z.boolean().meta({
    description:
      'False if hundreds of processes have counted more than one answer reads. Then the counts of the earliest periods are too low.',
  }),
});

export function statisticsAnswer(
  range: StatisticsRange,
  { periods, hosts, complete }: RangeCounts,
): z.infer<typeof statisticsSchema> {
  const total = periods.map((period) => period.counts).reduce(added, noCounts);
  return { range, periods: periods.map(periodAnswer), total: countsAnswer(total), ...hostsAnswer(hosts), complete };
}

function periodAnswer({ startedAt, counts: counted }: Period): z.infer<typeof periodSchema> {
  return { started_at_utc: new Date(startedAt).toISOString(), ...countsAnswer(counted) };
}

function countsAnswer({ accepted, attempts, succeeded, failed, cancelled, late, duration }: Counts) {
  const none = { answered: 0, timed_out: 0, unreachable: 0, invalid_answer: 0, blocked: 0, crashed: 0 };
  return {
    accepted,
    attempts: { ...none, ...attempts },
    succeeded,
    exhausted: failed,
    cancelled,
    late_ms: quantilesOf(late),
    duration_ms: quantilesOf(duration),
  };
}

function hostsAnswer(hosts: CountsByHost) {
  const mostFailed = [...hosts]
    .filter(([host]) => host !== OTHER_HOSTS)
    .sort(([, one], [, other]) => other.failedAttempts - one.failedAttempts || calls(other) - calls(one))
    .slice(0, MOST_HOSTS);
  const others = together(
    hosts,
    mostFailed.map(([host]) => host),
  ).get(OTHER_HOSTS);
  return {
    hosts: mostFailed.map(([host, one]) => ({ host, ...hostCountsAnswer(one), last_error: errorAnswer(one) })),
    other_hosts: hostCountsAnswer(others ?? noHostCounts),
  };
}

function calls({ succeededAttempts, failedAttempts }: HostCounts): number {
  return succeededAttempts + failedAttempts;
}

function hostCountsAnswer({ succeededAttempts, failedAttempts, failedEvents }: HostCounts) {
  return { attempts_succeeded: succeededAttempts, attempts_failed: failedAttempts, events_failed: failedEvents };
}

function errorAnswer({ lastError }: HostCounts): z.infer<typeof hostErrorSchema> | null {
  if (lastError === undefined) return null;
  const { at, outcome, statusCode, error } = lastError;
  return { at_utc: new Date(at).toISOString(), outcome, status_code: statusCode ?? null, error: error ?? null };
}

function quantilesOf(histogram: Histogram) {
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => quantile(histogram, share));
  return p50 === undefined || p95 === undefined || p99 === undefined ? null : { p50, p95, p99 };
}

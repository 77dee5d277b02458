import type { Change } from './event/change.ts';
import type { Attempt } from './event/progress.ts';

/**
 * The logarithm of the ratio of neighbouring buckets. Each bucket is a tenth wider than the one before, so a quantile
 * is off by 5 % at most.
 */
const GROWTH = Math.log(1.1);

/** The number of values in each bucket, by the number of the bucket. */
export type Histogram = Readonly<Partial<Record<number, number>>>;

/** The counts of what happened in a stretch of time. The buckets of `late` and `duration` stand for milliseconds. */
export type Counts = {
  readonly accepted: number;
  readonly attempts: Readonly<Partial<Record<Attempt['outcome'], number>>>;
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly late: Histogram;
  readonly duration: Histogram;
};

export const noCounts: Counts = {
  accepted: 0,
  attempts: {},
  succeeded: 0,
  failed: 0,
  cancelled: 0,
  late: {},
  duration: {},
};

const COUNTED_AS = { success: 'succeeded', failed: 'failed', cancelled: 'cancelled' } as const;

/** The counts with one change added. `countHost` counts what the change means for its host. */
export function counted(counts: Counts, change: Change): Counts {
  switch (change.kind) {
    case 'accepted':
      return { ...counts, accepted: counts.accepted + 1 };
    case 'reminded':
      return counts;
    case 'finished': {
      const name = COUNTED_AS[change.progress.status];
      return { ...counts, [name]: counts[name] + 1 };
    }
    case 'attempted': {
      const { outcome, late, duration } = change.attempt;
      return {
        ...counts,
        attempts: sum(counts.attempts, { [outcome]: 1 }),
        late: sum(counts.late, { [bucketOf(late)]: 1 }),
        duration: sum(counts.duration, { [bucketOf(duration)]: 1 }),
      };
    }
    default:
      return change satisfies never;
  }
}

/** Adds up two counts, field by field. */
export function added(one: Counts, other: Counts): Counts {
  return {
    accepted: one.accepted + other.accepted,
    attempts: sum(one.attempts, other.attempts),
    succeeded: one.succeeded + other.succeeded,
    failed: one.failed + other.failed,
    cancelled: one.cancelled + other.cancelled,
    late: sum(one.late, other.late),
    duration: sum(one.duration, other.duration),
  };
}

/**
 * The value below which a share of all values of a histogram lies; undefined if the histogram is empty.
 *
 * @param share The share, from 0 to 1.
 */
export function quantile(histogram: Histogram, share: number): number | undefined {
  const buckets = Object.entries(histogram).map(([bucket, count = 0]) => [Number(bucket), count] as const);
  const bucket = quantileOfCounts(buckets, share);
  return bucket === undefined ? undefined : middleOf(bucket);
}

/**
 * The value below which a share of all values lies; undefined if there are none.
 *
 * @param counts Pairs of a value and the number of times that it occurs.
 * @param share The share, from 0 to 1.
 */
export function quantileOfCounts(counts: Iterable<readonly [number, number]>, share: number): number | undefined {
  const sorted = [...counts].sort(([one], [other]) => one - other);
  let rest = share * sorted.reduce((total, [, count]) => total + count, 0);
  for (const [value, count] of sorted) {
    rest -= count;
    if (rest <= 0) return value;
  }
  return undefined;
}

/** The number of the bucket of a duration. Bucket 0 holds all durations below a millisecond. */
function bucketOf(milliseconds: number): number {
  return milliseconds < 1 ? 0 : 1 + Math.floor(Math.log(milliseconds) / GROWTH);
}

/** The duration in the middle of a bucket, in whole milliseconds. */
function middleOf(bucket: number): number {
  return bucket === 0 ? 0 : Math.round(Math.exp((bucket - 0.5) * GROWTH));
}

function sum<Name extends string | number>(
  one: Readonly<Partial<Record<Name, number>>>,
  other: Readonly<Partial<Record<Name, number>>>,
): Partial<Record<Name, number>> {
  const total: Partial<Record<Name, number>> = { ...one };
  for (const [name, count] of Object.entries(other) as [Name, number][]) total[name] = (total[name] ?? 0) + count;
  return total;
}

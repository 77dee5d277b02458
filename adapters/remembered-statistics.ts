import { SECOND } from '../core/durations.ts';
import type { RangeCounts, Statistics, StatisticsRange } from '../core/ports.ts';
import { freshness, type Mark } from './freshness.ts';

/** Statistics are read again after this time. */
const LIFETIME = 5 * SECOND;

/**
 * Remembers statistics for five seconds, because each read of them costs the more, the more processes count. Reads at
 * the same time share one. A read that fails is not remembered.
 *
 * @param monotonic Milliseconds of a clock that is never put back, counted from any instant.
 */
export function rememberedStatistics(
  { read }: Statistics,
  now: () => number,
  monotonic: () => number = () => performance.now(),
): Statistics {
  const { mark, isFresh } = freshness(now, monotonic);
  const remembered = new Map<StatisticsRange, { readonly mark: Mark; readonly counts: Promise<RangeCounts> }>();

  return {
    read(range) {
      const latest = remembered.get(range);
      if (latest !== undefined && isFresh(latest.mark, LIFETIME)) return latest.counts;
      const reading = { mark: mark(), counts: read(range) };
      remembered.set(range, reading);
      reading.counts.catch(() => {
        if (remembered.get(range) === reading) remembered.delete(range);
      });
      return reading.counts;
    },
  };
}

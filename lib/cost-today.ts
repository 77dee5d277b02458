import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { prices } from './prices.ts';
import type { QueueMetrics } from './queue-metrics.ts';

const DAY = { period: Duration.days(1), statistic: Stats.SUM };
const GIGABYTE = 1_024 ** 3;
/** The dollars for a millisecond of a function with one megabyte of memory. */
const MEGABYTE_MILLISECOND = prices.gigabyteSecond / 1_024 / 1_000;

/** The dollars of the day (UTC) so far, estimated from what was used. A metric without a value counts as 0. */
export function costToday(metrics: QueueMetrics): IMetric {
  const used: readonly (readonly [number, readonly IMetric[]])[] = [
    [prices.writeUnit, [metrics.writeUnits(DAY)]],
    [prices.readUnit, [metrics.readUnits(DAY)]],
    [prices.queueRequest, metrics.queueRequests(DAY)],
    [prices.invocation, metrics.invocations(DAY)],
    ...metrics.billed(DAY).map(([memory, duration]) => [memory * MEGABYTE_MILLISECOND, [duration]] as const),
    [prices.apiRequest, [metrics.requests(DAY)]],
    [prices.logGigabyte / GIGABYTE, metrics.logged(DAY)],
  ];
  const each = used.flatMap(([price, all]) => all.map((metric) => [price, metric] as const));
  const terms = each.map(([price], index) => `m${index} * ${plain(price)}`);
  return new MathExpression({
    label: 'dollars',
    expression: `SUM([${terms.join(', ')}])`,
    usingMetrics: Object.fromEntries(each.map(([, metric], index) => [`m${index}`, metric])),
    period: DAY.period,
  });
}

/** Writes a price without an exponent, which CloudWatch does not read. */
function plain(price: number): string {
  return price.toFixed(16).replace(/0+$/, '');
}

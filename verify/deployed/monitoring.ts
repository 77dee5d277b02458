import type { Aws } from './aws.ts';
import type { LogLine } from './logs.ts';

type Alarm = {
  readonly AlarmName: string;
  readonly StateValue: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  readonly AlarmActions: readonly string[];
  readonly OKActions: readonly string[];
};

/** Resolves with the named alarms. Alarms that CloudWatch does not have are left out. */
export async function describeAlarms(aws: Aws, AlarmNames: readonly string[]): Promise<readonly Alarm[]> {
  const { MetricAlarms = [] } = await ask<{ MetricAlarms?: Alarm[] }>(aws, 'DescribeAlarms', { AlarmNames });
  return MetricAlarms.filter(({ AlarmName }) => AlarmNames.includes(AlarmName));
}

/** Resolves with the body of a dashboard, which is JSON. */
export async function dashboardBody(aws: Aws, DashboardName: string): Promise<string> {
  const { DashboardBody } = await ask<{ DashboardBody: string }>(aws, 'GetDashboard', { DashboardName });
  return DashboardBody;
}

/**
 * Sends the values of these metrics to CloudWatch, which are embedded in log lines. CloudWatch itself reads them from
 * there; the emulator does not.
 */
export async function putEmbeddedMetrics(aws: Aws, lines: readonly LogLine[], names: readonly string[]): Promise<void> {
  for (const { _aws, ...line } of lines) {
    for (const { Namespace, Dimensions, Metrics } of _aws?.CloudWatchMetrics ?? []) {
      const MetricData = Metrics.filter(({ Name }) => names.includes(Name)).map(({ Name }) => ({
        MetricName: Name,
        Values: [line[Name]].flat(),
        Timestamp: (_aws?.Timestamp ?? 0) / 1_000,
        Dimensions: Dimensions.flat().map((dimension) => ({ Name: dimension, Value: String(line[dimension]) })),
      }));
      if (MetricData.length > 0) await ask(aws, 'PutMetricData', { Namespace, MetricData });
    }
  }
}

function ask<Answer>(aws: Aws, action: string, input: object): Promise<Answer> {
  return aws.json('monitoring', `GraniteServiceVersion20100801.${action}`, input);
}

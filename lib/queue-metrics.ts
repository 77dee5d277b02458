import { type IMetric, Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import {
  API_NAMESPACE,
  attemptMetrics,
  DIMENSION,
  metricNames,
  NAMESPACE,
  TOO_MANY_REQUESTS,
} from '../lambdas/runtime/metric-names.ts';
import type { EventTable } from './event-table.ts';
import type { MessageQueues } from './message-queues.ts';
import type { QueueFunction } from './queue-function.ts';
import type { QueueHttpApi } from './queue-http-api.ts';

type Sources = {
  /** The value of the dimension of the metrics that the functions write. */
  readonly queueName: string;
  readonly table: EventTable;
  readonly dueQueue: MessageQueues;
  readonly functions: readonly QueueFunction[];
  readonly api: QueueHttpApi;
};

export type QueueMetrics = ReturnType<typeof queueMetrics>;

/** Every metric that the dashboard and the alarms use. */
export function queueMetrics({ queueName, table, dueQueue, functions, api }: Sources) {
  const dimensionsMap = { [DIMENSION]: queueName };
  const own = (metricName: string, options: MetricOptions) =>
    new Metric({ namespace: NAMESPACE, metricName, dimensionsMap, ...options });
  const ofQueue = (metricName: string, options: MetricOptions) =>
    dueQueue.queue.metric(metricName, { statistic: Stats.SUM, ...options });

  return {
    own: (name: keyof typeof metricNames, options: MetricOptions) => own(metricNames[name], options),
    attempts: (outcome: keyof typeof attemptMetrics, options: MetricOptions) => own(attemptMetrics[outcome], options),

    oldestMessage: (options: MetricOptions) => dueQueue.queue.metricApproximateAgeOfOldestMessage(options),
    ready: (options: MetricOptions) => dueQueue.queue.metricApproximateNumberOfMessagesVisible(options),
    delayed: (options: MetricOptions) => dueQueue.queue.metricApproximateNumberOfMessagesDelayed(options),
    underWay: (options: MetricOptions) => dueQueue.queue.metricApproximateNumberOfMessagesNotVisible(options),
    deadLetters: (options: MetricOptions) => dueQueue.deadLetters.metricApproximateNumberOfMessagesVisible(options),
    /** The numbers of messages, as an upper bound of the number of requests: one request may carry ten messages. */
    queueRequests: (options: MetricOptions): readonly IMetric[] =>
      ['NumberOfMessagesSent', 'NumberOfMessagesReceived', 'NumberOfMessagesDeleted', 'NumberOfEmptyReceives'].map(
        (name) => ofQueue(name, options),
      ),

    readUnits: (options: MetricOptions) => table.metric('ConsumedReadCapacityUnits', options),
    writeUnits: (options: MetricOptions) => table.metric('ConsumedWriteCapacityUnits', options),

    functionErrors: (options: MetricOptions) => functions.map((one) => one.function.metricErrors(options)),
    throttles: (options: MetricOptions): readonly IMetric[] => [
      ...functions.map((one) => one.function.metricThrottles(options)),
      table.metric('ReadThrottleEvents', options),
      table.metric('WriteThrottleEvents', options),
    ],
    invocations: (options: MetricOptions) => functions.map((one) => one.function.metricInvocations(options)),
    /** For each function, its memory in megabytes and the milliseconds that all its invocations took. */
    billed: (options: MetricOptions) =>
      functions.map((one) => [one.memory, one.function.metricDuration({ statistic: Stats.SUM, ...options })] as const),
    /**
     * The bytes that each log group took in. The metric that CDK has for a log group lacks its name, and would count
     * all logs of the account.
     */
    logged: (options: MetricOptions) =>
      [api.accessLog, ...functions.map((one) => one.logGroup)].map(
        ({ logGroupName }) =>
          new Metric({
            namespace: 'AWS/Logs',
            metricName: 'IncomingBytes',
            dimensionsMap: { LogGroupName: logGroupName },
            statistic: Stats.SUM,
            ...options,
          }),
      ),

    tooManyRequests: (options: MetricOptions) =>
      new Metric({ namespace: API_NAMESPACE, metricName: TOO_MANY_REQUESTS, dimensionsMap, ...options }),
    requests: (options: MetricOptions) => api.api.metricCount(options),
    clientErrors: (options: MetricOptions) => api.api.metricClientError(options),
    serverErrors: (options: MetricOptions) => api.api.metricServerError(options),
  };
}

import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { attemptMetrics, metricNames } from '../../lambdas/runtime/metric-names.ts';
import { EventQueueStack } from '../../lib/event-queue-stack.ts';
import { prices, pricesAsOf } from '../../lib/prices.ts';
import { costOf, idleRun, scenarios, usageOfEvent } from './cost.ts';

const MILLION = 1_000_000;
const RUNS_OF_MONTH = 30 * 24 * 60;
/** Requests with which Lambda looks for messages when there are none: five at a time, each waiting for 20 s. */
const EMPTY_RECEIVES_OF_MONTH = 5 * 3 * RUNS_OF_MONTH;

/** What the queue costs, as markdown: a million events of each kind, and a month without any. */
export async function costTable(): Promise<string> {
  const idle = await idleRun();
  const events: string[] = [];
  for (const scenario of scenarios) {
    const parts = Object.values(costOf(await usageOfEvent(scenario, idle.used)));
    events.push(
      row(
        scenario.name,
        [...parts, sum(parts)].map((dollars) => dollars * MILLION),
      ),
    );
  }
  const month = idleMonth(sum(Object.values(costOf(idle.used))) * RUNS_OF_MONTH, idle.metrics);
  return [
    `| Dollars per million events, us-east-1, ${pricesAsOf} | HTTP API | Lambda | DynamoDB | SQS | logs | all |`,
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...events,
    '',
    '| Dollars per idle month | |',
    '| --- | ---: |',
    ...month.map(([name, dollars]) => row(name, [dollars])),
    row('all', [sum(month.map(([, dollars]) => dollars))]),
    '',
    `In a month with events all ${ALL_METRICS} metrics have values: ${dollarsOf(ALL_METRICS * prices.customMetric)} dollars, however many events there are.`,
    `A trace of every invocation costs ${dollarsOf(prices.trace * MILLION)} dollars per million.`,
  ].join('\n');
}

const ALL_METRICS = Object.keys({ ...metricNames, ...attemptMetrics }).length;

function idleMonth(runs: number, metrics: number): readonly (readonly [name: string, dollars: number])[] {
  const watched = metricsOfAlarms();
  return [
    ["the dispatcher's runs, one a minute", runs],
    ['Lambda looking for messages', EMPTY_RECEIVES_OF_MONTH * prices.queueRequest],
    [`${metrics} metrics that a dispatcher at rest writes`, metrics * prices.customMetric],
    [`${watched} metrics that the alarms look at`, watched * prices.alarmMetric],
  ];
}

function metricsOfAlarms(): number {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  const alarms = Template.fromStack(new EventQueueStack(app, 'EventQueue')).findResources('AWS::CloudWatch::Alarm');
  const counts = Object.values(alarms).map(({ Properties: { Metrics } }) => (Metrics ? ofMetrics(Metrics) : 1));
  return sum(counts);
}

/** Without the expressions over them. */
function ofMetrics(metrics: readonly object[]): number {
  return metrics.filter((one) => 'MetricStat' in one).length;
}

function row(name: string, dollars: readonly number[]): string {
  return `| ${[name, ...dollars.map(dollarsOf)].join(' | ')} |`;
}

function dollarsOf(dollars: number): string {
  return dollars.toFixed(2);
}

function sum(parts: readonly number[]): number {
  return parts.reduce((total, part) => total + part, 0);
}

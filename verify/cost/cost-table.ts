import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { DAY, MINUTE } from '../../core/durations.ts';
import { attemptMetrics, metricNames, TOO_MANY_REQUESTS } from '../../lambdas/runtime/metric-names.ts';
import { EventQueueStack } from '../../lib/event-queue-stack.ts';
import { prices, pricesAsOf } from '../../lib/prices.ts';
import { MEMORY } from '../../lib/queue-function.ts';
import { costOf, idleRun, scenarios, usageOfEvent } from './cost.ts';
import type { Usage } from './usage.ts';

const MILLION = 1_000_000;
const RUNS_OF_MONTH = (30 * DAY) / MINUTE;
/** The requests that Lambda makes on an empty queue: five pollers, each of which waits for 20 s in each request. */
const EMPTY_RECEIVES_OF_MONTH = 5 * 3 * RUNS_OF_MONTH;
/** The number of schedules that wait in the measurement of what one of them costs. */
const WAITING_SCHEDULES = 100;

/** Resolves with what the queue costs, in Markdown: a million events of each scenario, and a month without events. */
export async function costTable(): Promise<string> {
  const idle = await idleRun();
  const usages: (readonly [name: string, usage: Usage])[] = [];
  for (const scenario of scenarios) usages.push([scenario.name, await usageOfEvent(scenario, idle.used)]);
  const { used: withSchedules } = await idleRun(WAITING_SCHEDULES);
  const month = idleMonth(monthOf(idle.used), monthOf(withSchedules) - monthOf(idle.used), idle.metrics);
  return [
    `| Dollars per million events, us-east-1, ${pricesAsOf} | HTTP API | Lambda | DynamoDB | SQS | logs | all |`,
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...usages.map(([name, usage]) => row(name, dollarsOfMillion(usage))),
    '',
    waiting(Math.max(...usages.map(([, { waitedMilliseconds }]) => waitedMilliseconds))),
    '',
    '| Dollars per idle month | |',
    '| --- | ---: |',
    ...month.map(([name, dollars]) => row(name, [dollars])),
    row('all', [sum(month.map(([, dollars]) => dollars))]),
    '',
    `In a month in which all ${ALL_METRICS} metrics have values, they cost ${dollarsOf(ALL_METRICS * prices.customMetric)} dollars, however many events there are.`,
    `A trace of every invocation costs ${dollarsOf(prices.trace * MILLION)} dollars per million.`,
  ].join('\n');
}

/** Returns the dollars of a month of runs of the dispatcher. */
function monthOf(run: Usage): number {
  return sum(Object.values(costOf(run))) * RUNS_OF_MONTH;
}

function dollarsOfMillion(usage: Usage): readonly number[] {
  const parts = Object.values(costOf(usage));
  return [...parts, sum(parts)].map((dollars) => dollars * MILLION);
}

/** Returns a sentence on what deliverers cost that wait for an instant, because the delays of SQS are whole seconds. */
function waiting(milliseconds: number): string {
  const seconds = milliseconds / 1_000;
  const dollars = seconds * (MEMORY / 1_024) * prices.gigabyteSecond * MILLION;
  return `The deliverer of a delayed event waits ${seconds.toFixed(2)} s for its instant on average, for ${dollarsOf(dollars)} of these dollars.`;
}

const ALL_METRICS = [...Object.values({ ...metricNames, ...attemptMetrics }), TOO_MANY_REQUESTS].length;

function idleMonth(
  runs: number,
  schedules: number,
  metrics: number,
): readonly (readonly [name: string, dollars: number])[] {
  const template = templateOfStack();
  const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
  const watched = metricsOfAlarms(alarms);
  const dashboards = Object.keys(template.findResources('AWS::CloudWatch::Dashboard')).length;
  return [
    ["the dispatcher's runs, one a minute", runs],
    [`${WAITING_SCHEDULES} schedules that wait`, schedules],
    ['Lambda looking for messages', EMPTY_RECEIVES_OF_MONTH * prices.queueRequest],
    [`${metrics} metrics that a dispatcher at rest writes`, metrics * prices.customMetric],
    [`${alarms.length} alarms, which look at ${watched} metrics`, watched * prices.alarmMetric],
    ['the dashboard', dashboards * prices.dashboard],
  ];
}

function templateOfStack(): Template {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] }, builtinCloudFormationValidation: false });
  return Template.fromStack(new EventQueueStack(app, 'EventQueue'));
}

type Alarm = ReturnType<Template['findResources']>[string];

function metricsOfAlarms(alarms: readonly Alarm[]): number {
  return sum(alarms.map(({ Properties: { Metrics } }) => (Metrics ? ofMetrics(Metrics) : 1)));
}

/** Counts metrics, and leaves out expressions over metrics, which cost nothing. */
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

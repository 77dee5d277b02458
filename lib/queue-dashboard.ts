import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IAlarm,
  type IMetric,
  type IWidget,
  LogQueryVisualizationType,
  LogQueryWidget,
  type MetricOptions,
  SingleValueWidget,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { attemptMetrics } from '../lambdas/runtime/metric-names.ts';
import { costToday } from './cost-today.ts';
import type { QueueMetrics } from './queue-metrics.ts';

const MINUTE = Duration.minutes(1);
const MOST = { period: MINUTE, statistic: Stats.MAXIMUM };

type Options = {
  readonly metrics: QueueMetrics;
  readonly alarms: readonly IAlarm[];
  readonly deliverLog: ILogGroup;
};

/**
 * The dashboard of a queue. Its rows answer what somebody asks whom an alarm has woken, the first question at the top.
 */
export function queueDashboard(scope: Construct, id: string, { metrics, alarms, deliverLog }: Options): Dashboard {
  const dashboard = new Dashboard(scope, id, { defaultInterval: Duration.hours(3) });
  dashboard.addWidgets(...isItHealthy(metrics, alarms));
  dashboard.addWidgets(...inAndOut(metrics));
  dashboard.addWidgets(...howLate(metrics), failingReceivers(deliverLog));
  dashboard.addWidgets(...dispatcherAndQueue(metrics));
  dashboard.addWidgets(...machinery(metrics));
  dashboard.addWidgets(new TextWidget({ markdown: FOOT, width: 24, height: 2 }));
  return dashboard;
}

const FOOT =
  'What each alarm means and what to do about it: docs/operations.md. The cost is an estimate with the prices of us-east-1, without free tiers, traces and data transfer.';

function isItHealthy(metrics: QueueMetrics, alarms: readonly IAlarm[]): readonly IWidget[] {
  return [
    new AlarmStatusWidget({ title: 'Is it healthy?', alarms: [...alarms], width: 8, height: 4 }),
    number('Waiting for a deliverer', metrics.ready({ ...MOST, label: 'messages' })),
    number('Oldest message', metrics.oldestMessage({ ...MOST, label: 'seconds' })),
    number('Dead letters', metrics.deadLetters({ ...MOST, label: 'messages' })),
    number('Cost today (UTC)', costToday(metrics)),
  ];
}

function inAndOut(metrics: QueueMetrics): readonly IWidget[] {
  return [
    graph('What comes in', 'a minute', [
      metrics.own('accepted', sum('accepted')),
      metrics.own('cancelled', sum('cancelled')),
    ]),
    graph('What goes out', 'a minute', [
      metrics.own('succeeded', sum('succeeded')),
      metrics.own('failed', sum('exhausted')),
    ]),
    graph('How attempts end', 'a minute', outcomes(metrics)),
  ];
}

function howLate(metrics: QueueMetrics): readonly IWidget[] {
  const quantiles = (name: 'lateness' | 'callDuration') =>
    ['p50', 'p99'].map((statistic) => metrics.own(name, { label: statistic, period: MINUTE, statistic }));
  return [
    graph('How late attempts start', 'ms', quantiles('lateness')),
    graph('How long calls take', 'ms', quantiles('callDuration')),
  ];
}

function dispatcherAndQueue(metrics: QueueMetrics): readonly IWidget[] {
  return [
    graph('How far the dispatcher is behind', 'ms', [
      metrics.own('promoteLag', { ...MOST, label: 'what comes due' }),
      metrics.own('auditLag', { ...MOST, label: 'what should be finished' }),
    ]),
    graph('What the dispatcher does', 'a minute', [
      metrics.own('promoted', sum('promoted')),
      metrics.own('resent', sum('sent again')),
      metrics.own('reminders', sum('reminders')),
    ]),
    graph('What is on the due queue', 'messages', [
      metrics.ready({ ...MOST, label: 'waiting for a deliverer' }),
      metrics.underWay({ ...MOST, label: 'under way' }),
      metrics.delayed({ ...MOST, label: 'not due yet' }),
    ]),
  ];
}

function machinery(metrics: QueueMetrics): readonly IWidget[] {
  return [
    graph('The API', 'a minute', [
      metrics.requests(sum('requests')),
      metrics.clientErrors(sum('4xx')),
      metrics.tooManyRequests(sum('429')),
      metrics.serverErrors(sum('5xx')),
    ]),
    graph('Errors of functions', 'a minute', metrics.functionErrors({ period: MINUTE })),
    graph('Throttles of functions and table', 'a minute', metrics.throttles({ period: MINUTE })),
  ];
}

function sum(label: string): MetricOptions {
  return { label, period: MINUTE, statistic: Stats.SUM };
}

function number(title: string, metric: IMetric): IWidget {
  return new SingleValueWidget({ title, metrics: [metric], width: 4, height: 4 });
}

function graph(title: string, label: string, left: readonly IMetric[]): IWidget {
  return new GraphWidget({
    title,
    left: [...left],
    leftYAxis: { label, showUnits: false, min: 0 },
    width: 8,
    height: 6,
  });
}

function outcomes(metrics: QueueMetrics): readonly IMetric[] {
  const names = Object.keys(attemptMetrics) as (keyof typeof attemptMetrics)[];
  return names.map((outcome) => metrics.attempts(outcome, sum(outcome.replace('_', ' '))));
}

/**
 * The list of hosts whose attempts fail, the most frequent first. CloudWatch reads the logs whenever the dashboard is
 * shown, and AWS charges for that by the gigabyte.
 */
function failingReceivers(log: ILogGroup): LogQueryWidget {
  return new LogQueryWidget({
    title: 'Which receivers fail',
    logGroupNames: [log.logGroupName],
    view: LogQueryVisualizationType.TABLE,
    queryLines: [
      "filter message = 'attempt' and (outcome != 'answered' or status_code >= 300)",
      'stats count(*) as attempts by host, outcome, status_code',
      'sort attempts desc',
      'limit 20',
    ],
    width: 8,
    height: 6,
  });
}

import { Aws, Duration, Validations } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { QueueMetrics } from './queue-metrics.ts';
import type { Timings } from './timings.ts';

const MINUTE = Duration.minutes(1);
const FIVE_MINUTES = Duration.minutes(5);
/** An attempt that starts this long after its instant is late. Without a fault it starts within a second or two. */
const LATE = Duration.minutes(1);
/** Three late minutes within an hour: an attempt every twenty minutes is enough to be told, and a single late one is not. */
const LATE_MINUTES = { evaluationPeriods: 60, datapointsToAlarm: 3 };
/** Without a fault, a minute. */
const BEHIND = Duration.minutes(5);
/** So it is after the dispatcher has stood still for as long, too, until the audit has been held back for some ten minutes more. */
const AUDIT_BEHIND = Duration.hours(1);
const LONG_PAUSE = Duration.hours(1);

type Options = {
  readonly metrics: QueueMetrics;
  readonly timings: Timings;
  /** How many events must fail for good within five minutes, or false for no such alarm. */
  readonly failedEventsAlarm: number | false;
  /** The address that is written to, if there is one. */
  readonly alarmEmail?: string;
};

type Condition = Pick<AlarmProps, 'threshold' | 'evaluationPeriods' | 'datapointsToAlarm'> & {
  readonly metric: IMetric;
  /** What it means; docs/operations.md says what to do, under the same name. */
  readonly meaning: string;
  readonly below?: true;
  readonly missing?: TreatMissingData;
};

/** What wakes somebody: each alarm says something that needs a person, and goes to one topic. */
export class Alarms extends Construct {
  readonly topic: Topic;
  readonly all: readonly Alarm[];

  constructor(scope: Construct, id: string, options: Options) {
    super(scope, id);
    const { alarmEmail: email } = options;
    this.topic = alarmTopic(this);
    if (email !== undefined) {
      Validations.of(this.topic.addSubscription(new EmailSubscription(email))).acknowledge({
        id: 'Serverless-SNSRedrivePolicy',
        reason: 'A mail that was not delivered is of no use later: the dashboard shows the state of every alarm.',
      });
    }
    this.all = Object.entries(conditions(options)).map(([name, condition]) => this.alarm(name, condition));
  }

  private alarm(name: string, { metric, meaning, below, missing, ...limits }: Condition): Alarm {
    const alarm = new Alarm(this, name, {
      ...limits,
      metric,
      comparisonOperator: below
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: missing ?? TreatMissingData.NOT_BREACHING,
      alarmDescription: `${meaning} What to do: docs/operations.md, ${name}.`,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
    alarm.addOkAction(new SnsAction(this.topic));
    return alarm;
  }
}

/** The alarms by their names, in the order in which docs/operations.md has them. */
function conditions(options: Options): Readonly<Record<string, Condition>> {
  const { metrics, timings, failedEventsAlarm: failedEvents } = options;
  /** What heals by itself, as a single one does, wakes nobody. */
  const again = { threshold: 1, evaluationPeriods: 3, datapointsToAlarm: 2 };
  const sum = (label: string, ofAll: readonly IMetric[]) =>
    new MathExpression({
      label,
      expression: 'SUM(METRICS())',
      usingMetrics: Object.fromEntries(ofAll.map((metric, index) => [`m${index}`, metric])),
      period: FIVE_MINUTES,
    });
  return {
    ...(failedEvents !== false && { EventsFailed: eventsFailed(metrics, failedEvents) }),
    OldestMessage: {
      meaning: 'A message on the due queue is older than any should get: deliverers do not keep up, or fail.',
      metric: metrics.oldestMessage({ period: MINUTE }),
      threshold: timings.oldestMessage,
      evaluationPeriods: 3,
    },
    DeadLetters: {
      meaning: 'A message was handed over ten times and never done. No event is lost: the table has it.',
      metric: metrics.deadLetters({ period: MINUTE }),
      threshold: 1,
      evaluationPeriods: 1,
    },
    DispatchNotRunning: {
      meaning: 'No run of the dispatcher has ended for ten minutes: what is due in over three minutes is not called.',
      metric: zeroWhereMissing(metrics.own('leadingLag', { statistic: 'SampleCount', period: FIVE_MINUTES })),
      threshold: 1,
      evaluationPeriods: 2,
      below: true,
      missing: TreatMissingData.BREACHING,
    },
    DispatchBehind: {
      meaning: 'The dispatcher runs, but is minutes behind what is due.',
      // A run that does not reach its goal takes four minutes, and only then says how far behind it was.
      metric: metrics.own('leadingLag', { statistic: 'Maximum', period: FIVE_MINUTES }),
      threshold: BEHIND.toMilliseconds(),
      evaluationPeriods: 2,
    },
    AuditBehind: {
      meaning:
        'For an hour nobody has looked for events that are overdue: what SQS or a deliverer lost stays lost meanwhile.',
      metric: metrics.own('trailingLag', { statistic: 'Maximum', period: FIVE_MINUTES }),
      threshold: AUDIT_BEHIND.toMilliseconds(),
      evaluationPeriods: 5,
    },
    Paused: longPaused(metrics),
    Late: {
      meaning: 'In three minutes of an hour, attempts started more than a minute after their instant.',
      metric: metrics.own('lateness', { statistic: 'p99', period: MINUTE }),
      threshold: LATE.toMilliseconds(),
      ...LATE_MINUTES,
    },
    Errors: {
      meaning: 'Functions fail or run out of time, again and again.',
      metric: sum('errors', metrics.functionErrors({ period: FIVE_MINUTES })),
      ...again,
    },
    Throttles: {
      meaning: 'Functions or the table are throttled, again and again.',
      metric: sum('throttles', metrics.throttles({ period: FIVE_MINUTES })),
      ...again,
    },
    ServerErrors: {
      meaning: 'The API answers with 5xx, again and again: whether these requests were carried out is unknown.',
      metric: metrics.serverErrors({ period: FIVE_MINUTES }),
      ...again,
    },
    TooManyRequests: {
      meaning: 'The API refuses requests with 429, again and again: what their clients do not send again is lost.',
      metric: metrics.tooManyRequests({ statistic: Stats.SUM, period: FIVE_MINUTES }),
      ...again,
    },
  };
}

/** It is resumed by whoever paused it, who may have forgotten it. */
function longPaused(metrics: QueueMetrics): Condition {
  return {
    meaning: 'The queue has been paused for an hour, so no event is called until somebody resumes it.',
    metric: metrics.own('pausedFor', { statistic: 'Maximum', period: FIVE_MINUTES }),
    threshold: LONG_PAUSE.toMilliseconds(),
    evaluationPeriods: 1,
  };
}

/** Nothing heals by itself here: the tries are used up, and the event is forgotten when its result has been kept for long enough. */
function eventsFailed(metrics: QueueMetrics, threshold: number): Condition {
  return {
    meaning: 'Events failed for good: no attempt is made any more.',
    metric: metrics.own('exhausted', { statistic: Stats.SUM, period: FIVE_MINUTES }),
    threshold,
    evaluationPeriods: 1,
  };
}

/** Of a metric that stops, CloudWatch would look at the last values for some minutes more. */
function zeroWhereMissing(metric: IMetric): MathExpression {
  return new MathExpression({
    label: 'runs',
    expression: 'FILL(m0, 0)',
    usingMetrics: { m0: metric },
    period: FIVE_MINUTES,
  });
}

/** A topic with a policy of its own lets in nobody who is not named, not even the alarms. */
function alarmTopic(scope: Construct): Topic {
  const topic = new Topic(scope, 'Topic', { enforceSSL: true });
  topic.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
  );
  return topic;
}

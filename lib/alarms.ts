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
/**
 * An attempt that starts this long after its instant is late. Without a fault, attempts start within two seconds of it.
 */
const LATE = Duration.minutes(1);
/**
 * The alarm `Late` needs three late minutes within an hour. A single late attempt does not set it off, but one in every
 * twenty minutes does.
 */
const LATE_MINUTES = { evaluationPeriods: 60, datapointsToAlarm: 3 };
/** The lag of the promote cursor that sets off `DispatchBehind`. Without a fault, the lag is about a minute. */
const BEHIND = Duration.minutes(5);
/**
 * The lag of the audit cursor that sets off `AuditBehind`. A dispatcher that has stood still for an hour causes this
 * lag too, until about ten minutes after the promote cursor is up to date, because the audit waits until then.
 */
const AUDIT_BEHIND = Duration.hours(1);
/** The length of a pause that sets off `Paused`. */
const LONG_PAUSE = Duration.hours(1);

type Options = {
  readonly metrics: QueueMetrics;
  readonly timings: Timings;
  /** The number of events that must fail for good within five minutes, or false for no such alarm. */
  readonly failedEventsAlarm: number | false;
  /** The address to which every alarm writes an email. */
  readonly alarmEmail?: string;
};

type Condition = Pick<AlarmProps, 'threshold' | 'evaluationPeriods' | 'datapointsToAlarm'> & {
  readonly metric: IMetric;
  /** What the alarm tells its reader. docs/operations.md says under the name of the alarm what to do. */
  readonly meaning: string;
  /** Present if values below the threshold set off the alarm, instead of values at the threshold or above. */
  readonly below?: true;
  readonly missing?: TreatMissingData;
};

/** The alarms of a queue. Each of them needs a person, and all notify one topic. */
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

/** The conditions of the alarms, by the names of the alarms and in the order of docs/operations.md. */
function conditions(options: Options): Readonly<Record<string, Condition>> {
  const { metrics, timings, failedEventsAlarm: failedEvents } = options;
  /** A fault in a single period heals by itself, so an alarm needs two of three periods. */
  const repeatedly = { threshold: 1, evaluationPeriods: 3, datapointsToAlarm: 2 };
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
      meaning: 'A message on the due queue is too old: deliverers are too slow, or they fail.',
      metric: metrics.oldestMessage({ period: MINUTE }),
      threshold: timings.oldestMessage,
      evaluationPeriods: 3,
    },
    DeadLetters: {
      meaning: 'A message was delivered ten times without success and put aside. No event is lost: the table has it.',
      metric: metrics.deadLetters({ period: MINUTE }),
      threshold: 1,
      evaluationPeriods: 1,
    },
    DispatchNotRunning: {
      meaning: 'No dispatcher run has ended for ten minutes. Events due in more than three minutes are not called.',
      metric: zeroWhereMissing(metrics.own('promoteLag', { statistic: 'SampleCount', period: FIVE_MINUTES })),
      threshold: 1,
      evaluationPeriods: 2,
      below: true,
      missing: TreatMissingData.BREACHING,
    },
    DispatchBehind: {
      meaning: 'The dispatcher runs, but it is at least five minutes behind: events are called late.',
      // A run that does not reach its goal takes four minutes, and writes this metric only when it ends.
      metric: metrics.own('promoteLag', { statistic: 'Maximum', period: FIVE_MINUTES }),
      threshold: BEHIND.toMilliseconds(),
      evaluationPeriods: 2,
    },
    AuditBehind: {
      meaning:
        'The audit is an hour behind. Until it has caught up, messages that SQS or a deliverer lost are not sent again.',
      metric: metrics.own('auditLag', { statistic: 'Maximum', period: FIVE_MINUTES }),
      threshold: AUDIT_BEHIND.toMilliseconds(),
      evaluationPeriods: 5,
    },
    Paused: longPaused(metrics),
    Late: {
      meaning: 'Attempts started more than a minute late in at least three minutes of the last hour.',
      metric: metrics.own('lateness', { statistic: 'p99', period: MINUTE }),
      threshold: LATE.toMilliseconds(),
      ...LATE_MINUTES,
    },
    Errors: {
      meaning: 'Functions repeatedly fail or time out.',
      metric: sum('errors', metrics.functionErrors({ period: FIVE_MINUTES })),
      ...repeatedly,
    },
    Throttles: {
      meaning: 'Functions or the table are repeatedly throttled.',
      metric: sum('throttles', metrics.throttles({ period: FIVE_MINUTES })),
      ...repeatedly,
    },
    ServerErrors: {
      meaning: 'The API repeatedly answers with 5xx. It is not known whether these requests were carried out.',
      metric: metrics.serverErrors({ period: FIVE_MINUTES }),
      ...repeatedly,
    },
    TooManyRequests: {
      meaning: 'The API repeatedly refuses requests with 429. A request that its client does not repeat is lost.',
      metric: metrics.tooManyRequests({ statistic: Stats.SUM, period: FIVE_MINUTES }),
      ...repeatedly,
    },
  };
}

/** The alarm for a long pause. Nothing ends a pause but a person, who may have forgotten it. */
function longPaused(metrics: QueueMetrics): Condition {
  return {
    meaning: 'The queue has been paused for an hour, so no event is called until somebody resumes it.',
    metric: metrics.own('pausedFor', { statistic: 'Maximum', period: FIVE_MINUTES }),
    threshold: LONG_PAUSE.toMilliseconds(),
    evaluationPeriods: 1,
  };
}

/**
 * The alarm for failed events. One period is enough, because nothing heals by itself here: the tries are used up, and a
 * failed event expires.
 */
function eventsFailed(metrics: QueueMetrics, threshold: number): Condition {
  return {
    meaning: 'Events failed for good: no attempt is made any more.',
    metric: metrics.own('failed', { statistic: Stats.SUM, period: FIVE_MINUTES }),
    threshold,
    evaluationPeriods: 1,
  };
}

/**
 * The same metric with 0 for each period without a value. Otherwise CloudWatch would look at the last values of a
 * metric that has stopped for some minutes more, and the alarm would be late.
 */
function zeroWhereMissing(metric: IMetric): MathExpression {
  return new MathExpression({
    label: 'runs',
    expression: 'FILL(m0, 0)',
    usingMetrics: { m0: metric },
    period: FIVE_MINUTES,
  });
}

/**
 * The topic that alarms notify. `enforceSSL` gives it a policy, which refuses everybody whom it does not name, so it
 * names CloudWatch.
 */
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

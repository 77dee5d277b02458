import { readFileSync } from 'node:fs';
import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Environment } from '../lambdas/runtime/environment.ts';
import { Alarms } from './alarms.ts';
import { type ChosenProps, chosenProps } from './chosen-props.ts';
import type { EventQueueProps } from './event-queue-props.ts';
import { EventTable } from './event-table.ts';
import { MessageQueues } from './message-queues.ts';
import { queueDashboard } from './queue-dashboard.ts';
import { DISPATCH_MEMORY, QueueFunction } from './queue-function.ts';
import { QueueHttpApi } from './queue-http-api.ts';
import { queueMetrics } from './queue-metrics.ts';
import { type Timings, timingsFor } from './timings.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
/**
 * The time between two starts of the dispatcher. A start that Lambda has delayed for so long is dropped, because the
 * next one does the same.
 */
const DISPATCH_EVERY = Duration.minutes(1);

export type { Domain, EventQueueProps, Throttling } from './event-queue-props.ts';

/** A whole event queue: table, due queue, functions, HTTP API, the dispatcher's rule, dashboard and alarms. */
export class EventQueue extends Construct {
  /** The URL of the API, without a slash at its end. The console is there as well. */
  readonly url: string;
  /** The name to which the DNS record of `domain` must point; undefined without `domain`. */
  readonly domainTarget: string | undefined;
  /** The name of the table, by which `npx http-event-queue keys --table` makes the first API key. */
  readonly tableName: string;
  /** The topic that all alarms notify. */
  readonly alarmTopic: ITopic;
  /** The name of the dashboard on CloudWatch. */
  readonly dashboardName: string;
  /** The URL of the queue of messages that no deliverer could handle. No event is lost by them: the table has it. */
  readonly deadLetterQueueUrl: string;
  /**
   * The names of the log groups, under the names of their functions, such as `Deliver`, and `Access` for the access log
   * of the API.
   */
  readonly logGroupNames: Readonly<Record<string, string>>;
  /** The function that publishes. Whatever `grantPublish` allows may invoke it directly. */
  readonly publishFunction: IFunction;

  constructor(scope: Construct, id: string, props: EventQueueProps = {}) {
    super(scope, id);
    const chosen = chosenProps(props);
    const { domain, logRetention, tracing, reservedConcurrency: reserved } = chosen;
    const timings = timingsFor(chosen.maxTimeoutSeconds);
    const queueName = `${Stack.of(this).stackName}/${this.node.path.slice(Stack.of(this).node.path.length + 1)}`;

    const table = new EventTable(this, 'Events', chosen);
    const dueQueue = new MessageQueues(this, 'Due', timings);
    const api = new QueueHttpApi(this, 'Api', { ...chosen, queueName });
    const whole = { queueName, table, dueQueue, api, timings };
    const given = { environment: environmentFor(chosen, whole), logRetention, timeout: timings.answer, tracing };

    const publish = new QueueFunction(this, 'Publish', { ...given, name: 'publish' });
    table.grant(publish.function, 'BatchGetItem', 'BatchWriteItem', 'PutItem');
    dueQueue.grantSend(publish.function);

    const read = new QueueFunction(this, 'Read', { ...given, name: 'read', reservedConcurrency: reserved.read });
    table.grant(read.function, 'BatchGetItem', 'Query');

    const manage = new QueueFunction(this, 'Manage', { ...given, name: 'manage' });
    table.grant(manage.function, 'BatchGetItem', 'BatchWriteItem', 'PutItem', 'UpdateItem', 'Query');
    // A key that is revoked is removed. Nothing else is: events only expire.
    table.grantRemovalOf(manage.function, 'keys', 'key#*');
    dueQueue.grantSend(manage.function);

    const site = new QueueFunction(this, 'Site', { ...given, name: 'site' });
    // `GET /health` says whether the queue is paused. It needs no key, so its function can read nothing else.
    table.grantReadOf(site.function, 'pause');

    const dispatching = {
      timeout: timings.dispatch,
      memory: DISPATCH_MEMORY,
      reservedConcurrency: reserved.dispatch,
    };
    const dispatch = new QueueFunction(this, 'Dispatch', { ...given, ...dispatching, name: 'dispatch' });
    table.grant(dispatch.function, 'BatchGetItem', 'BatchWriteItem', 'PutItem', 'UpdateItem', 'Query');
    dueQueue.grantSend(dispatch.function);
    dueQueue.grantCount(dispatch.function);
    this.runEveryMinute(dispatch.function);
    this.neverRepeatInvocationsOf(publish.function);

    const delivering = { timeout: timings.deliver, invokesItself: true } as const;
    const deliver = new QueueFunction(this, 'Deliver', { ...given, ...delivering, name: 'deliver' });
    table.grant(deliver.function, 'BatchGetItem', 'BatchWriteItem', 'PutItem');
    // A run of a schedule may be called only if the runs before it have finished.
    table.grantQueryOf(deliver.function, 'runs#*');
    dueQueue.grantSend(deliver.function);
    dueQueue.handTo(deliver.function, chosen.maxConcurrency);

    // An upgrade replaces publish last, and manage behind the functions that call the events of schedules. Otherwise the
    // new version could publish events that the old functions do not understand.
    manage.function.node.addDependency(deliver.function, dispatch.function, read.function);
    publish.function.node.addDependency(deliver.function, dispatch.function, read.function, manage.function);

    api.serve({ publish: publish.function, read: read.function, manage: manage.function, site: site.function });

    const functions = [publish, read, manage, site, dispatch, deliver];
    const metrics = queueMetrics({ queueName, table, dueQueue, functions, api });
    const alarms = new Alarms(this, 'Alarms', { ...chosen, metrics, timings });
    const dashboard = queueDashboard(this, 'Dashboard', { metrics, alarms: alarms.all, deliverLog: deliver.logGroup });

    this.url = domain ? `https://${domain.name}` : api.api.apiEndpoint;
    this.domainTarget = api.domainTarget;
    this.tableName = table.tableName;
    this.alarmTopic = alarms.topic;
    this.dashboardName = dashboard.dashboardName;
    this.deadLetterQueueUrl = dueQueue.deadLetters.queueUrl;
    const logs = functions.map(({ node, logGroup }) => [node.id, logGroup.logGroupName]);
    this.logGroupNames = { ...Object.fromEntries(logs), Access: api.accessLog.logGroupName };
    this.publishFunction = publish.function;
  }

  private runEveryMinute(dispatch: IFunction): void {
    const targets = [new LambdaFunction(dispatch, { retryAttempts: 0 })];
    const rule = new Rule(this, 'EveryMinute', { schedule: Schedule.rate(DISPATCH_EVERY), targets });
    dispatch.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: DISPATCH_EVERY });
    const reason = 'The next run does what a failed run did not do.';
    Validations.of(rule).acknowledge({ id: 'Serverless-EventBusDLQ', reason });
    Validations.of(dispatch).acknowledge({ id: 'Serverless-LambdaAsyncFailureDestination', reason });
  }

  /**
   * Limits asynchronous invocations of publish, which is meant for synchronous ones. By default, Lambda repeats a
   * failed asynchronous invocation twice, and could so publish its event three times. With these limits, Lambda tries
   * it once, and drops it if it has waited for a minute.
   */
  private neverRepeatInvocationsOf(publish: IFunction): void {
    publish.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
    const reason = 'Its invokers wait for the answer, and so learn that the invocation failed.';
    Validations.of(publish).acknowledge({ id: 'Serverless-LambdaAsyncFailureDestination', reason });
  }

  /**
   * Allows something else in the account to publish without an API key. It invokes `publishFunction` with
   * `{ "body": "<JSON as for POST /events>" }`, and adds `"path": "/events/batch"` to publish many events. The answer is
   * that of the API. It must invoke synchronously (`RequestResponse`) and check the answer. After an asynchronous
   * invocation, nobody learns that the event was refused, or that the table was throttled.
   */
  grantPublish(grantee: IGrantable): Grant {
    return this.publishFunction.grantInvoke(grantee);
  }
}

type Parts = {
  readonly queueName: string;
  readonly table: EventTable;
  readonly dueQueue: MessageQueues;
  readonly api: QueueHttpApi;
  readonly timings: Timings;
};

/** The environment variables of all functions. */
function environmentFor(chosen: ChosenProps, { queueName, table, dueQueue, api, timings }: Parts): Environment {
  const { domain } = chosen;
  return {
    TABLE_NAME: table.tableName,
    QUEUE_URL: dueQueue.queue.queueUrl,
    SHARDS: String(chosen.shards),
    MAX_TIMEOUT_SECONDS: String(chosen.maxTimeoutSeconds),
    MAX_WAIT_SECONDS: String(chosen.maxWaitSeconds),
    CONSOLE_REFRESH_SECONDS: String(chosen.consoleRefreshSeconds),
    KEEP_FAILED_FOR: String(chosen.keepFailedFor ?? ''),
    VISIBILITY_SECONDS: String(timings.visibility),
    OWN_HOSTS: [api.host, ...(domain ? [domain.name] : []), ...chosen.ownHosts].join(','),
    PRIVATE_TARGETS: String(chosen.privateTargets),
    QUEUE_NAME: queueName,
    VERSION: version,
  };
}

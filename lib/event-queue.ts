import { readFileSync } from 'node:fs';
import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { defaultSettings, settingsBounds } from '../core/settings.ts';
import type { Environment } from '../lambdas/runtime/environment.ts';
import { packageFiles } from '../site/package-files.ts';
import { Alarms } from './alarms.ts';
import { requireWholeNumber } from './bounds.ts';
import { queueDashboard } from './dashboard.ts';
import { DueQueue } from './due-queue.ts';
import { EventTable } from './event-table.ts';
import { type Domain, QueueHttpApi, type Throttling } from './http-api.ts';
import { DISPATCH_MEMORY, QueueFunction } from './queue-function.ts';
import { queueMetrics } from './queue-metrics.ts';
import { timingsFor } from './timings.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
/** Lambda's own, of an event source mapping. */
const CONCURRENCY_BOUNDS = [2, 1_000] as const;
/** From one execution, because none would turn the function off, to more than any account has. */
const RESERVED_BOUNDS = [1, 1_000_000] as const;
const FAILED_EVENTS_BOUNDS = [1, 1_000_000] as const;
/** After which a run of the dispatcher is followed by the next one: none is worth waiting for any longer. */
const DISPATCH_EVERY = Duration.minutes(1);

export type EventQueueProps = {
  /**
   * Over how many partitions new events are spread, 1 to 256.
   * @default 4
   */
  readonly shards?: number;
  /**
   * The longest `timeout_for_request`, in seconds, 1 to 840.
   * @default 6
   */
  readonly maxTimeoutSeconds?: number;
  /**
   * The longest `wait` of `GET /events/{key}`, in seconds, 0 to 20. A request that waits holds one of the account's concurrent executions
   * of Lambda for as long: all together hold up to `rateLimit` × `maxWaitSeconds` + `burstLimit` of `throttling`. With the defaults these
   * are 100 × 5 + 200 = 700 of the 1,000 that an account usually has, so that deliverers and publishers have the rest.
   * @default 5
   */
  readonly maxWaitSeconds?: number;
  /**
   * How many of the account's concurrent executions of Lambda are set aside for `dispatch` and for `read`; the function gets no more than
   * that either. Two are enough for `dispatch`: one run works and another sees that it does. An account accepts no reservation that leaves
   * fewer than 100 executions unreserved, so one with a limit of 10 accepts none. There is none for deliverers, whom `maxConcurrency`
   * bounds: a reservation would use up the receives of their messages.
   * @default none is set aside
   */
  readonly reservedConcurrency?: { readonly dispatch?: number; readonly read?: number };
  /**
   * For how many seconds events stay readable after they failed for good, unless they say otherwise in `keep_failed_for`; 60 to 7,776,000,
   * which are 90 days.
   * @default as long as every other result: for `keep_result_for` of the event
   */
  readonly keepFailedFor?: number;
  /**
   * How many deliverers work at once, each at ten calls; 2 to 1,000.
   * @default 20
   */
  readonly maxConcurrency?: number;
  /**
   * Requests per second to the API, and how many at once.
   * @default 100 a second, 200 at once
   */
  readonly throttling?: Throttling;
  /**
   * From which origins web pages may call the API: `https://app.example.com`.
   * @default none
   */
  readonly corsOrigins?: readonly string[];
  /**
   * A domain of one's own for the API. Point it at `domainTarget`.
   * @default the name that AWS gives
   */
  readonly domain?: Domain;
  /** @default a month */
  readonly logRetention?: RetentionDays;
  /**
   * Who is written to when an alarm goes off. AWS asks that address once whether it wants that.
   * @default nobody: subscribe to `alarmTopic`
   */
  readonly alarmEmail?: string;
  /**
   * How many events must fail for good within five minutes to set off the alarm `EventsFailed`, 1 to 1,000,000. `false` leaves the
   * alarm out, for a queue whose receivers are expected to fail.
   * @default 1: every event that fails for good is told
   */
  readonly failedEventsAlarm?: number | false;
  /**
   * Whether X-Ray traces invocations: of each function one in a second, and 5 % of what is beyond.
   * @default true
   */
  readonly tracing?: boolean;
  /**
   * What becomes of the table when the queue is deleted.
   * @default it is kept
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * The name of a table that exists already, as one that was restored from a backup. One that the queue had before is kept, or
   * deleted if its `removalPolicy` was `DESTROY`.
   * @default a table of its own
   */
  readonly restoredTable?: string;
  /**
   * Whether events may have private addresses as targets. Then whoever may publish reaches whatever the functions reach.
   * @default false
   */
  readonly privateTargets?: boolean;
  /**
   * Host names under which the queue itself can be reached, beside those it knows: it never calls them, on no port.
   * @default none
   */
  readonly ownHosts?: readonly string[];
};

/** A whole event queue: table, due queue, functions, HTTP API, the dispatcher's rule, dashboard and alarms. */
export class EventQueue extends Construct {
  readonly url: string;
  /** What a domain of one's own must be an alias of, if there is one. */
  readonly domainTarget: string | undefined;
  readonly tableName: string;
  /** Where alarms go. */
  readonly alarmTopic: ITopic;
  readonly dashboardName: string;
  readonly deadLetterQueueUrl: string;
  /** The names of the log groups: `Deliver` and so on for the functions, `Access` for the requests to the API. */
  readonly logGroupNames: Readonly<Record<string, string>>;
  /** May be invoked by whoever was granted that: see `grantPublish`. */
  readonly publishFunction: IFunction;

  constructor(scope: Construct, id: string, props: EventQueueProps = {}) {
    super(scope, id);
    const chosen = checked(props);
    const { throttling, corsOrigins, domain, logRetention, tracing, reservedConcurrency: reserved } = chosen;
    const timings = timingsFor(chosen.maxTimeoutSeconds);
    const queueName = `${Stack.of(this).stackName}/${this.node.path.slice(Stack.of(this).node.path.length + 1)}`;

    const table = new EventTable(this, 'Events', chosen.removalPolicy, chosen.restoredTable);
    const dueQueue = new DueQueue(this, 'Due', timings);
    const api = new QueueHttpApi(this, 'Api', { queueName, throttling, corsOrigins, domain, logRetention });
    const environment: Environment = {
      TABLE_NAME: table.tableName,
      QUEUE_URL: dueQueue.queue.queueUrl,
      SHARDS: String(chosen.shards),
      MAX_TIMEOUT_SECONDS: String(chosen.maxTimeoutSeconds),
      MAX_WAIT_SECONDS: String(chosen.maxWaitSeconds),
      KEEP_FAILED_FOR: String(chosen.keepFailedFor ?? ''),
      VISIBILITY_SECONDS: String(timings.visibility),
      OWN_HOSTS: [api.host, ...(domain ? [domain.name] : []), ...chosen.ownHosts].join(','),
      PRIVATE_TARGETS: String(chosen.privateTargets),
      QUEUE_NAME: queueName,
      VERSION: version,
    };
    const given = { environment, logRetention, timeout: timings.answer, tracing };

    const publish = new QueueFunction(this, 'Publish', { ...given, name: 'publish' });
    table.grant(publish.function, 'BatchGetItem', 'BatchWriteItem', 'PutItem');
    dueQueue.grantSend(publish.function);

    const read = new QueueFunction(this, 'Read', { ...given, name: 'read', reservedConcurrency: reserved.read });
    table.grant(read.function, 'BatchGetItem', 'Query');

    const manage = new QueueFunction(this, 'Manage', { ...given, name: 'manage' });
    table.grant(manage.function, 'BatchGetItem', 'BatchWriteItem', 'PutItem', 'UpdateItem', 'Query');
    dueQueue.grantSend(manage.function);

    const site = new QueueFunction(this, 'Site', { ...given, name: 'site', packageFiles: Object.values(packageFiles) });

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

    const delivering = { timeout: timings.deliver, invokesItself: true } as const;
    const deliver = new QueueFunction(this, 'Deliver', { ...given, ...delivering, name: 'deliver' });
    table.grant(deliver.function, 'BatchGetItem', 'BatchWriteItem', 'PutItem');
    dueQueue.grantSend(deliver.function);
    dueQueue.handTo(deliver.function, chosen.maxConcurrency);

    // What is published must be understood by those who deliver, find and change it: in an upgrade they come first.
    publish.function.node.addDependency(deliver.function, dispatch.function, read.function, manage.function);

    api.serve({ publish: publish.function, read: read.function, manage: manage.function, site: site.function });

    const functions = [publish, read, manage, site, dispatch, deliver];
    const metrics = queueMetrics({ queueName, table, dueQueue, functions, api });
    const { failedEventsAlarm: failedEvents, alarmEmail: email } = chosen;
    const alarms = new Alarms(this, 'Alarms', { metrics, timings, failedEvents, email });
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
    const reason = 'What a run did not do is done by the next.';
    Validations.of(rule).acknowledge({ id: 'Serverless-EventBusDLQ', reason });
    Validations.of(dispatch).acknowledge({ id: 'Serverless-LambdaAsyncFailureDestination', reason });
  }

  /**
   * Lets something else in the account publish without a key: it invokes `publishFunction` with `{ "body": "<JSON as for POST
   * /events>" }`, and with `"path": "/events/batch"` for many, and is answered as by the API.
   */
  grantPublish(grantee: IGrantable): Grant {
    return this.publishFunction.grantInvoke(grantee);
  }
}

/** What was chosen, with the defaults of what was not. Throws, and says what to do, if a choice is out of its bounds. */
function checked({
  shards = defaultSettings.shards,
  maxTimeoutSeconds = defaultSettings.maxTimeoutSeconds,
  maxWaitSeconds = 5,
  reservedConcurrency = {},
  maxConcurrency = 20,
  throttling = { rateLimit: 100, burstLimit: 200 },
  corsOrigins = [],
  logRetention = RetentionDays.ONE_MONTH,
  failedEventsAlarm = 1,
  tracing = true,
  removalPolicy = RemovalPolicy.RETAIN,
  privateTargets = false,
  ownHosts = [],
  ...others
}: EventQueueProps) {
  requireWholeNumber('shards', shards, settingsBounds.shards);
  requireWholeNumber('maxTimeoutSeconds', maxTimeoutSeconds, settingsBounds.maxTimeoutSeconds);
  requireWholeNumber('maxWaitSeconds', maxWaitSeconds, settingsBounds.maxWaitSeconds);
  for (const [name, reserved] of Object.entries(reservedConcurrency)) {
    if (reserved !== undefined) requireWholeNumber(`reservedConcurrency.${name}`, reserved, RESERVED_BOUNDS);
  }
  const { keepFailedFor } = others;
  if (keepFailedFor !== undefined) requireWholeNumber('keepFailedFor', keepFailedFor, settingsBounds.keepFailedFor);
  requireWholeNumber('maxConcurrency', maxConcurrency, CONCURRENCY_BOUNDS);
  if (failedEventsAlarm !== false) requireWholeNumber('failedEventsAlarm', failedEventsAlarm, FAILED_EVENTS_BOUNDS);
  return {
    ...{
      shards,
      maxTimeoutSeconds,
      maxWaitSeconds,
      reservedConcurrency,
      maxConcurrency,
      throttling,
      corsOrigins,
      logRetention,
    },
    ...{ failedEventsAlarm, tracing, removalPolicy, privateTargets, ownHosts },
    ...others,
  };
}

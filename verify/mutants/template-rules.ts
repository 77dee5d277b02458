import type { Route } from '../../api/route.ts';
import { routes } from '../../api/routes.ts';
import { defaultSettings } from '../../core/settings.ts';
import type { Rule } from './rule.ts';

const QUEUE = 'lib/event-queue.ts';
const PROPS = 'lib/event-queue-props.ts';
const TIMINGS = 'lib/timings.ts';
const DUE_QUEUE = 'lib/message-queues.ts';
const API = 'lib/queue-http-api.ts';
const FUNCTION = 'lib/queue-function.ts';
const ALARMS = 'lib/alarms.ts';
const METRICS = 'lib/queue-metrics.ts';
const suites = ['test/lib/template', 'test/lib/alarms'];

type Change = readonly [name: string, file: string, code: string, without: string];

/** The DynamoDB actions that each function may use on the table. */
const granted = {
  publish: ['BatchGetItem', 'BatchWriteItem', 'PutItem'],
  read: ['BatchGetItem', 'Query'],
  manage: ['BatchGetItem', 'BatchWriteItem', 'PutItem', 'UpdateItem', 'Query'],
  dispatch: ['BatchGetItem', 'BatchWriteItem', 'PutItem', 'UpdateItem', 'Query'],
  deliver: ['BatchGetItem', 'BatchWriteItem', 'PutItem'],
} as const;
const polling = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];

/** The rules of the stack: each permission, each relation between timings, each route, and each alarm. */
export const templateRules: readonly Rule[] = [
  ...tablePermissions(),
  ...keyPermissions(),
  ...queuePermissions(),
  ...timings(),
  ...routeChanges(),
  ...whatMustBeKept(),
  ...namesAndProtection(),
  ...alarms(),
].map(([name, file, code, without]) => ({ name: `template: ${name}`, file, code, without, suites }));

function tablePermissions(): readonly Change[] {
  return Object.entries(granted).flatMap(([name, actions]) => {
    const line = (of: readonly string[]) => `table.grant(${[`${name}.function`, ...of.map(quoted)].join(', ')});`;
    const taken = actions.map(
      (action): Change => [
        `${name} may ${action}`,
        QUEUE,
        line(actions),
        line(actions.filter((one) => one !== action)),
      ],
    );
    return [...taken, [`${name} may do no more`, QUEUE, line(actions), line([...actions, 'Scan'])] as const];
  });
}

function keyPermissions(): readonly Change[] {
  const removal = "table.grantRemovalOf(manage.function, 'keys', 'key#*');";
  return [
    ['manage may remove keys', QUEUE, removal, ''],
    ['manage may remove nothing but keys', QUEUE, removal, "table.grantRemovalOf(manage.function, '*');"],
  ];
}

function queuePermissions(): readonly Change[] {
  const senders = ['publish', 'manage', 'dispatch', 'deliver'].map(
    (name): Change => [`${name} may send`, QUEUE, `dueQueue.grantSend(${name}.function);`, ''],
  );
  const line = (actions: readonly string[]) => `grant(deliver, ${actions.map(quoted).join(', ')});`;
  const polled = polling.map(
    (action): Change => [
      `deliver may be handed messages: ${action}`,
      DUE_QUEUE,
      line(polling),
      line(polling.filter((one) => one !== action)),
    ],
  );
  return [
    ...senders,
    ...polled,
    ['dispatch may count what is ready', QUEUE, 'dueQueue.grantCount(dispatch.function);', ''],
    ['functions may write their logs', FUNCTION, 'this.logGroup.grantWrite(role);', ''],
    ['functions may send traces', FUNCTION, 'tracing: tracing ? Tracing.ACTIVE : Tracing.DISABLED,', ''],
    ['alarms may reach the topic', ALARMS, "actions: ['sns:Publish'],", "actions: ['sns:GetTopicAttributes'],"],
    ['only what watches this account reaches the topic', ALARMS, "{ 'aws:SourceAccount': Aws.ACCOUNT_ID }", '{}'],
  ];
}

function timings(): readonly Change[] {
  return [
    ['a deliverer outlives its longest call', TIMINGS, 'maxTimeoutSeconds + MINUTE', 'maxTimeoutSeconds'],
    ['a message is hidden for longer than its deliverer lives', TIMINGS, 'deliver + 30', 'deliver'],
    ['a message is not put aside within half an hour', TIMINGS, 'Math.max(3 * MINUTE, deliver + 30)', 'deliver + 30'],
    ['a message is put aside after ten receives', TIMINGS, 'receives: 10', 'receives: 3'],
    [
      'the alarm of the oldest message allows for the longest delay',
      TIMINGS,
      'LONGEST_DELAY + visibility',
      'visibility',
    ],
    [
      'the alarm of the oldest message allows for the time of its call',
      TIMINGS,
      'LONGEST_DELAY + visibility',
      'LONGEST_DELAY',
    ],
    ['an answer comes before the API stops waiting', TIMINGS, 'answer: 29', 'answer: 31'],
    ['a run of the dispatcher may take longer than its lease', TIMINGS, 'dispatch: 5 * MINUTE', 'dispatch: 30'],
    ['the dispatcher has its own timeout', QUEUE, 'timeout: timings.dispatch,', ''],
    [
      'a deliverer has its own timeout',
      QUEUE,
      '{ timeout: timings.deliver, invokesItself: true }',
      '{ invokesItself: true }',
    ],
    ['the due queue hides what is handed over', DUE_QUEUE, 'visibilityTimeout: Duration.seconds(visibility),', ''],
    ['the functions know how long a message is hidden', QUEUE, 'String(timings.visibility)', "'30'"],
    ['the functions know the longest timeout of a call', QUEUE, 'String(chosen.maxTimeoutSeconds)', "'6'"],
    ['the functions know the longest wait of a request', QUEUE, 'String(chosen.maxWaitSeconds)', "'20'"],
    ['waiting requests leave executions of the account free', PROPS, 'maxWaitSeconds = 5', 'maxWaitSeconds = 10'],
    ['executions are set aside for reads', QUEUE, 'reservedConcurrency: reserved.read', ''],
    ['executions are set aside for the dispatcher', QUEUE, 'reservedConcurrency: reserved.dispatch,', ''],
    ['the dispatcher runs every minute', QUEUE, 'Schedule.rate(DISPATCH_EVERY)', 'Schedule.rate(Duration.minutes(2))'],
    ['dead letters stay for two weeks', DUE_QUEUE, 'retentionPeriod: Duration.days(14)', ''],
  ];
}

function routeChanges(): readonly Change[] {
  const declared = Object.values<Route>(routes(defaultSettings, () => 0));
  const all = declared.flatMap(({ method, path, aliases }) =>
    [path, ...aliases.map((alias) => alias.path)].map((one) => ({ method, path: one })),
  );
  const add = 'this.api.addRoutes({';
  return [
    ...all.map(
      ({ method, path }): Change => [
        `${method} ${path} is served`,
        API,
        add,
        `if (method !== '${method}' || one !== '${path}') ${add}`,
      ],
    ),
    ['HEAD is served where GET is', API, '[HttpMethod.GET, HttpMethod.HEAD]', '[HttpMethod.GET]'],
    [
      'a path without a route is answered with the 404 of the queue',
      API,
      'routeKey, integration: integrations.site',
      'routeKey, integration: integrations.read',
    ],
    ['requests are limited', API, 'throttle: throttling,', ''],
    ['only origins that were named may call the API', API, 'allowOrigins: [...origins]', "allowOrigins: ['*']"],
  ];
}

function whatMustBeKept(): readonly Change[] {
  return [
    [
      'an upgrade replaces the deliverer and the dispatcher before publish',
      QUEUE,
      'addDependency(deliver.function, dispatch.function, read.function, manage.function)',
      'addDependency(read.function, manage.function)',
    ],
    [
      'an upgrade replaces read and manage before publish',
      QUEUE,
      'addDependency(deliver.function, dispatch.function, read.function, manage.function)',
      'addDependency(deliver.function, dispatch.function)',
    ],
    [
      'the table is retained when the stack is deleted',
      PROPS,
      'removalPolicy = RemovalPolicy.RETAIN',
      'removalPolicy = RemovalPolicy.DESTROY',
    ],
    ['the table is deleted with the stack if that was chosen', 'lib/event-table.ts', 'removalPolicy,\n  });', '});'],
    [
      'the table can be restored',
      'lib/event-table.ts',
      'pointInTimeRecoveryEnabled: true',
      'pointInTimeRecoveryEnabled: false',
    ],
    ['items expire', 'lib/event-table.ts', "timeToLiveAttribute: 'expires_at',", ''],
    ['only the failed messages of a batch are handed over again', DUE_QUEUE, 'reportBatchItemFailures: true,', ''],
    ['the number of deliverers at a time is limited', DUE_QUEUE, 'maxConcurrency,\n    });', '});'],
    [
      'a message that fails again and again is put aside',
      DUE_QUEUE,
      'deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: receives },',
      '',
    ],
    ['the queue knows the name that AWS gives it', QUEUE, '[api.host, ', '['],
    ['the queue knows its domain', QUEUE, '...(domain ? [domain.name] : []), ', ''],
    ['the queue knows its other names', QUEUE, ', ...chosen.ownHosts]', ']'],
    ['the loop detection of Lambda does not stop the deliverer', QUEUE, ', invokesItself: true }', ' }'],
    [
      'a failed run of the dispatcher is not repeated by Lambda',
      QUEUE,
      'dispatch.configureAsyncInvoke({ retryAttempts: 0',
      'dispatch.configureAsyncInvoke({ retryAttempts: 2',
    ],
    ['a run of the dispatcher that could not start in time is dropped', QUEUE, ', maxEventAge: DISPATCH_EVERY }', ' }'],
    ['the cost shows only the logs of this queue', METRICS, 'dimensionsMap: { LogGroupName: logGroupName },', ''],
    ['a log line has no path', API, "route: '$context.routeKey'", "route: '$context.path'"],
  ];
}

function namesAndProtection(): readonly Change[] {
  return [
    ['the table cannot be deleted if that was chosen', 'lib/event-table.ts', '    deletionProtection,\n', ''],
    [
      'the owner who restores a table is told that it is not protected from deletion',
      'lib/event-table.ts',
      'restored !== undefined && deletionProtection',
      'false',
    ],
    ['the first host name of the API is closed if that was chosen', API, '      disableExecuteApiEndpoint,\n', ''],
    ['the API stays open under one name', PROPS, 'disableExecuteApiEndpoint && domain === undefined', 'false'],
    ['the API has the name of its queue', API, 'apiName: queueName.slice(-LONGEST_API_NAME),', ''],
    [
      'the name of the API is cut to the length that AWS allows',
      API,
      'queueName.slice(-LONGEST_API_NAME)',
      'queueName',
    ],
    [
      'the access log has a name that needs no entry in a shared policy',
      API,
      'return `/aws/vendedlogs/',
      'return `/aws/logs/',
    ],
    [
      'the access log of a deleted stack does not collide with that of a new one',
      API,
      "Fn.split('/', Aws.STACK_ID)",
      "['', '', 'of-all']",
    ],
    [
      'an asynchronous publish that fails is not repeated by Lambda',
      QUEUE,
      'publish.configureAsyncInvoke({ retryAttempts: 0',
      'publish.configureAsyncInvoke({ retryAttempts: 2',
    ],
  ];
}

function alarms(): readonly Change[] {
  return [
    ['a message that is too old raises an alarm', ALARMS, 'threshold: timings.oldestMessage,', 'threshold: 86_400,'],
    ['a dispatcher that does not run raises an alarm', ALARMS, 'missing: TreatMissingData.BREACHING,', ''],
    [
      'the missing metric of a dispatcher that has stopped counts as zero',
      ALARMS,
      "expression: 'FILL(m0, 0)'",
      "expression: 'm0'",
    ],
    [
      'the alarm of a dispatcher that is behind looks at periods in which there is a value',
      ALARMS,
      "own('leadingLag', { statistic: 'Maximum', period: FIVE_MINUTES }",
      "own('leadingLag', { statistic: 'Maximum', period: MINUTE }",
    ],
    [
      'an audit that is behind raises an alarm',
      ALARMS,
      'threshold: AUDIT_BEHIND.toMilliseconds(),',
      'threshold: 86_400_000,',
    ],
    ['an event that fails for good raises an alarm', ALARMS, 'EventsFailed: eventsFailed(metrics, failedEvents)', ''],
    ['a single event that fails for good raises an alarm', PROPS, 'failedEventsAlarm = 1', 'failedEventsAlarm = 100'],
    ['the owner can leave out the alarm of failed events', ALARMS, 'failedEvents !== false && {', '{'],
    ['late attempts raise an alarm under sparse traffic', ALARMS, ', datapointsToAlarm: 3 }', ' }'],
    ['requests that are throttled raise an alarm', API, "'$.status', '=', '429'", "'$.status', '=', '503'"],
    ['each queue counts its own throttled requests', API, '[DIMENSION]: queueName,', ''],
    ['the alarm on runs of the dispatcher goes off below one run', ALARMS, 'below: true,', ''],
    ['an alarm notifies the topic when it goes off', ALARMS, 'alarm.addAlarmAction(new SnsAction(this.topic));', ''],
    ['an alarm notifies the topic when it ends', ALARMS, 'alarm.addOkAction(new SnsAction(this.topic));', ''],
  ];
}

function quoted(text: string): string {
  return `'${text}'`;
}

import type { Route } from '../../api/route.ts';
import { routes } from '../../api/routes.ts';
import { defaultSettings } from '../../core/settings.ts';
import type { Rule } from './rule.ts';

const QUEUE = 'lib/event-queue.ts';
const PROPS = 'lib/event-queue-props.ts';
const TIMINGS = 'lib/timings.ts';
const DUE_QUEUE = 'lib/due-queue.ts';
const API = 'lib/http-api.ts';
const FUNCTION = 'lib/queue-function.ts';
const ALARMS = 'lib/alarms.ts';
const METRICS = 'lib/queue-metrics.ts';
const suites = ['test/lib/template', 'test/lib/alarms'];

type Change = readonly [name: string, file: string, code: string, without: string];

/** What each function may do to the table. */
const granted = {
  publish: ['BatchGetItem', 'BatchWriteItem', 'PutItem'],
  read: ['BatchGetItem', 'Query'],
  manage: ['BatchGetItem', 'BatchWriteItem', 'PutItem', 'UpdateItem', 'Query'],
  dispatch: ['BatchGetItem', 'BatchWriteItem', 'PutItem', 'UpdateItem', 'Query'],
  deliver: ['BatchGetItem', 'BatchWriteItem', 'PutItem'],
} as const;
const polling = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];

/** Every permission, timing relation and route of the deployed queue, and what wakes somebody. */
export const templateRules: readonly Rule[] = [
  ...tablePermissions(),
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
    ['ten receives before a message is put aside', TIMINGS, 'receives: 10', 'receives: 3'],
    ['the oldest message may be delayed', TIMINGS, 'LONGEST_DELAY + visibility', 'visibility'],
    ['the oldest message may be called', TIMINGS, 'LONGEST_DELAY + visibility', 'LONGEST_DELAY'],
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
    ['the code knows for how long', QUEUE, 'String(timings.visibility)', "'30'"],
    ['the code knows the longest call', QUEUE, 'String(chosen.maxTimeoutSeconds)', "'6'"],
    ['the code knows the longest wait', QUEUE, 'String(chosen.maxWaitSeconds)', "'20'"],
    ['waiting requests leave the account executions', PROPS, 'maxWaitSeconds = 5', 'maxWaitSeconds = 10'],
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
      'what is no route gets our 404',
      API,
      'routeKey, integration: integrations.site',
      'routeKey, integration: integrations.read',
    ],
    ['requests are limited', API, 'throttle: throttling,', ''],
    ['no origin may call that is not named', API, 'allowOrigins: [...origins]', "allowOrigins: ['*']"],
  ];
}

function whatMustBeKept(): readonly Change[] {
  return [
    [
      'whoever delivers is replaced before whoever publishes',
      QUEUE,
      'addDependency(deliver.function, dispatch.function, read.function, manage.function)',
      'addDependency(read.function, manage.function)',
    ],
    [
      'whoever reads is replaced before whoever publishes',
      QUEUE,
      'addDependency(deliver.function, dispatch.function, read.function, manage.function)',
      'addDependency(deliver.function, dispatch.function)',
    ],
    ['the table stays', PROPS, 'removalPolicy = RemovalPolicy.RETAIN', 'removalPolicy = RemovalPolicy.DESTROY'],
    ['the table goes if that was chosen', 'lib/event-table.ts', 'removalPolicy,\n  });', '});'],
    [
      'the table can be restored',
      'lib/event-table.ts',
      'pointInTimeRecoveryEnabled: true',
      'pointInTimeRecoveryEnabled: false',
    ],
    ['items expire', 'lib/event-table.ts', "timeToLiveAttribute: 'expires_at',", ''],
    ['what failed of a batch comes back alone', DUE_QUEUE, 'reportBatchItemFailures: true,', ''],
    ['deliverers are bounded', DUE_QUEUE, 'maxConcurrency,\n    });', '});'],
    [
      'what nobody can handle is put aside',
      DUE_QUEUE,
      'deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: receives },',
      '',
    ],
    ['the queue knows the name that AWS gives it', QUEUE, '[api.host, ', '['],
    ['the queue knows its domain', QUEUE, '...(domain ? [domain.name] : []), ', ''],
    ['the queue knows its other names', QUEUE, ', ...chosen.ownHosts]', ']'],
    ['tries that send each other messages are no loop', QUEUE, ', invokesItself: true }', ' }'],
    [
      'a failed run is not made up for',
      QUEUE,
      'dispatch.configureAsyncInvoke({ retryAttempts: 0',
      'dispatch.configureAsyncInvoke({ retryAttempts: 2',
    ],
    ['a run is not waited for', QUEUE, ', maxEventAge: DISPATCH_EVERY }', ' }'],
    ['only logs of the queue cost it', METRICS, 'dimensionsMap: { LogGroupName: logGroupName },', ''],
    ['a log line has no path', API, "route: '$context.routeKey'", "route: '$context.path'"],
  ];
}

function namesAndProtection(): readonly Change[] {
  return [
    ['the table cannot be deleted if that was chosen', 'lib/event-table.ts', '    deletionProtection,\n', ''],
    [
      'whoever restores a table hears that it is not protected',
      'lib/event-table.ts',
      'restored !== undefined && deletionProtection',
      'false',
    ],
    ['the API is closed under its first name if that was chosen', API, '      disableExecuteApiEndpoint,\n', ''],
    ['the API stays open under one name', PROPS, 'disableExecuteApiEndpoint && domain === undefined', 'false'],
    ['the API is called like its queue', API, 'apiName: queueName.slice(-LONGEST_API_NAME),', ''],
    ['the name of an API has room', API, 'queueName.slice(-LONGEST_API_NAME)', 'queueName'],
    ['the access log needs no room in a shared policy', API, 'return `/aws/vendedlogs/', 'return `/aws/logs/'],
    ['the access log of a deleted stack is in nobody’s way', API, "Fn.split('/', Aws.STACK_ID)", "['', '', 'of-all']"],
    [
      'what was published asynchronously is not repeated',
      QUEUE,
      'publish.configureAsyncInvoke({ retryAttempts: 0',
      'publish.configureAsyncInvoke({ retryAttempts: 2',
    ],
  ];
}

function alarms(): readonly Change[] {
  return [
    ['a message that is too old wakes somebody', ALARMS, 'threshold: timings.oldestMessage,', 'threshold: 86_400,'],
    ['a dispatcher that does not run wakes somebody', ALARMS, 'missing: TreatMissingData.BREACHING,', ''],
    ['one that has stopped says nothing more', ALARMS, "expression: 'FILL(m0, 0)'", "expression: 'm0'"],
    [
      'a dispatcher that is behind says so in each period',
      ALARMS,
      "own('leadingLag', { statistic: 'Maximum', period: FIVE_MINUTES }",
      "own('leadingLag', { statistic: 'Maximum', period: MINUTE }",
    ],
    [
      'an audit that is behind wakes somebody',
      ALARMS,
      'threshold: AUDIT_BEHIND.toMilliseconds(),',
      'threshold: 86_400_000,',
    ],
    ['an event that fails for good wakes somebody', ALARMS, 'EventsFailed: eventsFailed(metrics, failedEvents)', ''],
    ['so does one alone', PROPS, 'failedEventsAlarm = 1', 'failedEventsAlarm = 100'],
    ['unless the owner wants that not', ALARMS, 'failedEvents !== false && {', '{'],
    ['late attempts wake somebody under sparse traffic', ALARMS, ', datapointsToAlarm: 3 }', ' }'],
    ['requests that are refused wake somebody', API, "'$.status', '=', '429'", "'$.status', '=', '503'"],
    ['each queue counts its own', API, '[DIMENSION]: queueName,', ''],
    ['no run is below one run', ALARMS, 'below: true,', ''],
    ['an alarm reaches the topic', ALARMS, 'alarm.addAlarmAction(new SnsAction(this.topic));', ''],
    ['and its end does', ALARMS, 'alarm.addOkAction(new SnsAction(this.topic));', ''],
  ];
}

function quoted(text: string): string {
  return `'${text}'`;
}

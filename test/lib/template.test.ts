import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Route } from '../../api/route.ts';
import { routes } from '../../api/routes.ts';
import { LONGEST_RUN } from '../../core/dispatch/dispatcher.ts';
import { defaultSettings } from '../../core/settings.ts';
import { readEnvironment } from '../../lambdas/runtime/environment.ts';
import { EventQueue, type EventQueueProps } from '../../lib/event-queue.ts';
import { EventQueueStack } from '../../lib/event-queue-stack.ts';
import { timingsFor } from '../../lib/timings.ts';
import { allowedTo, notBundled, type Resource, resourcesIn, stackWith, templateOf } from '../support/synthesized.ts';

const template = stackWith();
const { stack: twoQueues } = templateOf((app) => {
  const stack = new Stack(app, 'Two');
  for (const id of ['One', 'Other']) new EventQueue(stack, id);
  return { stack };
});

describe('nothing is lost', () => {
  test('when the stack is deleted: the table stays, and can be restored to any second', () => {
    template.hasResource('AWS::DynamoDB::GlobalTable', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        TimeToLiveSpecification: { AttributeName: 'expires_at', Enabled: true },
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        Replicas: [Match.objectLike({ PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } })],
      },
    });
  });

  test('when the stack is deleted, unless its owner chose that the table is deleted too', () => {
    const fleeting = stackWith({ removalPolicy: RemovalPolicy.DESTROY });
    fleeting.hasResource('AWS::DynamoDB::GlobalTable', { DeletionPolicy: 'Delete' });
  });

  test('by a deletion of the table, which its owner can forbid', () => {
    const protection = (stack: Template) =>
      resourcesIn(stack, 'AWS::DynamoDB::GlobalTable').flatMap(({ Properties }) =>
        Properties.Replicas.map(
          (replica: object) => 'DeletionProtectionEnabled' in replica && replica.DeletionProtectionEnabled,
        ),
      );
    expect(protection(stackWith({ deletionProtection: true }))).toEqual([true]);
    expect(protection(template)).toEqual([false]);
  });

  test('in a table from a backup: a deployment warns that it must be protected by hand', () => {
    const warnings = (props: EventQueueProps) =>
      new EventQueueStack(notBundled(), 'EventQueue', props).node
        .findAll()
        .flatMap(({ node }) => node.metadata.filter(({ type }) => type === 'aws:cdk:warning').map(({ data }) => data));
    expect(warnings({ restoredTable: 'backup', deletionProtection: true })).toEqual([
      expect.stringContaining('aws dynamodb update-table --table-name backup --deletion-protection-enabled'),
    ]);
    expect(warnings({ restoredTable: 'backup' })).toEqual([]);
  });

  test('when a backup takes the place of the table: the queue uses it, and makes no other', () => {
    const restored = stackWith({ restoredTable: 'events-of-yesterday' });
    restored.resourceCountIs('AWS::DynamoDB::GlobalTable', 0);
    restored.allResourcesProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ TABLE_NAME: 'events-of-yesterday' }) },
    });
    const allowed = JSON.stringify(resourcesIn(restored, 'AWS::IAM::Policy'));
    // Each of the six functions has one statement that allows it to use the table. The function that revokes keys has
    // one more, which allows it to remove them, and the one that delivers may look for the runs of a schedule.
    expect(allowed.match(/:table\/events-of-yesterday"/g)).toHaveLength(8);
  });

  test('of a batch: only the messages that failed come back', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 20 },
    });
  });

  test('by reserved concurrency: there is none by default, because a new account would refuse it', () => {
    expect(reservedIn(template)).toEqual({});
  });

  test.each<[NonNullable<EventQueueProps['reservedConcurrency']>, Record<string, number>]>([
    [{ dispatch: 2 }, { Dispatch: 2 }],
    [{ read: 300 }, { Read: 300 }],
    [
      { dispatch: 1, read: 1 },
      { Dispatch: 1, Read: 1 },
    ],
  ])('by reserved concurrency of the deliverers: where others have some (%j), they have none', (chosen, reserved) => {
    expect(reservedIn(stackWith({ reservedConcurrency: chosen }))).toEqual(reserved);
  });

  test('unseen: messages that no deliverer could handle are put aside for two weeks', () => {
    template.hasResourceProperties('AWS::SQS::Queue', { MessageRetentionPeriod: 14 * 86_400 });
    template.hasResourceProperties('AWS::SQS::Queue', {
      RedrivePolicy: { maxReceiveCount: 10, deadLetterTargetArn: Match.anyValue() },
    });
  });
});

describe.each([1, 6, 60, 300, 840])('with a longest call of %i s', (longest) => {
  const { answer, dispatch, deliver, visibility, oldestMessage, receives } = timingsFor(longest);

  test('a deliverer has time for it, and a message stays hidden for longer than its deliverer lives', () => {
    expect(deliver).toBeGreaterThanOrEqual(longest + 20);
    expect(deliver).toBeLessThanOrEqual(900);
    expect(visibility).toBeGreaterThan(deliver);
  });

  test('a message is not put aside within half an hour', () => {
    expect(visibility * receives).toBeGreaterThanOrEqual(30 * 60);
  });

  test('an answer comes before the API stops waiting, and a run of the dispatcher ends before it is stopped', () => {
    expect(answer).toBeLessThan(30);
    expect(dispatch).toBeGreaterThanOrEqual(LONGEST_RUN / 1_000 + 60);
    expect(dispatch).toBeLessThanOrEqual(900);
  });

  test('the alarm about the oldest message does not go off for one that waits for its instant, or is called', () => {
    expect(oldestMessage).toBeGreaterThanOrEqual(15 * 60 + visibility);
    expect(oldestMessage).toBeLessThanOrEqual(45 * 60);
  });

  test('functions, queue and code have the same timings', () => {
    const stack = stackWith({ maxTimeoutSeconds: longest });
    const timeouts = resourcesIn(stack, 'AWS::Lambda::Function').map(({ id, Properties }) => [
      nameOf(id),
      Properties.Timeout,
    ]);
    expect(Object.fromEntries(timeouts)).toEqual({
      Publish: answer,
      Read: answer,
      Manage: answer,
      Site: answer,
      Dispatch: dispatch,
      Deliver: deliver,
    });
    stack.hasResourceProperties('AWS::SQS::Queue', { VisibilityTimeout: visibility });
    stack.allResourcesProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: Match.objectLike({
          MAX_TIMEOUT_SECONDS: String(longest),
          VISIBILITY_SECONDS: String(visibility),
        }),
      },
    });
    stack.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'ApproximateAgeOfOldestMessage',
      Threshold: oldestMessage,
    });
  });
});

test('in an upgrade, the functions that deliver, find or change events come before the one that publishes', () => {
  const named = (name: string) => resources('AWS::Lambda::Function').find(({ id }) => nameOf(id) === name);
  const others = ['Deliver', 'Dispatch', 'Read'].map((name) => named(name)?.id);
  expect(named('Publish')?.DependsOn).toEqual(expect.arrayContaining([...others, named('Manage')?.id]));
  // It makes schedules, whose events are published as well.
  expect(named('Manage')?.DependsOn).toEqual(expect.arrayContaining(others));
});

test('the dispatcher runs every minute', () => {
  template.hasResourceProperties('AWS::Events::Rule', {
    ScheduleExpression: 'rate(1 minute)',
    State: 'ENABLED',
    Targets: [Match.objectLike({ RetryPolicy: { MaximumRetryAttempts: 0 } })],
  });
});

test.each([
  ['a run that failed or had to wait is not repeated, because the next one follows', 'Dispatch'],
  ['an asynchronous invocation of publish, which the documentation forbids, is never repeated by Lambda', 'Publish'],
])('%s', (_, name) => {
  const [config, ...others] = resources('AWS::Lambda::EventInvokeConfig').filter(
    ({ Properties }) => nameOf(Properties.FunctionName.Ref) === name,
  );
  expect(others).toEqual([]);
  expect(config?.Properties).toMatchObject({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 });
});

test('no other function is invoked asynchronously', () => {
  template.resourceCountIs('AWS::Lambda::EventInvokeConfig', 2);
});

test('Lambda stops a loop of any function but deliver, whose attempts send the messages of the next ones', () => {
  const loops = resources('AWS::Lambda::Function').map(({ id, Properties }) => [nameOf(id), Properties.RecursiveLoop]);
  const others = ['Publish', 'Read', 'Manage', 'Site', 'Dispatch'].map((name) => [name, 'Terminate']);
  expect(Object.fromEntries(loops)).toEqual(Object.fromEntries([['Deliver', 'Allow'], ...others]));
});

test('the cost of today counts the logs of the queue, and no others of the account', () => {
  const [dashboard] = resources('AWS::CloudWatch::Dashboard');
  const parts: readonly (string | { readonly Ref?: string })[] = dashboard?.Properties.DashboardBody['Fn::Join'][1];
  const groups = parts.flatMap((part, index) =>
    String(part).endsWith('"IncomingBytes","LogGroupName","') ? [parts[index + 1]] : [],
  );
  expect(JSON.stringify(parts).match(/IncomingBytes/g)).toHaveLength(7);
  expect(new Set(groups.map((group) => (group as { Ref?: string }).Ref)).size).toBe(7);
});

describe('the least that each function needs', () => {
  const onTable = (...actions: string[]) => ({ EventsTable: actions.map((one) => `dynamodb:${one}`) });
  const onQueue = (...actions: string[]) => ({ DueQueue: actions.map((one) => `sqs:${one}`) });

  const ofKeys = { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['keys', 'key#*'] } };
  const ofRuns = { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['runs#*'] } };
  const ofPauses = { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['pause'] } };

  test.each([
    ['Publish', { ...onTable('BatchGetItem', 'BatchWriteItem', 'PutItem'), ...onQueue('SendMessage') }],
    ['Read', onTable('BatchGetItem', 'Query')],
    [
      'Manage',
      {
        ...onTable('BatchGetItem', 'BatchWriteItem', 'PutItem', 'Query', 'UpdateItem'),
        [`EventsTable only if ${JSON.stringify(ofKeys)}`]: ['dynamodb:DeleteItem'],
        ...onQueue('SendMessage'),
      },
    ],
    ['Site', { [`EventsTable only if ${JSON.stringify(ofPauses)}`]: ['dynamodb:BatchGetItem'] }],
    [
      'Dispatch',
      {
        ...onTable('BatchGetItem', 'BatchWriteItem', 'PutItem', 'Query', 'UpdateItem'),
        ...onQueue('GetQueueAttributes', 'SendMessage'),
      },
    ],
    [
      'Deliver',
      {
        ...onTable('BatchGetItem', 'BatchWriteItem', 'PutItem'),
        [`EventsTable only if ${JSON.stringify(ofRuns)}`]: ['dynamodb:Query'],
        ...onQueue('DeleteMessage', 'GetQueueAttributes', 'ReceiveMessage', 'SendMessage'),
      },
    ],
  ])(
    '%s may do what it does to table and due queue, write its own log and its traces, and nothing else',
    (name, own) => {
      const log = { [`${name}Log`]: ['logs:CreateLogStream', 'logs:PutLogEvents'] };
      const traces = { '*': ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'] };
      expect(allowedTo(template, name)).toEqual({ ...log, ...traces, ...own });
    },
  );

  test('and there are no other roles, and no policies that AWS manages', () => {
    const roles = resources('AWS::IAM::Role');
    expect(roles).toHaveLength(6);
    for (const { Properties } of roles) expect(Object.keys(Properties)).toEqual(['AssumeRolePolicyDocument']);
    template.resourceCountIs('AWS::IAM::Policy', 6);
  });
});

describe('the API', () => {
  const wanted = Object.values<Route>(routes(defaultSettings, () => 0)).flatMap(
    ({ method, path, aliases, function: name }) =>
      [path, ...aliases.map((alias) => alias.path)].flatMap((one) =>
        (method === 'GET' ? ['GET', 'HEAD'] : [method]).map((each) => [`${each} ${one}`, name] as const),
      ),
  );

  test.each([...wanted, ['$default', 'site'] as const])('%s goes to %s', (key, name) => {
    const [route] = resources('AWS::ApiGatewayV2::Route').filter(({ Properties }) => Properties.RouteKey === key);
    const [, integrationId] = route?.Properties.Target['Fn::Join'][1] ?? [];
    const integration = template.toJSON().Resources[integrationId.Ref];
    expect(nameOf(integration.Properties.IntegrationUri['Fn::GetAtt'][0]).toLowerCase()).toBe(name);
    expect(integration.Properties).toMatchObject({ IntegrationType: 'AWS_PROXY', PayloadFormatVersion: '2.0' });
  });

  test('has no other routes, and limits the requests in a second', () => {
    expect(resources('AWS::ApiGatewayV2::Route')).toHaveLength(wanted.length + 1);
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 },
    });
  });

  test('logs each request without its query, its path and who asked', () => {
    const [stage] = resources('AWS::ApiGatewayV2::Stage');
    const line = JSON.parse(stage?.Properties.AccessLogSettings.Format);
    expect(Object.values(line).join(' ')).not.toMatch(/path|query|identity|authorizer|header/i);
    expect(line).toMatchObject({ route: '$context.routeKey', status: '$context.status' });
  });

  test('is open to pages of the origins that are named, and to no others', () => {
    const [closed] = resources('AWS::ApiGatewayV2::Api');
    expect(closed?.Properties).not.toHaveProperty('CorsConfiguration');
    stackWith({ corsOrigins: ['https://app.example.com'] }).hasResourceProperties('AWS::ApiGatewayV2::Api', {
      CorsConfiguration: {
        AllowOrigins: ['https://app.example.com'],
        AllowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
        AllowHeaders: ['authorization', 'content-type', 'idempotency-key', 'x-api-key'],
        ExposeHeaders: ['retry-after'],
      },
    });
  });

  test('has a name that differs from those of other queues', () => {
    const names = (stack: Template) =>
      resourcesIn(stack, 'AWS::ApiGatewayV2::Api').map(({ Properties }) => Properties.Name);
    expect(names(template)).toEqual(['EventQueue/Queue']);
    expect(names(twoQueues)).toEqual(['Two/One', 'Two/Other']);
    const long = templateOf((app) => ({ stack: new EventQueueStack(app, 'Long', { stackName: 'x'.repeat(128) }) }));
    expect(names(long.stack)).toEqual([`${'x'.repeat(122)}/Queue`]);
  });

  test('can be closed under the name that AWS gives it if it has a domain, and the queue calls neither name', () => {
    const { stack, own } = withDomain({ disableExecuteApiEndpoint: true });
    stack.hasResourceProperties('AWS::ApiGatewayV2::Api', { DisableExecuteApiEndpoint: true });
    expect(own.url).toBe('https://queue.example.com');
    for (const { Properties } of resourcesIn(stack, 'AWS::Lambda::Function')) {
      expect(JSON.stringify(Properties.Environment.Variables.OWN_HOSTS)).toMatch(/ApiEndpoint.*,queue\.example\.com/);
    }
    for (const open of [template, withDomain({}).stack]) {
      open.hasResourceProperties('AWS::ApiGatewayV2::Api', { DisableExecuteApiEndpoint: false });
    }
  });

  test('logs where API Gateway may write without a policy that all APIs of an account share', () => {
    const [stage] = resources('AWS::ApiGatewayV2::Stage');
    const { DestinationArn } = stage?.Properties.AccessLogSettings ?? {};
    const { LogGroupName } = template.toJSON().Resources[DestinationArn['Fn::GetAtt'][0]].Properties;
    expect(LogGroupName['Fn::Join'][1][0]).toMatch(/^\/aws\/vendedlogs\/[\w./#-]+$/);
    template.resourceCountIs('AWS::Logs::ResourcePolicy', 0);
  });

  test('logs under a name that no queue before it has taken: the log of one that was deleted is kept', () => {
    const stackId = { 'Fn::Select': [2, { 'Fn::Split': ['/', { Ref: 'AWS::StackId' }] }] };
    const names = resourcesIn(twoQueues, 'AWS::Logs::LogGroup').flatMap(({ Properties }) =>
      Properties.LogGroupName === undefined ? [] : [Properties.LogGroupName['Fn::Join'][1]],
    );
    expect(names).toHaveLength(2);
    for (const [, ...rest] of names) expect(rest).toEqual([stackId]);
    expect(new Set(names.map(([start]) => start)).size).toBe(2);
  });

  test('has a domain of its own if one is given', () => {
    const { stack, own } = withDomain({});
    stack.hasResourceProperties('AWS::ApiGatewayV2::DomainName', { DomainName: 'queue.example.com' });
    stack.hasResourceProperties('AWS::ApiGatewayV2::ApiMapping', { Stage: '$default' });
    expect(own.url).toBe('https://queue.example.com');
    expect(own.domainTarget).toBeDefined();
  });
});

test('the queue never calls itself under the name that AWS gives it, its domain or any other known name', () => {
  const { stack } = withDomain({ ownHosts: ['other.example.com'] });
  for (const { Properties } of resourcesIn(stack, 'AWS::Lambda::Function')) {
    const [separator, parts] = Properties.Environment.Variables.OWN_HOSTS['Fn::Join'];
    expect(separator).toBe('');
    expect(JSON.stringify(parts[0])).toContain('ApiEndpoint');
    expect(parts[1]).toBe(',queue.example.com,other.example.com');
  }
});

describe('the functions', () => {
  test('run on Node 24 and arm64, with traces', () => {
    const functions = resources('AWS::Lambda::Function');
    expect(functions).toHaveLength(6);
    for (const { Properties } of functions) {
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        TracingConfig: { Mode: 'Active' },
        LoggingConfig: { LogFormat: 'JSON', SystemLogLevel: 'WARN' },
      });
    }
  });

  test.each<[string, EventQueueProps, object]>([
    ['shards', { shards: 16 }, { SHARDS: 16 }],
    ['private targets', { privateTargets: true }, { PRIVATE_TARGETS: true }],
    ['nothing', {}, { SHARDS: 4, PRIVATE_TARGETS: false, QUEUE_NAME: 'EventQueue/Queue' }],
  ])('get the chosen settings: %s', (_, chosen, told) => {
    const stack = stackWith(chosen);
    for (const { Properties } of resourcesIn(stack, 'AWS::Lambda::Function')) {
      const { Variables } = Properties.Environment;
      const plain = { ...Variables, QUEUE_URL: 'https://x.example/', TABLE_NAME: 'x', OWN_HOSTS: '' };
      expect(readEnvironment(plain)).toMatchObject(told);
    }
  });
});

test('without traces, the functions may not send any', () => {
  const untraced = stackWith({ tracing: false });
  for (const { Properties } of resourcesIn(untraced, 'AWS::Lambda::Function')) {
    expect(Properties).not.toHaveProperty('TracingConfig');
  }
  expect(JSON.stringify(resourcesIn(untraced, 'AWS::IAM::Policy'))).not.toContain('xray');
});

describe('of requests that wait', () => {
  const { rateLimit, burstLimit } = { rateLimit: 100, burstLimit: 200 };
  const waits = (stack: Template) =>
    new Set(
      resourcesIn(stack, 'AWS::Lambda::Function').map(
        ({ Properties }) => Properties.Environment.Variables.MAX_WAIT_SECONDS,
      ),
    );

  test('all that the API lets through leave deliverers and publishers enough of an account of 1,000 executions', () => {
    const [longest = Number.NaN, ...others] = [...waits(template)].map(Number);
    expect(others).toEqual([]);
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      DefaultRouteSettings: { ThrottlingRateLimit: rateLimit, ThrottlingBurstLimit: burstLimit },
    });
    expect(rateLimit * longest + burstLimit).toBeLessThanOrEqual(700);
    expect(longest).toBeGreaterThan(0);
  });

  test.each([0, 1, 20])('each function gets the longest wait: %i s', (maxWaitSeconds) => {
    expect(waits(stackWith({ maxWaitSeconds }))).toEqual(new Set([String(maxWaitSeconds)]));
  });
});

test('the console is told how often it may ask for the same data', () => {
  const told = (stack: Template) =>
    resourcesIn(stack, 'AWS::Lambda::Function').map(
      ({ Properties }) => Properties.Environment.Variables.CONSOLE_REFRESH_SECONDS,
    );
  expect(new Set(told(template))).toEqual(new Set(['10']));
  expect(new Set(told(stackWith({ consoleRefreshSeconds: 60 })))).toEqual(new Set(['60']));
});

test.each<[string, EventQueueProps]>([
  ['', {}],
  ['604800', { keepFailedFor: 604_800 }],
])('the functions get the time for which failures are kept: "%s"', (KEEP_FAILED_FOR, props) => {
  const Environment = { Variables: Match.objectLike({ KEEP_FAILED_FOR }) };
  stackWith(props).allResourcesProperties('AWS::Lambda::Function', { Environment });
});

test.each<[string, EventQueueProps]>([
  ['shards is 257. Give a whole number from 1 to 256.', { shards: 257 }],
  ['shards is 1.5. Give a whole number from 1 to 256.', { shards: 1.5 }],
  ['maxTimeoutSeconds is 841. Give a whole number from 1 to 840.', { maxTimeoutSeconds: 841 }],
  ['consoleRefreshSeconds is 0. Give a whole number from 1 to 3600.', { consoleRefreshSeconds: 0 }],
  ['maxWaitSeconds is 21. Give a whole number from 0 to 20.', { maxWaitSeconds: 21 }],
  ['maxWaitSeconds is -1. Give a whole number from 0 to 20.', { maxWaitSeconds: -1 }],
  ['reservedConcurrency.read is 0. Give a whole number from 1 to', { reservedConcurrency: { read: 0 } }],
  ['reservedConcurrency.dispatch is 1.5. Give', { reservedConcurrency: { dispatch: 1.5 } }],
  ['keepFailedFor is 59. Give a whole number from 60 to 7776000.', { keepFailedFor: 59 }],
  [
    'disableExecuteApiEndpoint is true, but there is no domain under which the API could be reached.',
    { disableExecuteApiEndpoint: true },
  ],
  ['alarmEmail is "nope", which is not a mail address. Give one, or leave it out.', { alarmEmail: 'nope' }],
  ['maxConcurrency is 1. Give a whole number from 2 to 1000.', { maxConcurrency: 1 }],
])('an invalid prop is refused before anything is deployed: %s', (message, props) => {
  expect(() => stackWith(props)).toThrow(message);
});

test('a role that is granted to publish may invoke that function, and no other', () => {
  const { stack } = templateOf((app) => {
    const one = new Stack(app, 'One');
    const grantee = new Role(one, 'Grantee', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
    new EventQueue(one, 'Queue').grantPublish(grantee);
    return { stack: one };
  });
  const policies = resourcesIn(stack, 'AWS::IAM::Policy').filter(({ id }) => id.startsWith('Grantee'));
  const [{ Action, Resource }] = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  expect(Action).toBe('lambda:InvokeFunction');
  expect(JSON.stringify(Resource)).toMatch(/^\[\{"Fn::GetAtt":\["QueuePublishFunction\w+","Arn"\]\}/);
});

test('the outputs of the stack say where to publish, and how to make the first key', () => {
  template.hasOutput('Url', { Value: { 'Fn::GetAtt': [Match.stringLikeRegexp('QueueApi'), 'ApiEndpoint'] } });
  const { FirstKey } = template.toJSON().Outputs;
  expect(FirstKey.Value['Fn::Join'][1][0]).toMatch(/^npm run keys -- create .* --table $/);
});

test.each([
  ['Dashboard', 'Ref', 'AWS::CloudWatch::Dashboard', /^QueueDashboard/],
  ['AlarmTopic', 'Ref', 'AWS::SNS::Topic', /^QueueAlarmsTopic/],
  ['DeadLetterQueue', 'Ref', 'AWS::SQS::Queue', /^QueueDueDeadLetters/],
  ...['Publish', 'Read', 'Manage', 'Site', 'Dispatch', 'Deliver'].map(
    (name) => [`${name}Log`, 'Ref', 'AWS::Logs::LogGroup', new RegExp(`^Queue${name}Log`)] as const,
  ),
  ['AccessLog', 'Ref', 'AWS::Logs::LogGroup', /^QueueApiAccessLog/],
])('the outputs of the stack name the resource to look at: %s', (name, intrinsic, type, id) => {
  const { Outputs, Resources } = template.toJSON();
  const named: string = Outputs[name].Value[intrinsic];
  expect(named).toMatch(id);
  expect(Resources[named].Type).toBe(type);
  expect(Outputs[name].Description).toMatch(/^[A-Z].*\.$/);
});

describe('cdk.json', () => {
  const read = (path: string) => JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'));
  const { context } = read('cdk.json');

  test('has the feature flags that `cdk init` of the pinned CLI writes', () => {
    expect(context).toMatchObject(read('node_modules/aws-cdk/lib/init-templates/.recommended-feature-flags.json'));
  });

  test('has no flag that replaces a resource: a stack with other flags keeps its table', () => {
    const { stack } = templateOf(() => ({ stack: new EventQueueStack(notBundled({ flags: {} }), 'EventQueue') }));
    const others = stack.toJSON();
    expect(Object.keys(others.Resources)).toEqual(Object.keys(template.toJSON().Resources));
  });
});

describe('two queues do not conflict', () => {
  test('in one stack', () => {
    twoQueues.resourceCountIs('AWS::DynamoDB::GlobalTable', 2);
    expect(queueNamesIn(twoQueues)).toEqual(new Set(['Two/One', 'Two/Other']));
  });

  test('in two stacks of one account, or in one that was renamed', () => {
    const named = (id: string, stackName?: string) =>
      templateOf((app) => ({
        stack: new EventQueueStack(app, id, stackName ? { stackName } : {}),
      })).stack;
    expect(queueNamesIn(named('Mails'))).toEqual(new Set(['Mails/Queue']));
    expect(queueNamesIn(named('EventQueue', 'Renamed'))).toEqual(new Set(['Renamed/Queue']));
  });

  test('because no resource has a name of its own, but for the access log, whose name holds the id of the stack', () => {
    for (const one of [template, twoQueues]) {
      const names = Object.values<Resource>(one.toJSON().Resources).flatMap(({ Type, Properties = {} }) =>
        Object.keys(Properties)
          .filter((key) => PHYSICAL_NAMES.includes(key))
          .map((key) => `${Type} ${key}`),
      );
      expect(names.filter((name) => !NOT_OF_AN_ACCOUNT.includes(name))).toEqual([]);
    }
  });
});

const PHYSICAL_NAMES = [
  'AlarmName',
  'DashboardName',
  'FunctionName',
  'LogGroupName',
  'Name',
  'PolicyName',
  'QueueName',
  'RoleName',
  'TableName',
  'TopicName',
];
/** Properties with names that need not be unique in an account, or that refer to something else. */
const NOT_OF_AN_ACCOUNT = [
  'AWS::ApiGatewayV2::Api Name',
  'AWS::IAM::Policy PolicyName',
  'AWS::Lambda::EventInvokeConfig FunctionName',
  'AWS::Lambda::EventSourceMapping FunctionName',
  'AWS::Lambda::Permission FunctionName',
  'AWS::Logs::LogGroup LogGroupName',
  'AWS::Logs::MetricFilter LogGroupName',
];

/** A stack with a queue at queue.example.com. */
function withDomain(props: EventQueueProps) {
  return templateOf((app) => {
    const stack = new Stack(app, 'Own');
    const certificate = Certificate.fromCertificateArn(stack, 'Certificate', 'arn:aws:acm:us-east-1:1:certificate/x');
    const domain = { name: 'queue.example.com', certificate };
    return { stack, own: new EventQueue(stack, 'Queue', { ...props, domain }) };
  });
}

function resources(type: string): readonly Resource[] {
  return resourcesIn(template, type);
}

/** The name of a function in a logical id: `Publish` for `QueuePublishFunction1234`. */
function nameOf(id: string): string {
  return /^Queue([A-Z][a-z]+)Function/.exec(id)?.[1] ?? id;
}

/** How many concurrent executions are reserved for each function. */
function reservedIn(stack: Template): Record<string, number> {
  const reserved = resourcesIn(stack, 'AWS::Lambda::Function').flatMap(({ id, Properties }) =>
    'ReservedConcurrentExecutions' in Properties ? [[nameOf(id), Properties.ReservedConcurrentExecutions]] : [],
  );
  return Object.fromEntries(reserved);
}

function queueNamesIn(stack: Template): ReadonlySet<string> {
  return new Set(
    resourcesIn(stack, 'AWS::Lambda::Function').map(({ Properties }) => Properties.Environment.Variables.QUEUE_NAME),
  );
}

import { describe, expect, test } from '@jest/globals';
import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { type Route, routes } from '../../api/routes.ts';
import { defaultSettings } from '../../core/settings.ts';
import { EventQueue } from '../../lib/event-queue.ts';
import { EventQueueStack } from '../../lib/event-queue-stack.ts';
import { timingsFor } from '../../lib/timings.ts';

const template = templateOf((app) => new EventQueueStack(app, 'EventQueue', { version: '1.2.3' }));

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

  test('of a batch: what failed comes back alone', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 20 },
    });
  });

  test.each([1, 6, 60, 300, 840])(
    'with a longest call of %i s: a message stays hidden for longer than its deliverer lives',
    (longest) => {
      const { deliver, visibility, receives } = timingsFor(longest);
      expect(deliver).toBeGreaterThanOrEqual(longest + 20);
      expect(deliver).toBeLessThanOrEqual(900);
      expect(visibility).toBeGreaterThan(deliver);
      expect(visibility * receives).toBeGreaterThanOrEqual(30 * 60);
    },
  );

  test('by reserved concurrency: there is none', () => {
    for (const { Properties } of resources('AWS::Lambda::Function')) {
      expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions');
    }
  });

  test('unseen: what nobody could handle is put aside for two weeks', () => {
    template.hasResourceProperties('AWS::SQS::Queue', { MessageRetentionPeriod: 14 * 86_400 });
    template.hasResourceProperties('AWS::SQS::Queue', {
      VisibilityTimeout: 180,
      RedrivePolicy: { maxReceiveCount: 10, deadLetterTargetArn: Match.anyValue() },
    });
  });
});

test('the dispatcher runs every minute', () => {
  template.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(1 minute)', State: 'ENABLED' });
});

describe('the least that each function needs', () => {
  test.each<[string, readonly string[]]>([
    ['Publish', ['dynamodb:BatchGetItem', 'dynamodb:BatchWriteItem', 'dynamodb:PutItem', 'sqs:SendMessage']],
    ['Read', ['dynamodb:BatchGetItem', 'dynamodb:Query']],
    [
      'Manage',
      [
        'dynamodb:BatchGetItem',
        'dynamodb:BatchWriteItem',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'dynamodb:UpdateItem',
        'sqs:SendMessage',
      ],
    ],
    ['Site', []],
    [
      'Dispatch',
      [
        'dynamodb:BatchGetItem',
        'dynamodb:BatchWriteItem',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'dynamodb:UpdateItem',
        'sqs:GetQueueAttributes',
        'sqs:SendMessage',
      ],
    ],
    [
      'Deliver',
      [
        'dynamodb:BatchGetItem',
        'dynamodb:BatchWriteItem',
        'dynamodb:PutItem',
        'sqs:ChangeMessageVisibility',
        'sqs:DeleteMessage',
        'sqs:GetQueueAttributes',
        'sqs:GetQueueUrl',
        'sqs:ReceiveMessage',
        'sqs:SendMessage',
      ],
    ],
  ])('%s may do %j, and nothing else', (name, actions) => {
    const statements = statementsOf(name);
    expect([...new Set(statements.flatMap(({ Action }) => Action))].sort()).toEqual(actions);
    expect(JSON.stringify(statements.map(({ Resource }) => Resource))).not.toContain('*');
  });
});

describe('the API', () => {
  const wanted = Object.values<Route>(routes(defaultSettings, () => 0)).flatMap(
    ({ method, path, aliases, function: name }) =>
      [path, ...aliases.map((alias) => alias.path)].map((one) => [`${method} ${one}`, name] as const),
  );

  test.each([...wanted, ['$default', 'site'] as const])('%s goes to %s', (key, name) => {
    const [route] = resources('AWS::ApiGatewayV2::Route').filter(({ Properties }) => Properties.RouteKey === key);
    const [, integrationId] = route?.Properties.Target['Fn::Join'][1] ?? [];
    const integration = template.toJSON().Resources[integrationId.Ref];
    expect(integration.Properties.IntegrationUri['Fn::GetAtt'][0].toLowerCase()).toMatch(new RegExp(`^queue${name}`));
  });

  test('has no other routes, and a limit', () => {
    expect(resources('AWS::ApiGatewayV2::Route')).toHaveLength(wanted.length + 1);
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      DefaultRouteSettings: { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 },
    });
  });
});

test('the functions run where they were tested: Node 24 on arm64', () => {
  const functions = resources('AWS::Lambda::Function');
  expect(functions).toHaveLength(6);
  for (const { Properties } of functions) {
    expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
  }
});

test('two queues stand in one app, and no resource has a name of its own', () => {
  const twice = templateOf((app) => {
    const stack = new Stack(app, 'Two');
    for (const id of ['One', 'Other']) new EventQueue(stack, id, { version: '1.2.3' });
    return stack;
  });
  twice.resourceCountIs('AWS::DynamoDB::GlobalTable', 2);
  expect(JSON.stringify(twice.toJSON())).not.toMatch(/"(TableName|QueueName|FunctionName)":"/);
});

function templateOf(stackIn: (app: App) => Stack): Template {
  return Template.fromStack(stackIn(new App({ context: { 'aws:cdk:bundling-stacks': [] } })));
}

function resources(type: string) {
  return Object.values(template.findResources(type)).map(({ Properties }) => ({ Properties }));
}

function statementsOf(name: string): readonly { readonly Action: string | string[]; readonly Resource: unknown }[] {
  const policies = Object.entries(template.findResources('AWS::IAM::Policy'));
  const own = policies.filter(([id]) => id.startsWith(`Queue${name}ServiceRole`));
  return own.flatMap(([, policy]) => policy.Properties.PolicyDocument.Statement);
}

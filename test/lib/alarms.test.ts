import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { LONGEST_RUN } from '../../core/dispatch.ts';
import { EventQueueStack } from '../../lib/event-queue-stack.ts';
import { notBundled, resourcesIn } from './synthesized.ts';

const MINUTE = 60_000;
const template = Template.fromStack(
  new EventQueueStack(notBundled(), 'EventQueue', { alarmEmail: 'on-call@example.com' }),
);
const alarms = new Map(
  resourcesIn(template, 'AWS::CloudWatch::Alarm').map(({ id, Properties }) => [
    id.replace(/^QueueAlarms|[0-9A-F]{8}$/g, ''),
    Properties,
  ]),
);

describe('somebody is woken', () => {
  const more = 'GreaterThanOrEqualToThreshold';

  test.each([
    ['by a message that is older than any should get', 'OldestMessage', more, 1_200, 3],
    ['by one dead letter', 'DeadLetters', more, 1, 1],
    ['by ten minutes without a run of the dispatcher', 'DispatchNotRunning', 'LessThanThreshold', 1, 2],
    ['by a dispatcher five minutes behind', 'DispatchBehind', more, 300_000, 2],
    ['by an audit that is an hour behind', 'AuditBehind', more, 3_600_000, 5],
    ['by attempts a minute late', 'Late', more, 60_000, 5],
    ['by errors in two of three periods', 'Errors', more, 1, 3],
    ['by throttles in two of three periods', 'Throttles', more, 1, 3],
    ['by answers with 5xx in two of three periods', 'ServerErrors', more, 1, 3],
  ])('%s: %s', (_, name, ComparisonOperator, Threshold, EvaluationPeriods) => {
    expect(alarms.get(name)).toMatchObject({ ComparisonOperator, Threshold, EvaluationPeriods });
  });

  test('and by a dispatcher that says nothing at all; what else is silent is at rest', () => {
    const silent = [...alarms].filter(([, { TreatMissingData }]) => TreatMissingData !== 'notBreaching');
    expect(silent.map(([name]) => name)).toEqual(['DispatchNotRunning']);
    expect(alarms.get('DispatchNotRunning').TreatMissingData).toBe('breaching');
  });

  test('by a dispatcher whose runs take four minutes each, which is when it is behind: each period has one', () => {
    expect(alarms.get('DispatchBehind').Period * 1_000).toBeGreaterThan(LONGEST_RUN + MINUTE);
  });

  test('by a dispatcher that has stopped, not by the last values that it left', () => {
    const [expression, runs] = alarms.get('DispatchNotRunning').Metrics;
    expect(expression).toMatchObject({ Expression: 'FILL(m0, 0)', ReturnData: true });
    expect(runs).toMatchObject({ Id: 'm0', MetricStat: { Period: 300, Stat: 'SampleCount' }, ReturnData: false });
  });

  test('by mail, through a topic that takes word from this account’s alarms alone', () => {
    const [topic] = resourcesIn(template, 'AWS::SNS::Topic');
    const to = [{ Ref: topic?.id }];
    for (const alarm of alarms.values()) expect(alarm).toMatchObject({ AlarmActions: to, OKActions: to });
    template.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'on-call@example.com' });
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: Match.objectLike({
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Allow',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Action: 'sns:Publish',
            Resource: to[0],
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          }),
        ]),
      }),
    });
  });

  test('and finds what to do: each alarm has its part of docs/operations.md, and there are no others', () => {
    const operations = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    const [, parts = ''] = operations.split('\n## Alarms\n');
    const [described = ''] = parts.split('\n## ');
    expect([...described.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)).toEqual([...alarms.keys()]);
    for (const [name, { AlarmDescription }] of alarms) {
      expect(AlarmDescription).toContain(`What to do: docs/operations.md, ${name}.`);
    }
  });
});

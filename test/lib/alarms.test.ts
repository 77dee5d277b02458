import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { LONGEST_RUN } from '../../core/dispatch/dispatcher.ts';
import { HOUR, MINUTE } from '../../core/durations.ts';
import { resourcesIn, stackWith } from '../support/synthesized.ts';

const template = stackWith({ alarmEmail: 'on-call@example.com' });
const alarms = alarmsIn(template);

describe('an alarm', () => {
  const more = 'GreaterThanOrEqualToThreshold';

  test.each([
    ['goes off when one event has failed for good', 'EventsFailed', more, 1, 1],
    ['goes off when a message is older than any message should become', 'OldestMessage', more, 1_200, 3],
    ['goes off when there is one dead letter', 'DeadLetters', more, 1, 1],
    ['goes off after ten minutes without a run of the dispatcher', 'DispatchNotRunning', 'LessThanThreshold', 1, 2],
    ['goes off when the dispatcher is five minutes behind', 'DispatchBehind', more, 5 * MINUTE, 2],
    ['goes off when the audit is an hour behind', 'AuditBehind', more, HOUR, 5],
    ['goes off when a pause has lasted for an hour', 'Paused', more, HOUR, 1],
    ['goes off when attempts are a minute late', 'Late', more, MINUTE, 60],
    ['goes off when functions fail in two of three periods', 'Errors', more, 1, 3],
    ['goes off when functions are throttled in two of three periods', 'Throttles', more, 1, 3],
    ['goes off when the API answers with 5xx in two of three periods', 'ServerErrors', more, 1, 3],
    ['goes off when the API answers with 429 in two of three periods', 'TooManyRequests', more, 1, 3],
  ])('%s: %s', (_, name, ComparisonOperator, Threshold, EvaluationPeriods) => {
    expect(alarms.get(name)).toMatchObject({ ComparisonOperator, Threshold, EvaluationPeriods });
  });

  test('treats missing data as a breach for the runs of the dispatcher alone, because all other metrics are missing when nothing happens', () => {
    const silent = [...alarms].filter(([, { TreatMissingData }]) => TreatMissingData !== 'notBreaching');
    expect(silent.map(([name]) => name)).toEqual(['DispatchNotRunning']);
    expect(alarms.get('DispatchNotRunning').TreatMissingData).toBe('breaching');
  });

  test('goes off within five minutes for each event that fails for good, however few events there are', () => {
    expect(alarms.get('EventsFailed')).toMatchObject({
      Namespace: 'EventQueue',
      MetricName: 'Exhausted',
      Statistic: 'Sum',
      Period: 300,
      Dimensions: [{ Name: 'service', Value: 'EventQueue/Queue' }],
    });
  });

  test.each([2, 1_000_000])('goes off for as many failed events as the owner says: %i', (failedEventsAlarm) => {
    expect(alarmsIn(stackWith({ failedEventsAlarm })).get('EventsFailed').Threshold).toBe(failedEventsAlarm);
  });

  test('for failed events is left out if the owner wants that, and all other alarms stay', () => {
    const others = [...alarms.keys()].filter((name) => name !== 'EventsFailed');
    expect([...alarmsIn(stackWith({ failedEventsAlarm: false })).keys()]).toEqual(others);
  });

  test.each([0, -1, 1.5, Number.NaN, 1_000_001])('with an invalid threshold is refused: %d', (failedEventsAlarm) => {
    expect(() => stackWith({ failedEventsAlarm })).toThrow(
      `failedEventsAlarm is ${failedEventsAlarm}. Give a whole number from 1 to 1000000.`,
    );
  });

  test('goes off when three attempts in an hour are late, although no attempt starts in its other minutes', () => {
    const { Period, DatapointsToAlarm, EvaluationPeriods, TreatMissingData, ExtendedStatistic } = alarms.get('Late');
    expect([Period, DatapointsToAlarm, EvaluationPeriods]).toEqual([60, 3, 60]);
    expect([TreatMissingData, ExtendedStatistic]).toEqual(['notBreaching', 'p99']);
  });

  test('goes off for requests that the API refuses, which are counted from the access log of each queue separately', () => {
    const [stage] = resourcesIn(template, 'AWS::ApiGatewayV2::Stage');
    const [filter, ...others] = resourcesIn(template, 'AWS::Logs::MetricFilter');
    expect(others).toEqual([]);
    const { FilterPattern, LogGroupName, MetricTransformations } = filter?.Properties ?? {};
    expect(FilterPattern).toBe('{ $.status = "429" }');
    expect(stage?.Properties.AccessLogSettings.DestinationArn['Fn::GetAtt'][0]).toBe(LogGroupName.Ref);
    const line = JSON.parse(stage?.Properties.AccessLogSettings.Format);
    expect(line).toMatchObject({ service: 'EventQueue/Queue', status: '$context.status' });
    expect(MetricTransformations).toEqual([
      {
        MetricNamespace: 'EventQueue/Api',
        MetricName: 'TooManyRequests',
        MetricValue: '1',
        Dimensions: [{ Key: 'service', Value: '$.service' }],
      },
    ]);
    expect(alarms.get('TooManyRequests')).toMatchObject({
      Namespace: 'EventQueue/Api',
      MetricName: 'TooManyRequests',
      Statistic: 'Sum',
      Dimensions: [{ Name: 'service', Value: 'EventQueue/Queue' }],
      DatapointsToAlarm: 2,
    });
  });

  test('for a dispatcher that is behind has a period in which even a run of four minutes ends', () => {
    expect(alarms.get('DispatchBehind').Period * 1_000).toBeGreaterThan(LONGEST_RUN + MINUTE);
  });

  test('for a dispatcher that has stopped counts its runs, and no values of earlier runs', () => {
    const [expression, runs] = alarms.get('DispatchNotRunning').Metrics;
    expect(expression).toMatchObject({ Expression: 'FILL(m0, 0)', ReturnData: true });
    expect(runs).toMatchObject({ Id: 'm0', MetricStat: { Period: 300, Stat: 'SampleCount' }, ReturnData: false });
  });

  test('is sent by mail, through a topic to which only alarms of this account may publish', () => {
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

  test('has a row in docs/operations.md that says what to do, and each row there has an alarm', () => {
    const operations = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    const [, parts = ''] = operations.split('\n## Alarms\n');
    const [described = ''] = parts.split('\n## ');
    expect([...described.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)).toEqual([...alarms.keys()]);
    for (const [name, { AlarmDescription }] of alarms) {
      expect(AlarmDescription).toContain(`What to do: docs/operations.md, ${name}.`);
    }
  });
});

/** The alarms of a stack by their names, in the order of the template. */
function alarmsIn(stack: Template) {
  return new Map(
    resourcesIn(stack, 'AWS::CloudWatch::Alarm').map(({ id, Properties }) => [
      id.replace(/^QueueAlarms|[0-9A-F]{8}$/g, ''),
      Properties,
    ]),
  );
}

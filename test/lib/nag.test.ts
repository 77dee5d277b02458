import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { type App, Stack, Validations } from 'aws-cdk-lib';
import { CfnTopic } from 'aws-cdk-lib/aws-sns';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { EventQueueStack } from '../../lib/event-queue-stack.ts';
import { notBundled } from '../support/synthesized.ts';

const app = notBundled({ validated: true });
const stack = new EventQueueStack(app, 'EventQueue', { alarmEmail: 'on-call@example.com' });

test('nothing in the stack is against the rules of AwsSolutions and Serverless without a reason', () => {
  expect(findings(app)).toEqual([]);
});

test('the rules are applied: a topic that takes messages without TLS is found', () => {
  const theirs = notBundled();
  new CfnTopic(new Stack(theirs, 'Theirs'), 'Topic');
  expect(findings(theirs)).toContain('AwsSolutions-SNS3');
});

test('there are no other exceptions than the known ones', () => {
  const metadata = stack.node.findAll().flatMap(({ node }) => node.metadata);
  const exceptions = metadata.filter(({ type }) => type === 'aws:cdk:acknowledged-rules');
  expect(
    new Set(exceptions.flatMap(({ data }) => Object.keys(data).map((id) => id.replace(/^.*::(?=[AS])/, '')))),
  ).toEqual(
    new Set([
      'AwsSolutions-APIG4',
      'AwsSolutions-IAM5[Resource::*]',
      'Serverless-EventBusDLQ',
      'Serverless-LambdaAsyncFailureDestination',
      'Serverless-LambdaDLQ',
      'Serverless-LambdaEventSourceMappingDestination',
      'Serverless-SNSRedrivePolicy',
      'Serverless-SQSRedrivePolicy',
    ]),
  );
});

/** The names of the rules that are broken. */
function findings(app: App): readonly string[] {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  const silent = jest.spyOn(console, 'error').mockImplementation(() => {});
  try {
    app.synth();
  } catch {
    // A synthesis with findings throws as well; the report lists them.
  }
  silent.mockRestore();
  const { pluginReports } = JSON.parse(readFileSync(join(app.outdir, 'validation-report.json'), 'utf8')) as Report;
  return pluginReports.flatMap(({ violations }) => violations.map(({ ruleName }) => ruleName));
}

type Report = { readonly pluginReports: readonly { readonly violations: readonly { readonly ruleName: string }[] }[] };

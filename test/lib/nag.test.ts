import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, jest, test } from '@jest/globals';
import { type App, Stack, Validations } from 'aws-cdk-lib';
import { CfnTopic } from 'aws-cdk-lib/aws-sns';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { EventQueueStack } from '../../lib/event-queue-stack.ts';
import { notBundled } from '../support/synthesized.ts';

const folder = mkdtempSync(join(tmpdir(), 'event-queue-nag-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('nothing in the stack is against the rules of AwsSolutions and Serverless without a reason', () => {
  const found = findings('ours', (app) => {
    new EventQueueStack(app, 'EventQueue', { alarmEmail: 'on-call@example.com' });
  });
  expect(found).toEqual([]);
});

test('the rules are looked at: a topic that takes messages without TLS is found', () => {
  const found = findings('theirs', (app) => {
    new CfnTopic(new Stack(app, 'Theirs'), 'Topic');
  });
  expect(found).toContain('AwsSolutions-SNS3');
});

test('there is no exception but those that are known', () => {
  const stack = new EventQueueStack(notBundled(), 'EventQueue', {
    alarmEmail: 'on-call@example.com',
  });
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
function findings(name: string, build: (app: App) => void): readonly string[] {
  const outdir = join(folder, name);
  const app = notBundled(outdir);
  build(app);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  const silent = jest.spyOn(console, 'error').mockImplementation(() => {});
  try {
    app.synth();
  } catch {
    // A synthesis with findings throws as well; the report lists them.
  }
  silent.mockRestore();
  const { pluginReports } = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')) as Report;
  return pluginReports.flatMap(({ violations }) => violations.map(({ ruleName }) => ruleName));
}

type Report = { readonly pluginReports: readonly { readonly violations: readonly { readonly ruleName: string }[] }[] };

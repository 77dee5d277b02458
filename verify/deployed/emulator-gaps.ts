import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Aws } from './aws.ts';
import type { Stack, Template, TemplateResource } from './stack.ts';

const METRIC_FILTER = 'AWS::Logs::MetricFilter';

// ministack 1.4.21 refuses some resources and leaves out some settings. These are gaps of the emulator, not of the
// stack.

/** The properties that AWS changes in place, and for which the emulator would replace the table or the API by an empty one. */
const changedInPlace: Readonly<Record<string, readonly string[]>> = {
  'AWS::DynamoDB::GlobalTable': ['Replicas'],
  'AWS::ApiGatewayV2::Api': ['Name', 'DisableExecuteApiEndpoint'],
};

/**
 * Copies a cloud assembly without the resources that the emulator refuses; resolves with the ids of these.
 *
 * @param before the template that is deployed already; what AWS changes in place stays as it has it
 */
export async function withoutRefused(from: string, to: string, before?: Template): Promise<readonly string[]> {
  await cp(from, to, { recursive: true });
  const files = (await readdir(to)).filter((name) => name.endsWith('.template.json'));
  const left = await Promise.all(files.map((file) => leaveOut(join(to, file), before)));
  return left.flat();
}

/** Returns whether a resource is an alarm over an expression or a metric filter, which the emulator refuses. */
function isRefused({ Type, Properties }: TemplateResource): boolean {
  return Type === METRIC_FILTER || (Type === 'AWS::CloudWatch::Alarm' && Properties.Metrics !== undefined);
}

async function leaveOut(path: string, before: Template | undefined): Promise<readonly string[]> {
  const template = JSON.parse(await readFile(path, 'utf8')) as Template;
  const kept = Object.entries(template.Resources)
    .filter(([, resource]) => !isRefused(resource))
    .map(([id, resource]) => [id, asBefore(resource, before?.Resources[id])] as const);
  const refused = Object.keys(template.Resources).filter((id) => isRefused(template.Resources[id] as TemplateResource));
  // References to the ARNs of refused alarms are replaced, because the dashboard names all alarms and could not be
  // made.
  const text = JSON.stringify({ ...template, Resources: Object.fromEntries(kept) }, (_, value) => {
    const [id] = value?.['Fn::GetAtt'] ?? [];
    return refused.includes(id) ? `arn:aws:cloudwatch:us-east-1:000000000000:alarm:${id}` : value;
  });
  await writeFile(path, text);
  return refused;
}

function asBefore(resource: TemplateResource, before: TemplateResource | undefined): TemplateResource {
  if (before === undefined) return resource;
  const names = changedInPlace[resource.Type] ?? [];
  const kept = Object.fromEntries(names.map((name) => [name, before.Properties[name]]));
  return names.length === 0 ? resource : { ...resource, Properties: { ...resource.Properties, ...kept } };
}

/** Makes the settings of the whole template that the emulator ignored, and resolves with a list of them. */
export async function fillGaps(
  aws: Aws,
  template: Template,
  resources: Stack['resources'],
): Promise<readonly string[]> {
  const filled: string[] = [];
  for (const [id, { Type, Properties }] of Object.entries(template.Resources)) {
    const physical = resources[id]?.physical ?? '';
    if (Type === 'AWS::DynamoDB::GlobalTable' && (await setExpiry(aws, physical, Properties)))
      filled.push(`${id}: expiry`);
    if (Type === 'AWS::SQS::Queue' && Properties.RedrivePolicy !== undefined) {
      const [target] = Properties.RedrivePolicy.deadLetterTargetArn['Fn::GetAtt'];
      const deadLetters = resources[target]?.physical ?? '';
      if (await setRedrive(aws, physical, deadLetters, Properties.RedrivePolicy)) filled.push(`${id}: redrive`);
    }
    if (Type === METRIC_FILTER) {
      await putMetricFilter(aws, id, resources[Properties.LogGroupName.Ref]?.physical ?? '', Properties);
      filled.push(`${id}: the metric filter`);
    }
  }
  return filled;
}

type Filter = {
  readonly FilterPattern: string;
  readonly MetricTransformations: readonly {
    readonly MetricName: string;
    readonly MetricNamespace: string;
    readonly MetricValue: string;
  }[];
};

async function putMetricFilter(aws: Aws, filterName: string, logGroupName: string, filter: Filter): Promise<void> {
  const metricTransformations = filter.MetricTransformations.map(({ MetricName, MetricNamespace, MetricValue }) => ({
    metricName: MetricName,
    metricNamespace: MetricNamespace,
    metricValue: MetricValue,
  }));
  const input = { filterName, logGroupName, filterPattern: filter.FilterPattern, metricTransformations };
  await aws.json('logs', 'Logs_20140328.PutMetricFilter', input, '1.1');
}

type Expiry = { readonly TimeToLiveSpecification?: { readonly AttributeName: string; readonly Enabled: boolean } };

async function setExpiry(aws: Aws, TableName: string, { TimeToLiveSpecification }: Expiry): Promise<boolean> {
  if (TimeToLiveSpecification === undefined) return false;
  const { TimeToLiveDescription } = await aws.json<{ TimeToLiveDescription?: { TimeToLiveStatus: string } }>(
    'dynamodb',
    'DynamoDB_20120810.DescribeTimeToLive',
    { TableName },
  );
  if (TimeToLiveDescription?.TimeToLiveStatus === 'ENABLED') return false;
  const { AttributeName, Enabled } = TimeToLiveSpecification;
  const input = { TableName, TimeToLiveSpecification: { AttributeName, Enabled } };
  await aws.json('dynamodb', 'DynamoDB_20120810.UpdateTimeToLive', input);
  return true;
}

async function setRedrive(aws: Aws, QueueUrl: string, deadLetters: string, policy: object): Promise<boolean> {
  if ((await queueAttributes(aws, QueueUrl)).RedrivePolicy !== undefined) return false;
  const { QueueArn } = await queueAttributes(aws, deadLetters);
  const RedrivePolicy = JSON.stringify({ ...policy, deadLetterTargetArn: QueueArn });
  await aws.json('sqs', 'AmazonSQS.SetQueueAttributes', { QueueUrl, Attributes: { RedrivePolicy } });
  return true;
}

export async function queueAttributes(aws: Aws, QueueUrl: string): Promise<Readonly<Record<string, string>>> {
  const input = { QueueUrl, AttributeNames: ['All'] };
  const { Attributes } = await aws.json<{ Attributes: Record<string, string> }>(
    'sqs',
    'AmazonSQS.GetQueueAttributes',
    input,
  );
  return Attributes;
}

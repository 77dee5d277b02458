import type { AddressInfo } from 'node:net';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import { createApiKey } from '../../adapters/dynamo-api-keys.ts';
import type { Environment } from '../../lambdas/runtime/environment.ts';
import { embeddedTable } from '../../local/embedded-table.ts';
import { type AwsCall, type RecordingEndpoint, recordingEndpoint } from './recording-endpoint.ts';

/** What a function is told, and whatever it asked of AWS. */
export type FunctionSurroundings = {
  readonly environment: Environment & Record<string, string>;
  readonly calls: readonly AwsCall[];
};

/** DynamoDB and SQS on this machine, with what a function must be told to find them. */
export async function emulatedCloud(overrides: Partial<Environment> = {}) {
  const table = await embeddedTable(undefined);
  const sqs = await openSqs();
  const secret = await createApiKey(table, { label: 'all', scopes: ['publish', 'read', 'manage', 'admin'] }, 0);
  const endpoints: RecordingEndpoint[] = [];

  /** For one function: what it asks is noted apart from what others ask. */
  async function surroundings(): Promise<FunctionSurroundings> {
    const calls: AwsCall[] = [];
    const dynamo = await recordingEndpoint(table.address.endpoint, calls);
    const queue = await recordingEndpoint(sqs.endpoint, calls);
    endpoints.push(dynamo, queue);
    return {
      environment: {
        TABLE_NAME: 'events',
        QUEUE_URL: `${queue.url}${sqs.path}`,
        SHARDS: '4',
        MAX_TIMEOUT_SECONDS: '6',
        VISIBILITY_SECONDS: '180',
        OWN_HOSTS: 'queue.example.com',
        PRIVATE_TARGETS: 'false',
        QUEUE_NAME: 'Stack/Queue',
        VERSION: '1.2.3',
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: table.address.accessKeyId,
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_ENDPOINT_URL_DYNAMODB: dynamo.url,
        AWS_ENDPOINT_URL_SQS: queue.url,
        ...overrides,
      },
      calls,
    };
  }

  async function close(): Promise<void> {
    for (const endpoint of endpoints) endpoint.close();
    await sqs.close();
    await table.close();
  }

  return { table, secret, surroundings, receive: sqs.receive, close };
}

async function openSqs() {
  const app = buildApp({ logger: false });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const endpoint = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new SQSClient({ endpoint, region: 'us-east-1', credentials, useQueueUrlAsEndpoint: false });
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: 'due' }));
  const { pathname: path } = new URL(QueueUrl);
  return {
    endpoint,
    path,
    /** The bodies of up to ten messages that are ready. */
    async receive(): Promise<readonly string[]> {
      const command = new ReceiveMessageCommand({ QueueUrl: `${endpoint}${path}`, MaxNumberOfMessages: 10 });
      const { Messages = [] } = await client.send(command);
      return Messages.map(({ Body = '' }) => Body);
    },
    async close() {
      client.destroy();
      await app.close();
    },
  };
}

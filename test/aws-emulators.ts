import type { AddressInfo } from 'node:net';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import { createApiKey } from '../adapters/dynamo-api-keys.ts';
import type { Environment } from '../lambdas/runtime/environment.ts';
import { embeddedTable } from '../local/embedded-table.ts';

/** DynamoDB and SQS on this machine, with what a function must be told to find them. */
export async function openAwsEmulators() {
  const table = await embeddedTable(undefined);
  const sqs = await openSqs();
  const secret = await createApiKey(table, { label: 'all', scopes: ['publish', 'read', 'manage', 'admin'] }, 0);
  const environment: Environment & Record<string, string> = {
    TABLE_NAME: 'events',
    QUEUE_URL: sqs.queueUrl,
    SHARDS: '4',
    MAX_TIMEOUT_SECONDS: '6',
    VISIBILITY_SECONDS: '180',
    OWN_HOSTS: 'queue.example.com',
    VERSION: '1.2.3',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: table.address.accessKeyId,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: table.address.endpoint,
    AWS_ENDPOINT_URL_SQS: sqs.endpoint,
  };
  return {
    table,
    secret,
    environment,
    /** The bodies of up to ten messages that are ready. */
    receive: sqs.receive,
    async close() {
      await sqs.close();
      await table.close();
    },
  };
}

async function openSqs() {
  const app = buildApp({ logger: false });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const endpoint = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new SQSClient({ endpoint, region: 'us-east-1', credentials, useQueueUrlAsEndpoint: false });
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: 'due' }));
  const queueUrl = `${endpoint}${new URL(QueueUrl).pathname}`;
  return {
    endpoint,
    queueUrl,
    async receive(): Promise<readonly string[]> {
      const command = new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 });
      const { Messages = [] } = await client.send(command);
      return Messages.map(({ Body = '' }) => Body);
    },
    async close() {
      client.destroy();
      await app.close();
    },
  };
}

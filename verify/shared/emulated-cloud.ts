import { createApiKey } from '../../adapters/dynamo-api-keys.ts';
import type { Environment } from '../../lambdas/runtime/environment.ts';
import { emulatedQueue } from './emulated-queue.ts';
import { emulatedTable } from './emulated-table.ts';
import { type AwsCall, type RecordingEndpoint, recordingEndpoint } from './recording-endpoint.ts';

/** What a function is told, and whatever it asked of AWS. */
export type FunctionSurroundings = {
  readonly environment: Environment & Record<string, string>;
  readonly calls: readonly AwsCall[];
};

/** DynamoDB and SQS on this machine, with what a function must be told to find them. */
export async function emulatedCloud(overrides: Partial<Environment> = {}) {
  const table = await emulatedTable();
  const sqs = await emulatedQueue();
  const secret = await createApiKey(table, { label: 'all', scopes: ['publish', 'read', 'manage', 'admin'] }, 0);
  const endpoints: RecordingEndpoint[] = [];

  /** For one function: what it asks is noted apart from what others ask. */
  async function surroundings(): Promise<FunctionSurroundings> {
    const calls: AwsCall[] = [];
    const dynamo = await recordingEndpoint(table.endpoint, calls);
    const queue = await recordingEndpoint(sqs.endpoint, calls);
    endpoints.push(dynamo, queue);
    return {
      environment: {
        TABLE_NAME: 'events',
        QUEUE_URL: `${queue.url}${sqs.path}`,
        SHARDS: '4',
        MAX_TIMEOUT_SECONDS: '6',
        MAX_WAIT_SECONDS: '5',
        KEEP_FAILED_FOR: '',
        VISIBILITY_SECONDS: '180',
        OWN_HOSTS: 'queue.example.com',
        PRIVATE_TARGETS: 'false',
        QUEUE_NAME: 'Stack/Queue',
        VERSION: '1.2.3',
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'local',
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

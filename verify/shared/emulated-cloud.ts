import { createApiKey } from '../../adapters/table-api-keys.ts';
import type { Environment } from '../../lambdas/runtime/environment.ts';
import { emulatedQueue } from './emulated-queue.ts';
import { emulatedTable } from './emulated-table.ts';
import { type AwsCall, type RecordingEndpoint, recordingEndpoint } from './recording-endpoint.ts';

/** The environment of a function, and the requests that it has made to AWS so far. */
export type FunctionSurroundings = {
  readonly environment: Environment & Record<string, string>;
  readonly calls: readonly AwsCall[];
};

/** Starts emulators of DynamoDB and SQS in this process, and makes a table, a queue and a key with all scopes. */
export async function emulatedCloud(overrides: Partial<Environment> = {}) {
  const table = await emulatedTable();
  const sqs = await emulatedQueue();
  const secret = await createApiKey(table, { label: 'all', scopes: ['publish', 'read', 'manage', 'admin'] }, 0);
  const endpoints: RecordingEndpoint[] = [];

  /** Makes the environment of one function, whose requests are recorded apart from those of other functions. */
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
        CONSOLE_REFRESH_SECONDS: '10',
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

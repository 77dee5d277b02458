import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { dynamoApiKeys } from '../../adapters/dynamo-api-keys.ts';
import { dynamoEventStore } from '../../adapters/dynamo-event-store.ts';
import { dynamoStatistics } from '../../adapters/dynamo-statistics.ts';
import { dynamoTable } from '../../adapters/dynamo-table.ts';
import { httpCaller } from '../../adapters/http-caller.ts';
import { sqsDueQueue } from '../../adapters/sqs-due-queue.ts';
import { type HttpApi, httpApi } from '../../api/http-api.ts';
import type { FunctionName } from '../../api/routes.ts';
import { isPublicAddress } from '../../core/public-address.ts';
import { type EventQueue, eventQueue } from '../../core/queue.ts';
import type { Settings } from '../../core/settings.ts';
import { readEnvironment } from './environment.ts';

const SECOND = 1_000;
const FLUSH_EVERY = 10 * SECOND;

export type Runtime = {
  readonly queue: EventQueue;
  /** The routes of a function; what was counted is written down behind an answer. */
  api(name: FunctionName): HttpApi;
  /** Writes down what was counted, unless that was done a moment ago. */
  flush(): Promise<void>;
};

/** The queue on AWS, wired from the environment once for each process. */
export function openRuntime(variables = process.env): Runtime {
  const environment = readEnvironment(variables);
  const now = Date.now;
  const settings: Settings = {
    shards: environment.SHARDS,
    maxTimeoutSeconds: environment.MAX_TIMEOUT_SECONDS,
    privateTargets: false,
    ownHosts: environment.OWN_HOSTS,
  };
  const marshallOptions = { removeUndefinedValues: true };
  const documents = DynamoDBDocumentClient.from(new DynamoDBClient(), { marshallOptions });
  const table = dynamoTable(documents, environment.TABLE_NAME);
  const statistics = dynamoStatistics(table, now);
  const { call } = httpCaller({
    allowsAddress: isPublicAddress,
    targetPolicy: settings,
    userAgent: `event-queue/${environment.VERSION}`,
    now,
  });
  const queue = eventQueue({
    store: dynamoEventStore(table),
    dueQueue: sqsDueQueue(new SQSClient(), environment.QUEUE_URL, now),
    call,
    now,
    sleep,
    newId: randomUUID,
    random: Math.random,
    shards: settings.shards,
    longestTimeout: settings.maxTimeoutSeconds * SECOND,
    visibility: environment.VISIBILITY_SECONDS * SECOND,
    tell: statistics.tell,
    instance: randomUUID(),
    isAlone: false,
  });
  const keys = dynamoApiKeys(table, now);
  let flushedAt = 0;

  async function flush(): Promise<void> {
    if (now() - flushedAt < FLUSH_EVERY) return;
    flushedAt = now();
    await statistics.flush().catch(console.error);
  }

  function api(only: FunctionName): HttpApi {
    const { version, report } = { version: environment.VERSION, report: console.error };
    const answer = httpApi({ queue, statistics, keys, settings, now, version, report, only });
    return async (event, context) => {
      const result = await answer(event, context);
      await flush();
      return result;
    };
  }

  return { queue, api, flush };
}

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { dynamoApiKeys } from '../../adapters/dynamo-api-keys.ts';
import { dynamoEventStore } from '../../adapters/dynamo-event-store.ts';
import { dynamoSigningSecrets } from '../../adapters/dynamo-signing-secrets.ts';
import { dynamoStatistics } from '../../adapters/dynamo-statistics.ts';
import { dynamoTable } from '../../adapters/dynamo-table.ts';
import { httpCaller } from '../../adapters/http-caller.ts';
import { sqsDueQueue } from '../../adapters/sqs-due-queue.ts';
import { type HttpApi, httpApi } from '../../api/http-api.ts';
import type { FunctionName } from '../../api/routes.ts';
import type { ApiKey } from '../../core/api-key.ts';
import { unlimitedSlots } from '../../core/call-slots.ts';
import type { ApiKeys } from '../../core/ports.ts';
import { isPublicAddress } from '../../core/public-address.ts';
import { eventQueue } from '../../core/queue.ts';
import type { World } from '../../core/world.ts';
import { type DeliverRecords, recordDeliverer } from './deliver-records.ts';
import { readEnvironment, settingsOf } from './environment.ts';
import { telemetry } from './telemetry.ts';
import { traceparentOf } from './traceparent.ts';

const SECOND = 1_000;
const FLUSH_EVERY = 10 * SECOND;
/** A connection that hangs must leave time for another try: the SDK itself would wait for ever. */
const AWS_TIMEOUTS = { connectionTimeout: SECOND, socketTimeout: 5 * SECOND };

/** The due queue itself sends again what may not have arrived, and marks it. */
const SENT_ONCE = { requestHandler: AWS_TIMEOUTS, maxAttempts: 1 };

/** What the deployed functions do. */
export type Runtime = {
  /** The routes of a function, for whoever has a key. */
  api(name: FunctionName): HttpApi;
  /** The same routes for a caller that has been authenticated already. */
  apiFor(name: FunctionName, caller: ApiKey): HttpApi;
  readonly deliver: DeliverRecords;
  dispatch(): Promise<void>;
};

/** What a measurement puts in the place of time and of the receivers. */
type Instead = Partial<Pick<World, 'now' | 'sleep' | 'call' | 'newId' | 'random'>>;

/** The queue on AWS, wired from the environment once for each process. */
export function openRuntime(variables = process.env, instead: Instead = {}): Runtime {
  const environment = readEnvironment(variables);
  const { now = Date.now } = instead;
  const { tell, tellRun, report, publish } = telemetry(environment.QUEUE_NAME);
  const settings = settingsOf(environment);
  const client = new SQSClient({ endpoint: variables.AWS_ENDPOINT_URL_SQS, ...SENT_ONCE });
  const table = dynamoTable(documentClient(variables.AWS_ENDPOINT_URL_DYNAMODB), environment.TABLE_NAME);
  const statistics = dynamoStatistics(table, now);
  const signingSecrets = dynamoSigningSecrets(table, now);
  const { call } = httpCaller({
    allowsAddress: settings.privateTargets ? () => true : isPublicAddress,
    targetPolicy: settings,
    userAgent: `event-queue/${environment.VERSION}`,
    traceparent: () => traceparentOf(variables._X_AMZN_TRACE_ID),
    now,
  });
  const longestTimeout = settings.maxTimeoutSeconds * SECOND;
  const queue = eventQueue({
    store: dynamoEventStore(table),
    dueQueue: sqsDueQueue({ client, queueUrl: environment.QUEUE_URL, now, longestTimeout }),
    call,
    signingSecrets,
    slots: unlimitedSlots,
    now,
    sleep,
    newId: randomUUID,
    random: Math.random,
    shards: settings.shards,
    longestTimeout,
    visibility: environment.VISIBILITY_SECONDS * SECOND,
    tell(change) {
      statistics.tell(change);
      tell(change);
    },
    report,
    instance: randomUUID(),
    isAlone: false,
    ...instead,
  });
  let flushedAt = 0;

  /**
   * Writes down what an invocation counted: before it ends, since nobody knows whether there will be another. Of a failure Lambda
   * would write all there is to it.
   */
  function recorded<Given extends unknown[], Answer>(invoke: (...given: Given) => Promise<Answer>) {
    return async (...given: Given): Promise<Answer> => {
      try {
        return await invoke(...given);
      } catch (error) {
        report(error);
        throw new Error('It failed: the line before says how.');
      } finally {
        publish();
        if (now() - flushedAt >= FLUSH_EVERY) {
          flushedAt = now();
          await statistics.flush().catch(report);
        }
      }
    };
  }

  function apiWith(keys: ApiKeys, only: FunctionName): HttpApi {
    return recorded(
      httpApi({ queue, statistics, signingSecrets, keys, settings, now, version: environment.VERSION, report, only }),
    );
  }

  const keys = dynamoApiKeys(table, now);
  return {
    api: (name) => apiWith(keys, name),
    apiFor: (name, caller) => apiWith({ find: async () => caller }, name),
    deliver: recorded(recordDeliverer({ deliver: queue.deliver, now, report })),
    dispatch: recorded(async () => {
      const run = await queue.dispatch();
      if (run !== undefined) tellRun(run);
    }),
  };
}

function documentClient(endpoint: string | undefined): DynamoDBDocumentClient {
  const dynamo = new DynamoDBClient({ endpoint, requestHandler: AWS_TIMEOUTS });
  return DynamoDBDocumentClient.from(dynamo, { marshallOptions: { removeUndefinedValues: true } });
}

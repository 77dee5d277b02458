import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { dynamoTable } from '../../adapters/dynamo-table.ts';
import { httpCaller } from '../../adapters/http-caller.ts';
import { rememberedStatistics } from '../../adapters/remembered-statistics.ts';
import { sqsDueQueue } from '../../adapters/sqs-due-queue.ts';
import { tableApiKeyStore, tableApiKeys } from '../../adapters/table-api-keys.ts';
import { tableEventStore } from '../../adapters/table-event-store.ts';
import { tablePauses } from '../../adapters/table-pauses.ts';
import { tableSchedules } from '../../adapters/table-schedules.ts';
import { tableSigningSecrets } from '../../adapters/table-signing-secrets.ts';
import { tableStatistics } from '../../adapters/table-statistics.ts';
import { uuidFor } from '../../adapters/uuid-for.ts';
import { unlimitedConcurrency } from '../../core/delivery/concurrency-limit.ts';
import type { Dependencies } from '../../core/dependencies.ts';
import { SECOND } from '../../core/durations.ts';
import type { ApiKeyStore, ApiKeys, Caller, SigningSecrets, Statistics } from '../../core/ports.ts';
import { openQueue, type Queue } from '../../core/queue.ts';
import type { Settings } from '../../core/settings.ts';
import { isPublicAddress } from '../../core/target/public-address.ts';
import { awsConnections } from './aws-connections.ts';
import { readEnvironment, settingsOf } from './environment.ts';
import { type SqsBatchHandler, sqsBatchHandler } from './sqs-batch-handler.ts';
import { telemetry } from './telemetry.ts';
import type { Rate } from './token-bucket.ts';
import { traceparentOf } from './traceparent.ts';
import { FLUSHES, type HandlerWrapper, withTelemetry } from './with-telemetry.ts';

/**
 * The queue on AWS: the handlers of `deliver` and `dispatch`, and everything from which the handlers behind the API are
 * made.
 */
export type Runtime = {
  readonly deliver: SqsBatchHandler;
  dispatch(): Promise<void>;
  readonly queue: Queue;
  readonly statistics: Statistics;
  readonly signingSecrets: SigningSecrets;
  readonly keyStore: ApiKeyStore;
  readonly keys: ApiKeys;
  readonly settings: Settings;
  readonly version: string;
  now(): number;
  report(error: unknown): void;
  readonly withTelemetry: HandlerWrapper;
};

/** What a measurement replaces: time, calls, ids, chance, or how often statistics are written. */
type Replacements = Partial<Pick<Dependencies, 'now' | 'sleep' | 'call' | 'newId' | 'random'>> & {
  readonly flushes?: Rate;
};

/** Wires the queue from the environment variables. A process calls it once, when it starts. */
export function openRuntime(variables = process.env, replacements: Replacements = {}): Runtime {
  return wired(callerOf, variables, replacements);
}

/**
 * Wires the queue for a function that delivers nothing. The bundle of such a function is smaller, because it has no
 * code for calls.
 */
export function openRuntimeWithoutCalls(): Omit<Runtime, 'deliver'> {
  return wired(() => callNobody, process.env, {});
}

type CallerDependencies = { readonly settings: Settings; readonly version: string; readonly now: () => number };

function callerOf(variables: NodeJS.ProcessEnv, { settings, version, now }: CallerDependencies): Caller {
  const { call } = httpCaller({
    allowsAddress: settings.privateTargets ? () => true : isPublicAddress,
    targetPolicy: settings,
    userAgent: `event-queue/${version}`,
    traceparent: () => traceparentOf(variables._X_AMZN_TRACE_ID),
    now,
  });
  return call;
}

const callNobody: Caller = async () => {
  throw new Error('Only the function that delivers makes calls.');
};

function wired(openCaller: typeof callerOf, variables: NodeJS.ProcessEnv, replacements: Replacements): Runtime {
  const environment = readEnvironment(variables);
  const { now = Date.now, flushes = FLUSHES, ...replaced } = replacements;
  const { emit, emitRun, report, publish } = telemetry(environment.QUEUE_NAME);
  const settings = settingsOf(environment);
  const { requestHandler, dropIdle } = awsConnections();
  // The SDK must not repeat a send: `sqsDueQueue` does that itself, and marks the repeated messages as possible
  // duplicates.
  const client = new SQSClient({ ...at(variables.AWS_ENDPOINT_URL_SQS), requestHandler, maxAttempts: 1 });
  const table = dynamoTable(documentClient(variables.AWS_ENDPOINT_URL_DYNAMODB), environment.TABLE_NAME);
  const statistics = tableStatistics(table, now);
  const signingSecrets = tableSigningSecrets(table, now);
  const longestTimeout = settings.maxTimeoutSeconds * SECOND;
  const queue = openQueue({
    store: tableEventStore(table),
    schedules: tableSchedules(table),
    dueQueue: sqsDueQueue({ client, queueUrl: environment.QUEUE_URL, now, longestTimeout }),
    call: openCaller(variables, { settings, version: environment.VERSION, now }),
    signingSecrets,
    concurrency: unlimitedConcurrency,
    pauses: tablePauses(table, now),
    now,
    sleep,
    newId: randomUUID,
    uuidFor,
    random: Math.random,
    shards: settings.shards,
    longestTimeout,
    visibility: environment.VISIBILITY_SECONDS * SECOND,
    onChange(change) {
      statistics.count(change);
      emit(change);
    },
    report,
    instance: randomUUID(),
    isAlone: false,
    ...replaced,
  });
  const wrap = withTelemetry({ now, report, publish, counts: statistics, dropIdle, flushes });

  return {
    deliver: wrap(sqsBatchHandler({ deliver: queue.deliver, now, report })),
    dispatch: wrap(async () => {
      const run = await queue.dispatch();
      if (run !== undefined) emitRun(run);
    }),
    queue,
    statistics: rememberedStatistics(statistics, now),
    signingSecrets,
    keyStore: tableApiKeyStore(table, now),
    keys: tableApiKeys(table, now),
    settings,
    version: environment.VERSION,
    now,
    report,
    withTelemetry: wrap,
  };
}

function documentClient(endpoint: string | undefined): DynamoDBDocumentClient {
  const dynamo = new DynamoDBClient({ ...at(endpoint), requestHandler: awsConnections().requestHandler });
  return DynamoDBDocumentClient.from(dynamo, { marshallOptions: { removeUndefinedValues: true } });
}

/**
 * The part of a client's configuration that names its endpoint. It is empty without an endpoint, and the SDK uses that
 * of AWS.
 */
function at(endpoint: string | undefined): { readonly endpoint?: string } {
  return endpoint === undefined ? {} : { endpoint };
}

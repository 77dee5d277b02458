import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { DocumentClient } from '../adapters/dynamo-table.ts';
import { documentsIn, type Fields, wireForm } from './document-form.ts';

export type WorkerData = {
  /** Without one the table is kept in memory. */
  readonly path: string | undefined;
  readonly table: Fields & { readonly TableName: string };
  /** By which other programs get in. */
  readonly accessKeyId: string;
};
/** What the thread makes lives for a moment: more room for it only holds more memory. */
const LIMITS = { maxYoungGenerationSizeMb: 16 };

/** Inputs and outputs are JSON: text goes from thread to thread faster than objects do. */
export type ToWorker = 'close' | { readonly id: number; readonly operation: string; readonly input: string };
export type FromWorker = { readonly endpoint: string } | Answer;
type Answer = { readonly id: number; readonly isError: boolean; readonly output: string };

export type ThreadedClient = DocumentClient & {
  readonly endpoint: string;
  /** Resolves if the thread dies, as it does when the disk is full. Nothing is done from then on. */
  readonly failed: Promise<Error>;
  close(): Promise<void>;
};

/** A client of the database in a thread, without the SDK's signatures, retries and connections: they cost more than the database. */
export async function threadedClient(workerData: WorkerData): Promise<ThreadedClient> {
  const worker = new Worker(new URL('./table-worker.ts', import.meta.url), { workerData, resourceLimits: LIMITS });
  const asked = new Map<number, PromiseWithResolvers<Fields>>();
  const [{ endpoint }] = await once(worker, 'message');
  const { promise: failed, resolve: fail } = Promise.withResolvers<Error>();
  let failure: Error | undefined;
  let ids = 0;

  worker.on('error', (error: Error) => {
    failure = error;
    fail(error);
    for (const { reject } of asked.values()) reject(error);
  });

  worker.on('message', ({ id, isError, output }: Answer) => {
    const { resolve, reject } = asked.get(id) ?? {};
    asked.delete(id);
    if (isError) reject?.(errorIn(output));
    else resolve?.(documentsIn(JSON.parse(output)));
  });

  function send(command: { readonly input: Fields }): Promise<Fields> {
    const operation = operations.get(command.constructor);
    if (operation === undefined) throw new Error(`The embedded table has no ${command.constructor.name}.`);
    if (failure !== undefined) return Promise.reject(failure);
    const id = ids++;
    const call = Promise.withResolvers<Fields>();
    asked.set(id, call);
    worker.postMessage({ id, operation, input: JSON.stringify(wireForm(command.input)) } satisfies ToWorker);
    return call.promise;
  }

  async function close(): Promise<void> {
    worker.postMessage('close' satisfies ToWorker);
    await once(worker, 'exit');
  }

  return { send: send as unknown as DocumentClient['send'], endpoint, failed, close };
}

/** What DynamoDB calls what each command does. */
const operations = new Map<unknown, string>([
  [BatchGetCommand, 'BatchGetItem'],
  [BatchWriteCommand, 'BatchWriteItem'],
  [DeleteCommand, 'DeleteItem'],
  [PutCommand, 'PutItem'],
  [QueryCommand, 'Query'],
  [ScanCommand, 'Scan'],
  [UpdateCommand, 'UpdateItem'],
]);

/** The one that is expected is of the SDK's own class. */
function errorIn(output: string): Error {
  const { __type: type = '', message = '' } = JSON.parse(output) as { __type?: string; message?: string };
  const name = type.slice(type.indexOf('#') + 1);
  if (name === ConditionalCheckFailedException.name)
    return new ConditionalCheckFailedException({ message, $metadata: {} });
  return Object.assign(new Error(message), { name });
}

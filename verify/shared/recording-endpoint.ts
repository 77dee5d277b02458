import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request to a service of AWS, and the capacity that the answer says was consumed. */
export type AwsCall = {
  /** The name of the action in IAM, as in `dynamodb:PutItem`. */
  readonly action: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The write units of DynamoDB; 0 for a read and for SQS. */
  readonly writeUnits: number;
  /** The read units of DynamoDB; 0 for a write and for SQS. */
  readonly readUnits: number;
};

export type RecordingEndpoint = { readonly url: string; close(): void };

/**
 * Opens a server that forwards requests to an emulator and adds each of them to `calls`. It also asks a table for the
 * capacity that a request consumes.
 */
export async function recordingEndpoint(target: string, calls: AwsCall[]): Promise<RecordingEndpoint> {
  const server = createServer(async (incoming, outgoing) => {
    const [service, operation = ''] = (incoming.headers['x-amz-target'] as string).split('.');
    const isTable = service?.startsWith('DynamoDB') ?? false;
    const asked = JSON.parse(String(await bytesOf(incoming)));
    const input = { ...asked, ...(isTable && { ReturnConsumedCapacity: 'TOTAL' }) };
    const { status, body } = await forward(target, incoming, JSON.stringify(input));
    const units = isTable ? unitsOf(operation, asked, body) : { writeUnits: 0, readUnits: 0 };
    calls.push({ action: actionOf(isTable, operation), input: asked, ...units });
    outgoing.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => server.close().closeAllConnections(),
  };
}

async function forward(target: string, incoming: IncomingMessage, text: string) {
  const headers = { ...incoming.headers, 'content-length': Buffer.byteLength(text) };
  const outgoing = request(new URL(incoming.url ?? '/', target), { method: incoming.method, headers });
  outgoing.end(text);
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: answer.statusCode ?? 500, body: String(await bytesOf(answer)) };
}

async function bytesOf(stream: IncomingMessage): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(stream));
}

/** Returns the action in IAM that a request needs. A batch of SQS needs the permission of the single request. */
function actionOf(isTable: boolean, operation: string): string {
  return isTable ? `dynamodb:${operation}` : `sqs:${operation.replace(/Batch$/, '')}`;
}

function unitsOf(operation: string, asked: object, answer: string): Pick<AwsCall, 'writeUnits' | 'readUnits'> {
  const { ConsumedCapacity = [] } = JSON.parse(answer) as { ConsumedCapacity?: Capacity | readonly Capacity[] };
  const units = [ConsumedCapacity].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
  if (operation === 'Query') return { writeUnits: 0, readUnits: Math.max(units, leastOfQuery(asked)) };
  return operation === 'BatchGetItem' ? { writeUnits: 0, readUnits: units } : { writeUnits: units, readUnits: 0 };
}

/** Returns the least read units of a query. AWS charges them even if it finds nothing; the emulator does not. */
function leastOfQuery({ ConsistentRead }: { readonly ConsistentRead?: boolean }): number {
  return ConsistentRead ? 1 : 0.5;
}

type Capacity = { readonly CapacityUnits?: number };

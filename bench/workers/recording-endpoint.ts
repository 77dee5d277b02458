import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What was asked of a service of AWS, and what it said that it consumed. */
export type AwsCall = {
  /** As IAM names it: `dynamodb:PutItem`. */
  readonly action: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Units of DynamoDB, written or read. */
  readonly writeUnits: number;
  readonly readUnits: number;
};

export type RecordingEndpoint = { readonly url: string; readonly calls: AwsCall[]; close(): void };

/** Stands before an emulator and notes what is asked of it; a table is asked with each call what it consumes. */
export async function recordingEndpoint(target: string): Promise<RecordingEndpoint> {
  const calls: AwsCall[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const [service, operation = ''] = (incoming.headers['x-amz-target'] as string).split('.');
    const isTable = service?.startsWith('DynamoDB') ?? false;
    const asked = JSON.parse(String(await bytesOf(incoming)));
    const input = { ...asked, ...(isTable && { ReturnConsumedCapacity: 'TOTAL' }) };
    const { status, body } = await forward(target, incoming, JSON.stringify(input));
    calls.push({ action: actionOf(isTable, operation), input: asked, ...unitsOf(operation, isTable ? body : '{}') });
    outgoing.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
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

/** A batch needs the permission of what it does. */
function actionOf(isTable: boolean, operation: string): string {
  return isTable ? `dynamodb:${operation}` : `sqs:${operation.replace(/Batch$/, '')}`;
}

function unitsOf(operation: string, answer: string): Pick<AwsCall, 'writeUnits' | 'readUnits'> {
  const { ConsumedCapacity = [] } = JSON.parse(answer) as { ConsumedCapacity?: Capacity | readonly Capacity[] };
  const units = [ConsumedCapacity].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
  return /Get|Query/.test(operation) ? { writeUnits: 0, readUnits: units } : { writeUnits: units, readUnits: 0 };
}

type Capacity = { readonly CapacityUnits?: number };

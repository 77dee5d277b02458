import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import dynalite from 'dynalite';
import { keepingConnections } from '../../verify/shared/keeping-connections.ts';

export type Database = { readonly client: DynamoDBDocumentClient; close(): Promise<void> };

/** Opens an embedded DynamoDB in memory, without any table. */
export async function openDynalite(): Promise<Database> {
  const server = keepingConnections(dynalite({ createTableMs: 0 }));
  const client = clientOf(await freePort(server));
  return {
    client,
    async close() {
      client.destroy();
      await closed(server);
    },
  };
}

/** Lets a server listen on a free port, and resolves to the port. */
export async function freePort(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

export function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

export function clientOf(port: number, options: { readonly maxAttempts?: number } = {}): DynamoDBDocumentClient {
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'local',
    ...options,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    // The SDK warns when hundreds of requests wait for a connection, which happens when a test puts a whole table at
    // once.
    requestHandler: { httpAgent: { keepAlive: true, maxSockets: Number.POSITIVE_INFINITY } },
  });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}

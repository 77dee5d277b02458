import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import dynalite from 'dynalite';
import { dynamoTable, tableSchema } from '../../adapters/dynamo-table.ts';
import { keepingConnections } from './keeping-connections.ts';

const TableName = 'events';

/**
 * Starts an emulator of DynamoDB in this process, with one table, and serves it over HTTP.
 *
 * @param path the folder of its data, which is in memory by default
 */
export async function emulatedTable(path?: string) {
  const server = keepingConnections(dynalite({ createTableMs: 0, ...(path !== undefined && { path }) }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: 'local', credentials });
  await client.send(new CreateTableCommand({ TableName, ...tableSchema }));
  await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 0.01, maxDelay: 0.1 }, { TableName });
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });

  async function close(): Promise<void> {
    client.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  return { ...dynamoTable(documents, TableName), endpoint, close };
}

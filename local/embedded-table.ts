import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DynamoDBClient, ResourceInUseException } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import dynalite from 'dynalite';
import { type DynamoTable, dynamoTable, tableSchema } from '../adapters/dynamo-table.ts';
import { closeIterators } from './closed-iterators.ts';
import type { TableAddress } from './data-folder.ts';
import { expiredItems } from './expired-items.ts';

const TABLE_NAME = 'events';

closeIterators();

export type EmbeddedTable = DynamoTable & {
  readonly address: TableAddress;
  /** Deletes some of what has expired. */
  sweep(now: number): Promise<void>;
  close(): Promise<void>;
};

/** A DynamoDB table inside this process, kept at `path` or in memory. */
export async function embeddedTable(path: string | undefined): Promise<EmbeddedTable> {
  const database = dynalite({ ...(path !== undefined && { path }), createTableMs: 0 });
  const accessKeyId = randomUUID();
  const server = keepingConnections(onlyFor(accessKeyId, database));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, accessKeyId };
  const { client, documents } = clientOf(address);
  await createTable(client);

  async function close(): Promise<void> {
    client.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await new Promise((resolve) => database.close(resolve));
  }

  return { ...dynamoTable(documents, TABLE_NAME), ...expiredItems(documents, TABLE_NAME), address, close };
}

/** The table of another process of this user. */
export function tableAt(address: TableAddress): DynamoTable & { close(): void } {
  const { client, documents } = clientOf(address);
  return { ...dynamoTable(documents, TABLE_NAME), close: () => client.destroy() };
}

/** A connection that its server closes while it is idle fails whoever has just begun to use it. */
export function keepingConnections(server: Server): Server {
  return Object.assign(server, { keepAliveTimeout: 0 });
}

function clientOf({ endpoint, accessKeyId }: TableAddress) {
  const credentials = { accessKeyId, secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: 'local', credentials });
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  return { client, documents };
}

/** The database answers whoever asks. Others on this machine, and web pages in its browsers, do not know the access key. */
function onlyFor(accessKeyId: string, database: Server): Server {
  return createServer((request, response) => {
    if (request.headers.authorization?.includes(`Credential=${accessKeyId}/`))
      database.emit('request', request, response);
    else response.writeHead(403).end();
  });
}

async function createTable(client: DynamoDBClient): Promise<void> {
  try {
    await client.send(new CreateTableCommand({ TableName: TABLE_NAME, ...tableSchema }));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
}

import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type DynamoTable, dynamoTable, tableSchema } from '../adapters/dynamo-table.ts';
import type { TableAddress } from './data-folder.ts';
import { expiredItems } from './expired-items.ts';
import { threadedClient } from './threaded-client.ts';

const TABLE_NAME = 'events';

export type EmbeddedTable = DynamoTable & {
  readonly address: TableAddress;
  /** Deletes some of what has expired. */
  sweep(now: number): Promise<void>;
  /** Resolves if it can do nothing any more. */
  readonly failed: Promise<Error>;
  close(): Promise<void>;
};

/** A DynamoDB table in a thread of this process, kept at `path` or in memory. */
export async function embeddedTable(path: string | undefined): Promise<EmbeddedTable> {
  const accessKeyId = randomUUID();
  const client = await threadedClient({ path, accessKeyId, table: { TableName: TABLE_NAME, ...tableSchema } });
  return {
    ...dynamoTable(client, TABLE_NAME),
    ...expiredItems(client, TABLE_NAME),
    address: { endpoint: client.endpoint, accessKeyId },
    failed: client.failed,
    close: client.close,
  };
}

/** The table of another process of this user. */
export function tableAt({ endpoint, accessKeyId }: TableAddress): DynamoTable & { close(): void } {
  const credentials = { accessKeyId, secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: 'local', credentials });
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  return { ...dynamoTable(documents, TABLE_NAME), close: () => client.destroy() };
}

import { randomUUID } from 'node:crypto';
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { dynamoTable, tableSchema } from '../../adapters/dynamo-table.ts';
import type { Table } from '../../adapters/table.ts';
import { type Meter, meter } from './consumed-capacity.ts';
import { openDynalite } from './open-dynalite.ts';

export type MeteredDatabase = {
  /** The capacity units that were consumed since the last table was made. */
  readonly metered: Meter;
  emptyTable(): Promise<Table>;
  close(): Promise<void>;
};

/** Opens an embedded DynamoDB in memory that counts what it would bill. */
export async function openMeteredDatabase(): Promise<MeteredDatabase> {
  const { client, close } = await openDynalite();
  const metered = meter(client);

  async function emptyTable(): Promise<Table> {
    const TableName = randomUUID();
    await client.send(new CreateTableCommand({ TableName, ...tableSchema }));
    metered.reset();
    return dynamoTable(client, TableName);
  }

  return { metered, emptyTable, close };
}

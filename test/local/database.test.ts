import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { Level } from 'level';
import { tableSchema } from '../../adapters/dynamo-table.ts';
import { type Database, openDatabase } from '../../local/database.ts';

const Keys = ['a', 'b', 'c'].map((pk) => ({ pk: { S: pk }, sk: { S: 'event' } }));
let folder: string;
let database: Database;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'event-queue-database-'));
  database = openDatabase({ path: folder });
  await database.ask('CreateTable', JSON.stringify({ TableName: 'events', ...tableSchema }));
  for (let tries = 0; tries < 100 && (await write('not yet')).isError; tries++) await setImmediate();
  expect((await write('there')).isError).toBe(false);
});

afterEach(async () => {
  jest.restoreAllMocks();
  await new Promise((resolve) => database.server.close(resolve));
  await rm(folder, { recursive: true });
});

function write(body: string) {
  const requests = Keys.map((key) => ({ PutRequest: { Item: { ...key, body: { S: body } } } }));
  return database.ask('BatchWriteItem', JSON.stringify({ RequestItems: { events: requests } }));
}

test('reads what its table is like once for a request, and each item once', async () => {
  const read = jest.spyOn(Level.prototype as unknown as { _get(): Promise<unknown> }, '_get');
  await write('kept');
  expect(read).toHaveBeenCalledTimes(1 + Keys.length);
  const { output } = await database.ask('BatchGetItem', JSON.stringify({ RequestItems: { events: { Keys } } }));
  expect(JSON.parse(output).Responses.events.map(({ body }: { body: unknown }) => body)).toEqual(
    Array(Keys.length).fill({ S: 'kept' }),
  );
  expect(read).toHaveBeenCalledTimes(2 * (1 + Keys.length));
});

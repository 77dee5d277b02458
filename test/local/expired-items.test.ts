import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { expiredItems } from '../../local/expired-items.ts';
import { openEventStore } from '../adapters/event-store-contract.ts';
import { meter } from '../consumed-capacity.ts';
import { type Database, openDynalite } from '../open-dynalite.ts';

const NOW = Date.parse('2030-01-01T00:00:00Z');
const TableName = 'events';

let database: Database;

beforeAll(async () => {
  database = await openDynalite();
  await openEventStore(database.client);
});

afterAll(() => database.close());

test('deletes what has expired and nothing else, a page a step, and faster where most has expired', async () => {
  const items = Array.from({ length: 450 }, (_, n) => ({
    pk: `progress#${n}`,
    sk: 'progress',
    ...(n % 5 > 0 && { expires_at: NOW / 1_000 + (n % 5 === 1 ? -1 : 0) }),
  }));
  await Promise.all(items.map((Item) => database.client.send(new PutCommand({ TableName, Item }))));
  const { sweep } = expiredItems(database.client, TableName);
  const metered = meter(database.client);
  await sweep(NOW);
  expect(metered.calls.Scan).toBe(1);
  for (let step = 0; step < 5; step++) await sweep(NOW);

  for (const { pk, sk, expires_at } of items) {
    const { Item } = await database.client.send(new GetCommand({ TableName, Key: { pk, sk } }));
    expect(Item === undefined).toBe(expires_at === NOW / 1_000 - 1);
  }

  metered.reset();
  await sweep(NOW + 1_000);
  expect(metered.calls.Scan).toBeGreaterThan(1);
});

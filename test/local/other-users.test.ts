import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { announcedAddress, type DataFolder, openDataFolder } from '../../local/data-folder.ts';
import { type EmbeddedTable, embeddedTable } from '../../local/embedded-table.ts';

let parent: string;
let path: string;
let folder: DataFolder;
let table: EmbeddedTable;

beforeAll(async () => {
  parent = mkdtempSync(join(tmpdir(), 'event-queue-'));
  path = join(parent, 'new', 'data');
  folder = await openDataFolder(path);
  table = await embeddedTable(folder.tablePath);
  await folder.announce(table.address);
});
afterAll(async () => {
  await table.close();
  await folder.release();
  rmSync(parent, { recursive: true });
});

test('a data folder that the queue makes is open to its owner alone', () => {
  expect(statSync(path).mode & 0o777).toBe(0o700);
});

test('the access key of the table can be read by its owner alone', async () => {
  expect(statSync(join(path, 'table-address.json')).mode & 0o777).toBe(0o600);
  expect(await announcedAddress(path)).toEqual(table.address);
});

test.each<[string, (accessKeyId: string) => string]>([
  ['no access key', () => ''],
  ['another one', () => 'AWS4-HMAC-SHA256 Credential=00000000-0000-4000-8000-000000000000/x'],
  ['the beginning of the right one', (key) => `AWS4-HMAC-SHA256 Credential=${key.slice(0, -1)}/x`],
])('the table answers nobody with %s', async (_, authorization) => {
  const headers = {
    'x-amz-target': 'DynamoDB_20120810.ListTables',
    'content-type': 'application/x-amz-json-1.0',
    authorization: authorization(table.address.accessKeyId),
  };
  const response = await fetch(table.address.endpoint, { method: 'POST', headers, body: '{}' });
  expect([response.status, await response.text()]).toEqual([403, '']);
});

import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { sqliteTable } from '../../adapters/sqlite-table.ts';
import { openDataFolder } from '../../local/data-folder.ts';

let parent: string;
let path: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'event-queue-'));
  path = join(parent, 'new', 'data');
});
afterEach(() => rmSync(parent, { recursive: true }));

test('a data folder that the queue makes is open to its owner alone', async () => {
  const folder = await openDataFolder(path);
  folder.release();
  expect(modeOf(path)).toBe(0o700);
});

test('the database is its owner’s alone, also in a folder that is open to others', async () => {
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o755);
  const folder = await openDataFolder(path);
  const table = sqliteTable(folder.databasePath);
  await table.put({ pk: 'pk', sk: 'sk' });
  const files = readdirSync(path).filter((file) => file.startsWith('events.db'));
  expect(files.length).toBeGreaterThan(1);
  expect(files.map((file) => modeOf(join(path, file)))).toEqual(files.map(() => 0o600));
  await table.close();
  folder.release();
});

function modeOf(file: string): number {
  return statSync(file).mode & 0o777;
}

import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openSqliteFile, UnusableFile } from '../../adapters/sqlite-file.ts';
import { type SqliteTable, sqliteTable } from '../../adapters/sqlite-table.ts';
import { newKey, tableContract } from '../support/table-contract.ts';

let folder: string;
let path: string;
const opened: SqliteTable[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'event-queue-sqlite-'));
  path = join(folder, 'events.db');
});
afterEach(async () => {
  for (const table of opened.splice(0)) await table.close();
  rmSync(folder, { recursive: true });
});

tableContract('SQLite in memory', async () => {
  const table = sqliteTable(undefined);
  return { table, close: table.close };
});

tableContract('SQLite on disk', async () => {
  const own = mkdtempSync(join(tmpdir(), 'event-queue-sqlite-'));
  const table = sqliteTable(join(own, 'events.db'));
  return {
    table,
    async close() {
      await table.close();
      rmSync(own, { recursive: true });
    },
  };
});

test('what was written is there when the file is opened again', async () => {
  const items = Array.from({ length: 1_500 }, (_, n) => ({ ...newKey(), n }));
  const first = sqliteTable(path);
  void Promise.all(items.map(first.put));
  await first.close();
  const second = open();
  expect(await Promise.all(items.map(second.get))).toEqual(items);
});

test('two processes may use one file at the same time', async () => {
  const [one, other] = [open(), open()];
  const items = Array.from({ length: 20 }, (_, n) => ({ ...newKey(), n }));
  await Promise.all(items.map((item, n) => (n % 2 ? one : other).put(item)));
  expect(await Promise.all(items.map(one.get))).toEqual(items);
  expect(await Promise.all(items.map(other.get))).toEqual(items);
});

test('a sweep deletes all that has expired, and nothing else', async () => {
  const now = Date.parse('2030-01-01T00:00:00Z');
  const table = open();
  const items = Array.from({ length: 1_000 }, (_, n) => ({
    ...newKey(),
    ...(n % 5 > 0 && { expires_at: now / 1_000 + (n % 5 === 1 ? 0 : -n) }),
  }));
  await Promise.all(items.map(table.put));
  await table.sweep(now);
  const left = await Promise.all(items.map(table.get));
  expect(left.map((item) => item !== undefined)).toEqual(items.map((_, n) => n % 5 < 2));
});

describe('a file that cannot be used is refused with its name and what to do', () => {
  test.each<[string, () => void, RegExp]>([
    [
      'a text',
      () => writeFileSync(path, 'This is a text about events.\n'.repeat(500)),
      /is no database\. Move it away/,
    ],
    [
      'of another program',
      () => changed(new DatabaseSync(path), 'CREATE TABLE notes (text TEXT)'),
      /belongs to another program/,
    ],
    [
      'of a later version',
      () => changed(openSqliteFile(path), 'PRAGMA user_version = 99'),
      /is of version 99, and this event queue reads version 1/,
    ],
    ['in a folder that is missing', () => rmSync(folder, { recursive: true }), /cannot be opened\. Look at the rights/],
  ])('%s', (_, make, reason) => {
    make();
    const before = readable();
    expect(() => open()).toThrow(UnusableFile);
    expect(() => open()).toThrow(reason);
    expect(() => open()).toThrow(path);
    expect(readable()).toEqual(before);
    if (before === undefined) folder = mkdtempSync(join(tmpdir(), 'event-queue-sqlite-'));
  });

  test('damaged in its middle, which is reported when it is met', async () => {
    const items = Array.from({ length: 2_000 }, (_, n) => ({ ...newKey(), text: 'x'.repeat(200), n }));
    const first = sqliteTable(path);
    await Promise.all(items.map(first.put));
    await first.close();
    const bytes = readFileSync(path);
    bytes.fill(0xaa, 8_192, statSync(path).size - 4_096);
    writeFileSync(path, bytes);
    const table = open();
    await expect(Promise.all(items.map(table.get))).rejects.toThrow(
      /^The database \S+events\.db is damaged\. Restore a backup/,
    );
    expect((await table.failed).message).toMatch(/is damaged/);
  });

  test('cut off, which is reported when it is met', async () => {
    const items = Array.from({ length: 2_000 }, (_, n) => ({ ...newKey(), text: 'x'.repeat(200), n }));
    const first = sqliteTable(path);
    await Promise.all(items.map(first.put));
    await first.close();
    truncateSync(path, 16_384);
    const reading = async () => {
      const table = open();
      await Promise.all(items.map(table.get));
    };
    await expect(reading()).rejects.toThrow(/^The database \S+events\.db is damaged\. Restore a backup/);
  });
});

test('a write that fails rejects, and no write of its transaction is made', async () => {
  const table = open();
  const [good, bad] = [newKey(), newKey()];
  await table.put(good);
  const raw = new DatabaseSync(path);
  raw.exec(
    "CREATE TRIGGER refuse BEFORE INSERT ON items WHEN new.sk = 'refused' BEGIN SELECT RAISE(ABORT, 'refused'); END",
  );
  raw.close();
  const results = await Promise.allSettled([
    table.put({ ...good, changed: true }),
    table.put({ ...bad, sk: 'refused' }),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await table.get(good)).toEqual(good);
  expect(await table.failed).toBeInstanceOf(UnusableFile);
});

function open(): SqliteTable {
  const table = sqliteTable(path);
  opened.push(table);
  return table;
}

function changed(database: DatabaseSync, sql: string): void {
  database.exec(sql);
  database.close();
}

function readable(): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

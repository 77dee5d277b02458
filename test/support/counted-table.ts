import { type SqliteTable, sqliteTable } from '../../adapters/sqlite-table.ts';

/** A table in memory that counts its reads. While `fails` is true, every read is counted and rejected. */
export type CountedTable = SqliteTable & { reads: number; fails: boolean };

export function countedTable(): CountedTable {
  const embedded = sqliteTable(undefined);
  const table: CountedTable = {
    ...embedded,
    reads: 0,
    fails: false,
    async get(key) {
      table.reads++;
      if (table.fails) throw new Error('It was throttled.');
      return embedded.get(key);
    },
  };
  return table;
}

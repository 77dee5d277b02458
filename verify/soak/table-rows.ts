import { join } from 'node:path';
import { openSqliteReader } from '../../adapters/sqlite-file.ts';

/** Returns the number of rows in the table of a local queue. The queue may run meanwhile. */
export function tableRows(dataFolder: string): number {
  const reader = openSqliteReader(join(dataFolder, 'events.db'));
  const { rows } = reader.prepare('SELECT count(*) AS rows FROM items').get() as { rows: number };
  reader.close();
  return rows;
}

import { join } from 'node:path';
import { openSqliteReader } from '../../adapters/sqlite-file.ts';

/** How many rows the table of a local queue has, whether the queue runs or not. */
export function tableRows(dataFolder: string): number {
  const reader = openSqliteReader(join(dataFolder, 'events.db'));
  const { rows } = reader.prepare('SELECT count(*) AS rows FROM items').get() as { rows: number };
  reader.close();
  return rows;
}

import { SECOND } from '../core/durations.ts';
import { type GroupCommit, groupCommit } from './group-commit.ts';
import { changesOn, type Result, type RowChange } from './sqlite-changes.ts';
import { explained, openSqliteFile, openSqliteReader, UnusableFile } from './sqlite-file.ts';
import { itemOf, type Row, rowOf } from './sqlite-row.ts';
import { sqliteThread } from './sqlite-thread.ts';
import type { Item, ItemKey, Range, Table } from './table.ts';

/** At most this many changes share a transaction, so that later changes do not wait for a very long one. */
const MOST_CHANGES = 1_000;
/** A transaction deletes at most this many expired items, so that the changes behind it are not held up for long. */
const SWEPT_AT_ONCE = 200;

export type SqliteTable = Table & {
  /** Deletes the items that expired before `now`, in epoch milliseconds. */
  sweep(now: number): Promise<void>;
  /**
   * Resolves with the first error of a read or a write that does not pass by itself, such as a damaged file or a full
   * disk. The process should end then.
   */
  readonly failed: Promise<Error>;
  close(): Promise<void>;
};

/**
 * A table in one SQLite file. A write is on the disk when its promise resolves. Writes of the same moment share a
 * transaction, which is made in a thread of its own. Reads are made at once in the calling thread, and see every write
 * whose promise has resolved.
 *
 * @param path The path of the file, whose folder must exist; undefined keeps everything in memory.
 */
export function sqliteTable(path: string | undefined): SqliteTable {
  const { promise: failed, resolve: fail } = Promise.withResolvers<Error>();
  const { writer, reader, close: closeFile } = path === undefined ? inMemory() : onDisk(path);
  const find = reader.prepare('SELECT pk, sk, expires_at, document, bytes FROM items WHERE pk = ? AND sk = ?');
  const [ascending, descending] = ['ASC', 'DESC'].map((order) =>
    reader.prepare(
      `SELECT pk, sk, expires_at, document, NULL AS bytes FROM items WHERE pk = ? AND sk BETWEEN ? AND ? ORDER BY sk ${order} LIMIT ?`,
    ),
  );

  function attempt<Answer>(read: () => Answer): Answer {
    try {
      return read();
    } catch (error) {
      throw noted(explained(path, error));
    }
  }

  /**
   * Resolves `failed` if later operations will fail like this one. A file that another program is writing to can be
   * used again later.
   */
  function noted(failure: unknown): unknown {
    if (failure instanceof UnusableFile && !failure.mayPass) fail(failure);
    return failure;
  }

  async function change(wanted: RowChange): Promise<Result> {
    return writer.add(wanted).catch((error: unknown) => {
      throw noted(error);
    });
  }

  async function sweep(now: number): Promise<void> {
    const before = Math.floor(now / SECOND);
    for (let deleted = SWEPT_AT_ONCE; deleted === SWEPT_AT_ONCE; )
      deleted = await change({ kind: 'sweep', before, most: SWEPT_AT_ONCE });
  }

  async function query({ pk, from, to, limit, ascending: isAscending = false }: Range) {
    const statement = isAscending ? ascending : descending;
    const [low, high] = isAscending ? [from, to] : [to, from];
    const rows = attempt(() => statement?.all(pk, low, high, limit) as Row[]);
    return { items: rows.map(itemOf), isLast: rows.length < limit };
  }

  async function get({ pk, sk }: ItemKey): Promise<Item | undefined> {
    const row = attempt(() => find.get(pk, sk) as Row | undefined);
    return row && itemOf(row);
  }

  return {
    async put(item) {
      await change({ kind: 'put', row: rowOf(item) });
    },
    putIf: async (item, condition) => (await change({ kind: 'put', row: rowOf(item), condition })) === 1,
    get,
    async remove(key) {
      await change({ kind: 'remove', key });
    },
    async setExpiry(key, expiresAt) {
      await change({ kind: 'set expiry', key, expiresAt });
    },
    query,
    sweep,
    failed,
    async close() {
      await writer.settled();
      await closeFile();
    },
  };
}

type Connections = {
  readonly writer: GroupCommit<RowChange, Result>;
  readonly reader: ReturnType<typeof openSqliteFile>;
  close(): Promise<void>;
};

function inMemory(): Connections {
  const database = openSqliteFile(undefined);
  const apply = changesOn(database);
  const writer = groupCommit(async (changes: readonly RowChange[]) => apply(changes), MOST_CHANGES);
  return { writer, reader: database, close: async () => database.close() };
}

/** Opens the file in the calling thread first, so that the caller gets the error of a file that cannot be used. */
function onDisk(path: string): Connections {
  openSqliteFile(path).close();
  const thread = sqliteThread(path);
  const reader = openSqliteReader(path);
  return {
    writer: groupCommit(thread.transact, MOST_CHANGES),
    reader,
    async close() {
      reader.close();
      await thread.close();
    },
  };
}

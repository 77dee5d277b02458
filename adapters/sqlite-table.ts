import { type GroupCommit, groupCommit } from './group-commit.ts';
import { type Change, changesOn, type Result } from './sqlite-changes.ts';
import { explained, openSqliteFile, openSqliteReader, UnusableFile } from './sqlite-file.ts';
import { itemOf, type Row, rowOf } from './sqlite-row.ts';
import { sqliteThread } from './sqlite-thread.ts';
import type { Item, ItemKey, Range, Table } from './table.ts';

/** How many changes share a transaction at most: those of a later moment do not wait for very many. */
const MOST_CHANGES = 1_000;
/** How many expired items a transaction deletes at most: what waits behind it is not held up for long. */
const SWEPT_AT_ONCE = 200;

export type SqliteTable = Table & {
  /** Deletes what expired before `now`, in epoch milliseconds. */
  sweep(now: number): Promise<void>;
  /** Resolves if a read or a write has failed: the file is damaged, or its disk is full. Nothing is done from then on. */
  readonly failed: Promise<Error>;
  close(): Promise<void>;
};

/**
 * A table in one SQLite file. A write is on the disk when its promise resolves. Writes of the same moment share a transaction, which a
 * thread makes; reads are made at once, in this thread, and see every write that has resolved.
 *
 * @param path of the file, whose folder exists; undefined keeps everything in memory
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
      throw told(explained(path, error));
    }
  }

  /** A failure of the file concerns whoever comes next as well. That another program is writing for long passes. */
  function told(failure: unknown): unknown {
    if (failure instanceof UnusableFile && !failure.mayPass) fail(failure);
    return failure;
  }

  async function change(wanted: Change): Promise<Result> {
    return writer.add(wanted).catch((error: unknown) => {
      throw told(error);
    });
  }

  async function sweep(now: number): Promise<void> {
    const before = Math.floor(now / 1_000);
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
  readonly writer: GroupCommit<Change, Result>;
  readonly reader: ReturnType<typeof openSqliteFile>;
  close(): Promise<void>;
};

function inMemory(): Connections {
  const database = openSqliteFile(undefined);
  const apply = changesOn(database);
  const writer = groupCommit(async (changes: readonly Change[]) => apply(changes), MOST_CHANGES);
  return { writer, reader: database, close: async () => database.close() };
}

/** The file is opened here first, so that one that cannot be used is told at once. */
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

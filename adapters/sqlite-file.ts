import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** Marks a database as one of an event queue: "EvQu". */
const APPLICATION_ID = 0x45_76_51_75;
/** The version of the tables within. A version before refuses a file with a higher number. */
const SCHEMA_VERSION = 1;
/** How long a process waits while another one that shares the file writes, in milliseconds. */
const BUSY_TIMEOUT = 10_000;
/** Kibibytes of pages that a connection keeps in memory. */
const CACHE = 16_384;
/** Pages of 4 KiB after which the write-ahead log is copied into the database. */
const CHECKPOINT_AFTER = 4_000;

const SCHEMA = `
  CREATE TABLE items (
    pk TEXT NOT NULL, sk TEXT NOT NULL, expires_at INTEGER, document TEXT NOT NULL, bytes BLOB,
    PRIMARY KEY (pk, sk)
  ) WITHOUT ROWID;
  CREATE INDEX expiring ON items (expires_at) WHERE expires_at IS NOT NULL;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** Why a database file cannot be used, in words for its owner. The message names the file. */
export class UnusableFile extends Error {
  /** Whether the same may succeed later without anybody doing something about it. */
  readonly mayPass: boolean;

  constructor(message: string, options?: ErrorOptions & { readonly mayPass?: boolean }) {
    super(message, options);
    this.mayPass = options?.mayPass ?? false;
  }
}

const SQLITE_BUSY = 5;

/** SQLite's primary result codes: https://www.sqlite.org/rescode.html */
const REASONS: Readonly<Record<number, string>> = {
  [SQLITE_BUSY]: 'is being written by another program. Try again in a moment',
  8: 'cannot be written: the file or its disk is read-only. Make it writable, or choose another folder with --data',
  10: 'cannot be read or written: its disk is full or reports an error. Make room there, or look at the disk, and start again',
  11: 'is damaged. Restore a backup (docs/operations.md), or choose another folder with --data',
  13: 'cannot be written: its disk is full. Make room there, and start again',
  14: 'cannot be opened. Look at the rights of the file and its folder, or choose another folder with --data',
  26: 'is no database. Move it away, restore a backup (docs/operations.md), or choose another folder with --data',
};

/** @param path of the file, which is made if it is missing; undefined keeps everything in memory */
export function openSqliteFile(path: string | undefined): DatabaseSync {
  return told(path, () => {
    if (path !== undefined) makeForOwnerAlone(path);
    const database = new DatabaseSync(path ?? ':memory:', { timeout: BUSY_TIMEOUT });
    try {
      // A file of another program stays as it is: the journal mode is written into the file.
      refuseForeign(database, path);
      database.exec('PRAGMA journal_mode = WAL');
      database.exec('PRAGMA synchronous = FULL');
      database.exec(`PRAGMA cache_size = -${CACHE}`);
      database.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_AFTER}`);
      database.exec('BEGIN IMMEDIATE');
      if (isEmpty(database)) database.exec(SCHEMA);
      database.exec('COMMIT');
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

/** Opens a second connection for reading to a file that is open already. */
export function openSqliteReader(path: string): DatabaseSync {
  return told(path, () => {
    const database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT });
    database.exec(`PRAGMA cache_size = -${CACHE}`);
    return database;
  });
}

/** Turns an error of SQLite into one that names the file and says what to do. Every other error is answered as it is. */
export function explained(path: string | undefined, error: unknown): unknown {
  const { errcode } = error as { readonly errcode?: number };
  if (errcode === undefined) return error;
  const reason = REASONS[errcode & 0xff] ?? `cannot be used (SQLite error ${errcode})`;
  const mayPass = (errcode & 0xff) === SQLITE_BUSY;
  return new UnusableFile(`The database ${path ?? 'in memory'} ${reason}.`, { cause: error, mayPass });
}

function told<Result>(path: string | undefined, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    throw explained(path, error);
  }
}

/** SQLite gives the files beside it the same rights. What stands in the way of making it, SQLite itself says when it opens the file. */
function makeForOwnerAlone(path: string): void {
  try {
    closeSync(openSync(path, 'ax', 0o600));
  } catch {}
}

function refuseForeign(database: DatabaseSync, path: string | undefined): void {
  if (isEmpty(database)) return;
  if (pragma(database, 'application_id') !== APPLICATION_ID) {
    throw new UnusableFile(`The database ${path} belongs to another program. Choose another folder with --data.`);
  }
  const version = pragma(database, 'user_version');
  if (version === SCHEMA_VERSION) return;
  throw new UnusableFile(
    `The database ${path} is of version ${version}, and this event queue reads version ${SCHEMA_VERSION}. Start it with the event queue that wrote it, or choose another folder with --data.`,
  );
}

function isEmpty(database: DatabaseSync): boolean {
  return database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
}

function pragma(database: DatabaseSync, name: 'application_id' | 'user_version'): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}

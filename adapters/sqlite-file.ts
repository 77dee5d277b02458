import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { SECOND } from '../core/durations.ts';

/** The application id of a database that belongs to an event queue: "EvQu" in ASCII. */
const APPLICATION_ID = 0x45_76_51_75;
/**
 * The version of the tables in the file. A file with another version is refused, so it is raised with a change that an
 * earlier event queue cannot read.
 */
const SCHEMA_VERSION = 1;
/** An operation waits up to this many milliseconds while another process writes to the file. */
const BUSY_TIMEOUT = 10 * SECOND;
/** The memory of a connection for pages of the file, in kibibytes. */
const CACHE = 16_384;
/** The write-ahead log is copied into the database when it has this many pages of 4 KiB. */
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

/** The error of a database file that cannot be used. Its message names the file and tells its owner what to do. */
export class UnusableFile extends Error {
  /** Whether the same operation may succeed later although nobody has done anything. */
  readonly mayPass: boolean;

  constructor(message: string, options?: ErrorOptions & { readonly mayPass?: boolean }) {
    super(message, options);
    this.mayPass = options?.mayPass ?? false;
  }
}

const SQLITE_BUSY = 5;

/**
 * The reasons by SQLite's primary result code.
 *
 * @see https://www.sqlite.org/rescode.html
 */
const REASONS: Readonly<Record<number, string>> = {
  [SQLITE_BUSY]: 'is being written by another program. Try again in a moment',
  8: 'cannot be written: the file or its disk is read-only. Make it writable, or choose another folder with --data',
  10: 'cannot be read or written: its disk is full or reports an error. Make room there, or look at the disk, and start again',
  11: 'is damaged. Restore a backup (docs/operations.md), or choose another folder with --data',
  13: 'cannot be written: its disk is full. Make room there, and start again',
  14: 'cannot be opened. Look at the rights of the file and its folder, or choose another folder with --data',
  26: 'is no database. Move it away, restore a backup (docs/operations.md), or choose another folder with --data',
};

/**
 * Opens a database for reading and writing, and creates a file that is missing. Throws `UnusableFile` if the file
 * cannot be used.
 *
 * @param path The path of the file; undefined keeps everything in memory.
 */
export function openSqliteFile(path: string | undefined): DatabaseSync {
  return explaining(path, () => {
    if (path !== undefined) makeForOwnerAlone(path);
    const database = new DatabaseSync(path ?? ':memory:', { timeout: BUSY_TIMEOUT });
    try {
      // The file is checked before the journal mode is set, because that would change a file of another program.
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

/** Opens a connection that only reads. Throws `UnusableFile` if there is no such file or it cannot be opened. */
export function openSqliteReader(path: string): DatabaseSync {
  return explaining(path, () => {
    const database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT });
    database.exec(`PRAGMA cache_size = -${CACHE}`);
    return database;
  });
}

/** Turns an error of SQLite into an `UnusableFile`. Every other error is returned as it is. */
export function explained(path: string | undefined, error: unknown): unknown {
  const { errcode } = error as { readonly errcode?: number };
  if (errcode === undefined) return error;
  const reason = REASONS[errcode & 0xff] ?? `cannot be used (SQLite error ${errcode})`;
  const mayPass = (errcode & 0xff) === SQLITE_BUSY;
  return new UnusableFile(`The database ${path ?? 'in memory'} ${reason}.`, { cause: error, mayPass });
}

function explaining<Result>(path: string | undefined, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    throw explained(path, error);
  }
}

/**
 * Creates the file for its owner alone. SQLite gives the files that it creates beside it the same permissions. Errors
 * are ignored here, because SQLite reports them when it opens the file.
 */
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

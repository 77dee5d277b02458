import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** A folder that no other queue can use until this process releases it or dies. */
export type DataFolder = {
  /** The path of the database in the folder. */
  readonly databasePath: string;
  release(): void;
};

/** The name of the database in a data folder. */
export const DATABASE = 'events.db';

/** The error of a folder that cannot be used. Its message tells its owner what to do. */
export class FolderUnusable extends Error {}

/** A new folder has these permissions, because events may contain secrets. An existing folder keeps its own. */
const OWNER_ALONE = 0o700;
/** SQLite's error code for a lock that another process holds. */
const SQLITE_BUSY = 5;

/**
 * Locks a folder for a queue, and creates it if it is missing. Throws `FolderUnusable` if another queue uses it. The
 * operating system holds the lock on a file of the folder, so a process that is killed leaves no lock behind.
 */
export async function openDataFolder(path: string): Promise<DataFolder> {
  const databasePath = await databaseIn(path);
  try {
    const lock = new DatabaseSync(join(path, 'lock.db'), { timeout: 0 });
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    return { databasePath, release: () => lock.close() };
  } catch (error) {
    throw unusable(error as FolderError, resolve(path));
  }
}

/**
 * Returns the path of the database in a folder, and creates the folder if it is missing. Throws `FolderUnusable` if the
 * folder holds events of an earlier event queue.
 */
export async function databaseIn(path: string): Promise<string> {
  try {
    await mkdir(path, { recursive: true, mode: OWNER_ALONE });
  } catch (error) {
    throw unusable(error as FolderError, resolve(path));
  }
  const old = join(path, 'table');
  if (existsSync(old)) {
    throw new FolderUnusable(
      `The folder ${resolve(old)} holds events of an earlier event queue, which this one cannot read. Let the earlier one call them first, or move the folder away, or choose another one with --data.`,
    );
  }
  return join(path, DATABASE);
}

type FolderError = Error & { readonly errcode?: number };

function unusable({ errcode, message }: FolderError, path: string): FolderUnusable {
  if (errcode === SQLITE_BUSY) {
    return new FolderUnusable(
      `The folder ${path} is in use by another event queue. Stop that one, or choose another folder with --data.`,
    );
  }
  return new FolderUnusable(`The folder ${path} cannot be used (${message}). Choose another with --data.`);
}

import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** A folder that this process owns alone until it releases it, or dies. */
export type DataFolder = {
  /** The path of the database in it. */
  readonly databasePath: string;
  release(): void;
};

/** The name of the database in a data folder. */
export const DATABASE = 'events.db';

/** Why a folder cannot be used, in words for its owner. */
export class FolderUnusable extends Error {}

/** What events hold is nobody else's. A folder that is there already stays as its owner made it. */
const OWNER_ALONE = 0o700;
/** SQLite's answer to whoever asks for a lock that another process holds. */
const SQLITE_BUSY = 5;

/**
 * Takes a folder for a queue, and makes it if it is missing. The lock is the operating system's, on a database of its own: a killed
 * process leaves none behind.
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

/** Answers the path of the database in a folder, which is made if it is missing. Refuses a folder that holds events of another version. */
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

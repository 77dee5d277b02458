import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Level } from 'level';

/** A folder that this process owns alone until it releases it, or dies. */
export type DataFolder = {
  /** Where the table is. */
  readonly tablePath: string;
  /** Tells other programs of this user where the table can be reached while the folder is in use. */
  announce(address: TableAddress): Promise<void>;
  release(): Promise<void>;
};

/** Where a table is served, and who may use it. */
export type TableAddress = { readonly endpoint: string; readonly accessKeyId: string };

/** Why a folder cannot be used, in words for its owner. */
export class FolderUnusable extends Error {}

export class FolderInUse extends FolderUnusable {}

/** What events hold is nobody else's. A folder that is there already stays as its owner made it. */
const OWNER_ALONE = 0o700;

/** Takes a folder. The lock is the operating system's, on a database of its own: a killed process leaves none behind. */
export async function openDataFolder(path: string): Promise<DataFolder> {
  try {
    await mkdir(path, { recursive: true, mode: OWNER_ALONE });
    const lock = new Level(join(path, 'lock'));
    await lock.open();
    return {
      tablePath: join(path, 'table'),
      announce: (address) => writeFile(addressPath(path), JSON.stringify(address), { mode: 0o600 }),
      release: () => lock.close(),
    };
  } catch (error) {
    throw unusable(error as LevelError, resolve(path));
  }
}

/** Where the table of a folder that is in use was announced to be. */
export async function announcedAddress(path: string): Promise<TableAddress> {
  return JSON.parse(await readFile(addressPath(path), 'utf8'));
}

function addressPath(path: string): string {
  return join(path, 'table-address.json');
}

type LevelError = Error & { readonly code?: string; readonly cause?: LevelError };

function unusable({ code, message, cause }: LevelError, path: string): FolderUnusable {
  if (cause?.code === 'LEVEL_LOCKED') {
    return new FolderInUse(
      `The folder ${path} is in use by another event queue. Stop that one, or choose another folder with --data.`,
    );
  }
  return new FolderUnusable(
    `The folder ${path} cannot be used (${cause?.message ?? code ?? message}). Choose another with --data.`,
  );
}

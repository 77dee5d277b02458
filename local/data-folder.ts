import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Level } from 'level';

/** A folder that this process owns alone until it releases it, or dies. */
export type DataFolder = {
  /** Where the table is. */
  readonly tablePath: string;
  release(): Promise<void>;
};

/** Why a folder cannot be used, in words for its owner. */
export class FolderUnusable extends Error {}

/** Takes a folder. The lock is the operating system's, on a database of its own: a killed process leaves none behind. */
export async function openDataFolder(path: string): Promise<DataFolder> {
  const lock = new Level(join(path, 'lock'));
  try {
    await mkdir(path, { recursive: true });
    await lock.open();
  } catch (error) {
    throw new FolderUnusable(reasonOf(error as LevelError, resolve(path)));
  }
  return { tablePath: join(path, 'table'), release: () => lock.close() };
}

type LevelError = Error & { readonly code?: string; readonly cause?: LevelError };

function reasonOf({ code, message, cause }: LevelError, path: string): string {
  if (cause?.code === 'LEVEL_LOCKED') {
    return `The folder ${path} is in use by another event queue. Stop that one, or choose another folder with --data.`;
  }
  return `The folder ${path} cannot be used (${cause?.message ?? code ?? message}). Choose another with --data.`;
}

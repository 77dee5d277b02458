import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('./power-cut.c', import.meta.url));

type Note = {
  readonly kind: 'w' | 't' | 's';
  readonly inode: number;
  readonly offset: number;
  readonly size: number;
  readonly bytes: Buffer;
};

/**
 * Compiles the library that notes which writes are not synced. Returns undefined on a machine without a C compiler or
 * LD_PRELOAD.
 */
export function powerCutLibrary(folder: string): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const library = join(folder, 'power-cut.so');
  const { status, stderr } = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, SOURCE, '-ldl', '-lpthread']);
  if (status === 0) return library;
  if (status === null) return undefined;
  throw new Error(`The library could not be compiled: ${stderr}`);
}

/** The environment variables of a process whose disk can lose its power. */
export function onWatchedDisk(library: string, folder: string, log: string) {
  return { LD_PRELOAD: library, POWER_CUT_FOLDER: folder, POWER_CUT_LOG: log };
}

/**
 * Leaves in a folder what a disk holds after its power was cut: undoes every change that no sync of its file followed,
 * and deletes the shared memory of SQLite. The process that made the changes must have ended.
 *
 * @returns how many changes were undone
 */
export function cutPower(folder: string, log: string): number {
  const notes = existsSync(log) ? notesIn(readFileSync(log)) : [];
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  let undone = 0;
  for (const { parentPath, name } of files) {
    const path = join(parentPath, name);
    const own = notes.filter(({ inode }) => inode === statSync(path).ino);
    const unsynced = own.slice(own.findLastIndex(({ kind }) => kind === 's') + 1);
    undo(path, unsynced);
    undone += unsynced.length;
    if (name.endsWith('-shm')) rmSync(path);
  }
  rmSync(log, { force: true });
  return undone;
}

function undo(path: string, changes: readonly Note[]): void {
  const file = openSync(path, 'r+');
  for (const { offset, size, bytes } of changes.toReversed()) {
    if (bytes.length > 0) writeSync(file, bytes, 0, bytes.length, offset);
    ftruncateSync(file, size);
  }
  closeSync(file);
}

function notesIn(log: Buffer): readonly Note[] {
  const notes: Note[] = [];
  for (let at = 0; at < log.length; ) {
    const endOfHead = log.indexOf('\n', at);
    const [kind, inode, offset, size, count] = log.toString('latin1', at, endOfHead).split(' ');
    at = endOfHead + 1 + Number(count);
    const bytes = log.subarray(endOfHead + 1, at);
    if (bytes.length < Number(count)) break;
    notes.push({ kind: kind as Note['kind'], inode: Number(inode), offset: Number(offset), size: Number(size), bytes });
  }
  return notes;
}

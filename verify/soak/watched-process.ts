import { existsSync } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { type ServingProcess, serveInProcess } from '../shared/local-process.ts';

const DIAGNOSTICS = new URL('diagnostics.ts', import.meta.url);

/**
 * The resources that a process holds at a moment. A value is undefined if this machine does not show it, or not yet.
 */
export type Holdings = {
  /**
   * The resident memory in bytes, right after a heap was collected. Mapped files are left out where the system allows.
   */
  readonly memory: number | undefined;
  /** The bytes in use of the heaps of all threads, right after each of them was collected. */
  readonly heap: number | undefined;
  /** The number of sockets, pipes and files. Files in the data folder are left out. */
  readonly handles: number | undefined;
  readonly timers: number | undefined;
};

export type WatchedProcess = ServingProcess & { holdings(): Promise<Holdings> };

/**
 * Runs the local runtime on a folder, in a process that reports what it holds.
 *
 * @param every the milliseconds between two reports of a thread
 */
export async function watchedProcess(
  dataFolder: string,
  diagnosticsFile: string,
  every: number,
): Promise<WatchedProcess> {
  const environment = {
    NODE_OPTIONS: `--import=${DIAGNOSTICS}`,
    DIAGNOSTICS_FILE: diagnosticsFile,
    DIAGNOSTICS_EVERY: String(every),
  };
  const serving = await serveInProcess(['--data', dataFolder, '--quiet'], { environment });
  const proc = `/proc/${serving.pid}`;

  async function holdings(): Promise<Holdings> {
    const threads = await lastDiagnostics(diagnosticsFile);
    return {
      memory: threads.length === 0 ? undefined : Math.min(...threads.map((thread) => thread.memory)),
      heap: sum(threads.map((thread) => thread.heap)),
      handles: await handlesBeside(dataFolder, proc),
      timers: sum(threads.map((thread) => thread.timers)),
    };
  }

  return { ...serving, holdings };
}

type Diagnostics = {
  readonly threadId: number;
  readonly memory: number;
  readonly heap: number;
  readonly timers: number;
};

/** Resolves with the latest report of each thread. */
async function lastDiagnostics(file: string): Promise<readonly Diagnostics[]> {
  if (!existsSync(file)) return [];
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  const all = lines.map((line) => JSON.parse(line) as Diagnostics);
  return [...new Map(all.map((one) => [one.threadId, one])).values()];
}

/** Returns the sum, or undefined if there are no values. */
function sum(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((one, other) => one + other);
}

async function handlesBeside(folder: string, proc: string): Promise<number | undefined> {
  if (!existsSync(proc)) return undefined;
  const names = await readdir(`${proc}/fd`);
  const targets = await Promise.all(names.map((name) => readlink(`${proc}/fd/${name}`).catch(() => folder)));
  return targets.filter((target) => !target.startsWith(folder)).length;
}

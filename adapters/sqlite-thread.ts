import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Result, RowChange } from './sqlite-changes.ts';
import { UnusableFile } from './sqlite-file.ts';

export type ToWriter = readonly RowChange[] | 'close';
export type FromWriter =
  | { readonly results: readonly Result[] }
  | { readonly failure: string; readonly mayPass: boolean };

/** An option of Node without which Node 22 warns in each thread that its SQLite is experimental. */
const WITHOUT_WARNING = '--disable-warning=ExperimentalWarning';

/** Makes changes in one transaction. Rejects with `UnusableFile` if none of them was made. */
export type Transact = (changes: readonly RowChange[]) => Promise<readonly Result[]>;

/**
 * Starts a thread that writes to a database. It makes one transaction at a time, so the next one must not be sent
 * before the promise of the last one has settled.
 */
export function sqliteThread(path: string): { readonly transact: Transact; close(): Promise<void> } {
  const writer = new URL(`./sqlite-writer${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(writer, { workerData: path, execArgv: [WITHOUT_WARNING] });
  let answer = Promise.withResolvers<FromWriter>();
  worker.on('message', (outcome: FromWriter) => answer.resolve(outcome));

  async function transact(changes: readonly RowChange[]): Promise<readonly Result[]> {
    answer = Promise.withResolvers();
    worker.postMessage(changes satisfies ToWriter);
    const outcome = await answer.promise;
    if ('failure' in outcome) throw new UnusableFile(outcome.failure, outcome);
    return outcome.results;
  }

  async function close(): Promise<void> {
    worker.postMessage('close' satisfies ToWriter);
    await once(worker, 'exit');
  }

  return { transact, close };
}

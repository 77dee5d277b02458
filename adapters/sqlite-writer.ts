import { parentPort, workerData } from 'node:worker_threads';
import { changesOn } from './sqlite-changes.ts';
import { explained, openSqliteFile, UnusableFile } from './sqlite-file.ts';
import type { FromWriter, ToWriter } from './sqlite-thread.ts';

/**
 * This file runs in a thread of its own: each commit blocks its thread until the disk has it, and calls and requests
 * must not wait for that.
 */
const path = workerData as string;
const database = openSqliteFile(path);
const apply = changesOn(database);
parentPort?.on('message', (message: ToWriter) => {
  if (message !== 'close') return answer(message);
  database.close();
  parentPort?.close();
});

function answer(changes: Exclude<ToWriter, 'close'>): void {
  parentPort?.postMessage(outcomeOf(changes));
}

function outcomeOf(changes: Exclude<ToWriter, 'close'>): FromWriter {
  try {
    return { results: apply(changes) };
  } catch (error) {
    const failure = explained(path, error);
    return { failure: (failure as Error).message, mayPass: failure instanceof UnusableFile && failure.mayPass };
  }
}

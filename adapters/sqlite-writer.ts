import { parentPort, workerData } from 'node:worker_threads';
import { changesOn } from './sqlite-changes.ts';
import { explained, openSqliteFile, UnusableFile } from './sqlite-file.ts';
import type { FromWriter, ToWriter } from './sqlite-thread.ts';

/** The thread that writes: each commit waits for the disk, and nothing else has to wait with it. */
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

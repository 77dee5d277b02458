import { appendFileSync } from 'node:fs';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { threadId } from 'node:worker_threads';

/**
 * Loaded into each thread of a process before its program (`node --import`): writes down, again and again, what only the thread
 * itself can see. It has its heap collected as a whole before, as what waits to be collected is not held by anybody; left alone it is
 * several times as much as what is, and grows for minutes.
 */
const { DIAGNOSTICS_FILE = '', DIAGNOSTICS_EVERY } = process.env;

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

setInterval(() => {
  collect();
  const { rss, heapUsed: heap } = process.memoryUsage();
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.physical_space_size;
  const timers = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  appendFileSync(DIAGNOSTICS_FILE, `${JSON.stringify({ threadId, rss, heap, young, timers })}\n`);
}, Number(DIAGNOSTICS_EVERY)).unref();

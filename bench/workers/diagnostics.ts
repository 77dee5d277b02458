import { appendFileSync } from 'node:fs';
import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics } from 'node:v8';
import { threadId } from 'node:worker_threads';

/**
 * Loaded into each thread of a process before its program (`node --import`): writes down, again and again, what only the thread
 * itself can see.
 */
const { DIAGNOSTICS_FILE = '', DIAGNOSTICS_EVERY } = process.env;

/** What is in use, without what waits to be collected. */
let heapAfterCollection: number | undefined;

new PerformanceObserver((list) => {
  const isWhole = (entry: PerformanceEntry & { detail?: { kind?: number } }) =>
    entry.detail?.kind === constants.NODE_PERFORMANCE_GC_MAJOR;
  if (list.getEntries().some(isWhole)) heapAfterCollection = process.memoryUsage().heapUsed;
}).observe({ entryTypes: ['gc'] });

setInterval(() => {
  const { rss } = process.memoryUsage();
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.physical_space_size;
  const timers = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  appendFileSync(DIAGNOSTICS_FILE, `${JSON.stringify({ threadId, rss, heapAfterCollection, young, timers })}\n`);
}, Number(DIAGNOSTICS_EVERY)).unref();

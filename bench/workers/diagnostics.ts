import { appendFileSync } from 'node:fs';
import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';

/** Loaded into a process before its program (`node --import`): writes down, again and again, what only the process itself can see. */
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
  const timers = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  appendFileSync(DIAGNOSTICS_FILE, `${JSON.stringify({ rss, heapAfterCollection, timers })}\n`);
}, Number(DIAGNOSTICS_EVERY)).unref();

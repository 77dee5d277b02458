import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { threadId } from 'node:worker_threads';
import { collectGarbage } from '../performance/collect-garbage.ts';

/**
 * This module is loaded into each thread of a process before its program (`node --import`), and appends the memory, the
 * heap and the timers of the thread to a file at intervals. It collects the whole heap and gives free memory back
 * first. Without that, memory that nobody uses would be several times the rest, and would grow for half an hour.
 */
const { DIAGNOSTICS_FILE = '', DIAGNOSTICS_EVERY } = process.env;

setInterval(() => {
  collectGarbage();
  const memory = ownMemory();
  const heap = process.memoryUsage().heapUsed;
  const timers = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  appendFileSync(DIAGNOSTICS_FILE, `${JSON.stringify({ threadId, memory, heap, timers })}\n`);
}, Number(DIAGNOSTICS_EVERY)).unref();

/** Returns the resident memory in bytes, without mapped files where the system counts them apart. */
function ownMemory(): number {
  const status = '/proc/self/status';
  const [, kilobytes] = existsSync(status) ? (/^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(status, 'utf8')) ?? []) : [];
  return kilobytes === undefined ? process.memoryUsage.rss() : Number(kilobytes) * 1_024;
}

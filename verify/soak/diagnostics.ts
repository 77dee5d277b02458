import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { threadId } from 'node:worker_threads';
import { collectGarbage } from '../performance/collect-garbage.ts';

/**
 * Loaded into each thread of a process before its program (`node --import`): writes down, again and again, what only the thread
 * itself can see. It has its heap collected as a whole before, and what is free given back: what waits to be collected, and the pages
 * that are kept for more of it, are held by nobody. Left alone they are several times as much as what is, and become more for half an hour.
 */
const { DIAGNOSTICS_FILE = '', DIAGNOSTICS_EVERY } = process.env;

setInterval(() => {
  collectGarbage();
  const memory = ownMemory();
  const heap = process.memoryUsage().heapUsed;
  const timers = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  appendFileSync(DIAGNOSTICS_FILE, `${JSON.stringify({ threadId, memory, heap, timers })}\n`);
}, Number(DIAGNOSTICS_EVERY)).unref();

/** Bytes; without the files that the process maps, if the system tells them apart. */
function ownMemory(): number {
  const status = '/proc/self/status';
  const [, kilobytes] = existsSync(status) ? (/^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(status, 'utf8')) ?? []) : [];
  return kilobytes === undefined ? process.memoryUsage.rss() : Number(kilobytes) * 1_024;
}

import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import type { CallResult } from '../../core/event/progress.ts';
import { strangerCaller } from './stranger-caller.ts';

/** The results of many calls at a time to one receiver. */
export type ManyCalls = {
  /** The different outcomes, each of them once. */
  readonly outcomes: readonly string[];
  /** The bytes by which the memory of this process grew at most during the calls. */
  readonly growth: number;
  /** The bytes of the largest body that was kept of a call. */
  readonly bodyBytes: number;
  /** The bytes of the largest headers that were kept of a call. */
  readonly headerBytes: number;
};

const ORDINARY_CALLS = 500;
const ORDINARY_TIMEOUT = 5_000;

const { values } = parseArgs({
  options: { url: { type: 'string' }, calls: { type: 'string' }, timeout: { type: 'string' } },
});
const { call } = strangerCaller();
await makeOrdinaryCalls();
const before = process.memoryUsage.rss();
const many = Array.from({ length: Number(values.calls) }, () => call(values.url ?? '', Number(values.timeout)));
console.log(JSON.stringify(summaryOf(await Promise.all(many))));
process.exit();

/**
 * Makes ordinary calls first, because a process that has just started grows during its first calls whatever the
 * receiver is.
 */
async function makeOrdinaryCalls(): Promise<void> {
  const server = createServer((_, response) => response.end('ok')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (let made = 0; made < ORDINARY_CALLS; made++) await call(url, ORDINARY_TIMEOUT);
  server.close().closeAllConnections();
}

function summaryOf(results: readonly CallResult[]): ManyCalls {
  const answers = results.flatMap((result) => (result.outcome === 'answered' ? [result.answer] : []));
  return {
    outcomes: [...new Set(results.map(({ outcome }) => outcome))],
    growth: mostMemory() - before,
    bodyBytes: Math.max(0, ...answers.map(({ body }) => body.length)),
    headerBytes: Math.max(0, ...answers.map(({ headers }) => Buffer.byteLength(headers.flat().join('')))),
  };
}

/**
 * Returns the bytes of memory that this process had at most. On Linux they are read from `/proc`, because the maximum
 * of `getrusage` includes the size of the parent process.
 */
function mostMemory(): number {
  const status = '/proc/self/status';
  const [, kilobytes] = existsSync(status) ? (/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(status, 'utf8')) ?? []) : [];
  return Number(kilobytes ?? process.resourceUsage().maxRSS) * 1_024;
}

import { freePort } from '../shared/free-port.ts';
import { serveInProcess } from '../shared/local-process.ts';
import { medianOf } from '../shared/steadiness.ts';
import { type CostlyRequest, costlyRequests } from './costly-requests.ts';

const LONGEST_BLOCK = new URL('longest-block.ts', import.meta.url);
const RUNS = 5;
const AIM = 50;
const headers = { 'x-api-key': 'demo', 'content-type': 'application/json' };

/** Measures how long one request that is malformed, or as large as it may be, blocks a local queue for all others. */
export async function requests(): Promise<void> {
  console.log(`\nThe longest that one request keeps the local queue from others: aim ${AIM} ms (medians of ${RUNS})\n`);
  const port = await freePort();
  const environment = { NODE_OPTIONS: `--import=${LONGEST_BLOCK}`, LONGEST_BLOCK_PORT: String(port) };
  const queue = await serveInProcess(['--memory'], { environment });
  const longestBlock = async () => Number(await (await fetch(`http://127.0.0.1:${port}`)).text());
  try {
    for (const request of costlyRequests) await printRow(request, queue.url, longestBlock);
  } finally {
    queue.kill('SIGKILL');
    await queue.ended;
  }
}

async function printRow({ what, path, body: text }: CostlyRequest, url: string, longestBlock: () => Promise<number>) {
  const body = text();
  const blocks: number[] = [];
  const statuses = new Set<number>();
  for (let run = 0; run < RUNS; run++) {
    await longestBlock();
    const response = await fetch(`${url}${path}`, { method: 'POST', headers, body });
    await response.arrayBuffer();
    statuses.add(response.status);
    blocks.push(await longestBlock());
  }
  const median = medianOf(blocks) ?? Number.NaN;
  const least = Math.min(...blocks);
  const figure = `${median.toFixed(0).padStart(4)} ms, at the least ${least.toFixed(0)} ms`;
  console.log(
    `${median <= AIM ? 'met   ' : 'MISSED'}  ${what.padEnd(56)}  ${[...statuses].join(', ').padEnd(6)}  ${figure}`,
  );
}

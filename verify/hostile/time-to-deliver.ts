import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { serveInProcess } from '../shared/local-process.ts';
import { openTcpReceiver } from '../shared/tcp-receiver.ts';

const EVENTS = 1_000;
const BATCH = 100;
const LOOK_AGAIN_AFTER = 250;
const headers = { 'x-api-key': 'demo', 'content-type': 'application/json' };

/**
 * Resolves with the milliseconds that a local queue takes from the first post of 1,000 events for a good host to the
 * last of their calls. The queue has had 2,000 events before. Beside a tarpit, half of these are for the tarpit, and
 * their calls still wait for an answer.
 */
export async function timeToDeliver({ besideTarpit }: { readonly besideTarpit: boolean }): Promise<number> {
  const good = await openGoodHost();
  let stuckCalls = 0;
  const tarpit = await openTcpReceiver(() => void stuckCalls++);
  const queue = await serveInProcess(['--memory']);
  try {
    await publish(queue.url, good.url);
    await good.called(EVENTS);
    await publish(queue.url, besideTarpit ? tarpit.url : good.url);
    await (besideTarpit ? standstill(() => stuckCalls) : good.called(2 * EVENTS));
    const before = good.calls();
    const startedAt = performance.now();
    await publish(queue.url, good.url);
    await good.called(before + EVENTS);
    return performance.now() - startedAt;
  } finally {
    queue.kill('SIGKILL');
    await queue.ended;
    good.close();
    tarpit.close();
  }
}

async function openGoodHost() {
  let calls = 0;
  const server = createServer((_, response) => {
    calls++;
    server.emit('called');
    response.end('ok');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: () => calls,
    async called(times: number): Promise<void> {
      while (calls < times) await once(server, 'called');
    },
    close: () => server.close().closeAllConnections(),
  };
}

/** Resolves when no more calls come. The queue then makes as many calls to the host as it may make at a time. */
async function standstill(calls: () => number): Promise<void> {
  for (let before = 0; before === 0 || before < calls(); await sleep(LOOK_AGAIN_AFTER)) before = calls();
}

/** Publishes events with the longest timeout that is allowed. */
async function publish(queueUrl: string, url: string): Promise<void> {
  const event = { url_to_send_request: url, timeout_for_request: 6 };
  const body = JSON.stringify({ events: Array(BATCH).fill(event) });
  for (let published = 0; published < EVENTS; published += BATCH) {
    const response = await fetch(`${queueUrl}/events/batch`, { method: 'POST', headers, body });
    if (!response.ok) throw new Error(`The events were refused: ${await response.text()}`);
  }
}

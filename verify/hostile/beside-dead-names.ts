import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dnsResolver } from '../../adapters/dns-resolver.ts';
import { openLocalQueue } from '../../local/local-queue.ts';
import { openNameServer } from '../shared/name-server.ts';

const NAMES = 1_000;
const EVENTS = 100;
const BATCH = 100;
const LIVING = 'living.example';

/**
 * Resolves with the milliseconds that a local queue takes from the first post of 100 events for a healthy host to the
 * last of their calls. The host is called by its name, and each call makes a new connection. With dead names, 1,000
 * events for 1,000 names whose name server never answers are published right before.
 */
export async function besideDeadNames({ dead }: { readonly dead: boolean }): Promise<number> {
  const server = await openNameServer((name, type) => {
    if (name !== LIVING) return undefined;
    return type === 'A' ? ['127.0.0.1'] : [];
  });
  const resolve = dnsResolver({ nameServers: () => [server.address] });
  const host = createServer((_, response) => response.setHeader('connection', 'close').end('ok')).listen(
    0,
    '127.0.0.1',
  );
  await once(host, 'listening');
  let calls = 0;
  host.on('request', () => ++calls === EVENTS && host.emit('done'));
  const queue = await openLocalQueue({
    port: 0,
    dataFolder: undefined,
    privateTargets: true,
    version: 'bench',
    resolve,
  });
  try {
    if (dead) await publish(queue.url, NAMES, (n) => `http://dead${n}.example/`);
    const done = once(host, 'done');
    const startedAt = performance.now();
    await publish(queue.url, EVENTS, () => `http://${LIVING}:${(host.address() as AddressInfo).port}/`);
    await done;
    return performance.now() - startedAt;
  } finally {
    await queue.close();
    host.close().closeAllConnections();
    server.close();
  }
}

async function publish(queueUrl: string, count: number, urlOf: (n: number) => string): Promise<void> {
  for (let from = 0; from < count; from += BATCH) {
    const events = Array.from({ length: BATCH }, (_, n) => ({
      url_to_send_request: urlOf(from + n),
      max_try_count: 1,
    }));
    const response = await fetch(`${queueUrl}/events/batch`, {
      method: 'POST',
      headers: { 'x-api-key': 'demo', 'content-type': 'application/json' },
      body: JSON.stringify({ events }),
    });
    if (!response.ok) throw new Error(`The events were refused: ${await response.text()}`);
  }
}

import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { endWithParent } from './local-process.ts';

/** What the machine can do at most: accepts events over HTTP, calls their URLs when they are due, and keeps nothing but their number. */
type Asked = { readonly url_to_send_request: string; readonly call_url_at?: number };

endWithParent();
const agent = new Agent({ keepAlive: true });
let succeeded = 0;
const server = createServer(async (incoming, outgoing) => {
  const text = Buffer.concat(await incoming.toArray()).toString();
  const answer = JSON.stringify(text === '' ? { periods: [{ succeeded }] } : acceptAll(JSON.parse(text)));
  outgoing
    .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) })
    .end(answer);
}).listen(0, '127.0.0.1');
await once(server, 'listening');
console.log(`listens on http://127.0.0.1:${(server.address() as AddressInfo).port}`);

function acceptAll(asked: Asked | { readonly events: readonly Asked[] }) {
  return 'events' in asked ? { results: asked.events.map(accept) } : accept(asked);
}

function accept({ url_to_send_request, call_url_at = 0 }: Asked) {
  const acceptedAt = Date.now();
  const dueAt = Math.max(acceptedAt, Math.ceil(call_url_at * 1_000));
  if (dueAt > acceptedAt) setTimeout(call, dueAt - acceptedAt, url_to_send_request);
  else call(url_to_send_request);
  return { url_to_send_request, timestamp_for_execution_to_start: dueAt / 1_000 };
}

function call(url: string): void {
  request(url, { agent }, (response) => response.resume().on('end', () => succeeded++)).end();
}

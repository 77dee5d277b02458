import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { endWithParent } from '../shared/local-process.ts';

// What the machine can do at most: accepts events over HTTP, calls their URLs when they are due, and keeps nothing but their number.

type Asked = { readonly url_to_send_request: string; readonly call_url_at?: number };

/** As many as the queue makes to one host. */
const MOST_CALLS = 50;

endWithParent();
const agent = new Agent({ keepAlive: true, maxSockets: MOST_CALLS });
let succeeded = 0;
const server = createServer(async (incoming, outgoing) => {
  const text = Buffer.concat(await incoming.toArray()).toString();
  const asked: Asked | { readonly events: readonly Asked[] } | undefined = text === '' ? undefined : JSON.parse(text);
  if (asked === undefined) answer({ periods: [{ succeeded }] });
  else if ('events' in asked) answer({ results: asked.events.map(accept) });
  else answer(accept(asked));

  function answer(body: object): void {
    const json = JSON.stringify(body);
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) };
    outgoing.writeHead(200, headers).end(json);
  }
}).listen(0, '127.0.0.1');
await once(server, 'listening');
console.log(`listens on http://127.0.0.1:${(server.address() as AddressInfo).port}`);

function accept({ url_to_send_request: url, call_url_at = 0 }: Asked) {
  const dueAt = Math.max(Date.now(), Math.ceil(call_url_at * 1_000));
  setImmediate(callWhenDue, url, dueAt);
  return { url_to_send_request: url, timestamp_for_execution_to_start: dueAt / 1_000 };
}

/** Timers fire up to a millisecond early, so the clock is asked again. */
function callWhenDue(url: string, dueAt: number): void {
  const wait = dueAt - Date.now();
  if (wait > 0) setTimeout(callWhenDue, wait, url, dueAt);
  else call(url);
}

/** Who does not answer is not counted: a slow receiver is gone before it does. */
function call(url: string): void {
  const calling = request(url, { agent }, (response) => response.resume().on('end', () => succeeded++));
  calling.on('error', () => {}).end();
}

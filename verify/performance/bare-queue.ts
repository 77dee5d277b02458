import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { endWithParent } from '../shared/local-process.ts';

// A queue that accepts events over HTTP, calls their URLs when they are due, and stores nothing but the number of
// successes. It measures the most that this machine can do.

type Asked = { readonly url_to_send_request: string; readonly call_url_at?: number };

/** The calls at a time to one host, which are as many as the local queue makes by default. */
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

/**
 * Reads the clock again after the timer, because timers fire up to a millisecond early and a call must not be early.
 */
function callWhenDue(url: string, dueAt: number): void {
  const wait = dueAt - Date.now();
  if (wait > 0) setTimeout(callWhenDue, wait, url, dueAt);
  else call(url);
}

/**
 * Calls a URL and counts the answer. A call that fails is not counted: a slow receiver may have closed before it
 * answers.
 */
function call(url: string): void {
  const calling = request(url, { agent }, (response) => response.resume().on('end', () => succeeded++));
  calling.on('error', () => {}).end();
}

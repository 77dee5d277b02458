import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { endWithParent } from './local-process.ts';

/** What the machine can do at most: accepts an event over HTTP, calls its URL, and keeps nothing. */
endWithParent();
const agent = new Agent({ keepAlive: true });
const server = createServer(async (incoming, outgoing) => {
  const { url_to_send_request } = JSON.parse(String(Buffer.concat(await incoming.toArray())));
  outgoing.writeHead(201, { 'content-type': 'application/json', 'content-length': 2 }).end('{}');
  request(url_to_send_request, { agent }, (response) => response.resume()).end();
}).listen(0, '127.0.0.1');
await once(server, 'listening');
console.log(`listens on http://127.0.0.1:${(server.address() as AddressInfo).port}`);

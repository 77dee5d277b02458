import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type ReceivedCall = {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
};

export type Receiver = {
  readonly url: string;
  readonly calls: readonly ReceivedCall[];
  callsTo(path: string): readonly ReceivedCall[];
  /** The largest number of connections that the receiver had at the same time. */
  mostConnections(): number;
  close(): void;
};

/** A real HTTP server that notes the requests that it gets. */
export async function openReceiver(answer: (call: ReceivedCall, response: ServerResponse) => void): Promise<Receiver> {
  const calls: ReceivedCall[] = [];
  let connections = 0;
  let most = 0;
  const server = createServer(async (request, response) => {
    const at = Date.now();
    const body = Buffer.concat(await request.toArray());
    const { method = '', url: path = '', headers, rawHeaders } = request;
    const call = { at, method, path, headers, rawHeaders, body };
    calls.push(call);
    answer(call, response);
  }).listen(0, '127.0.0.1');
  server.on('connection', (socket) => {
    most = Math.max(most, ++connections);
    socket.once('close', () => connections--);
  });
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    mostConnections: () => most,
    callsTo: (path) => calls.filter((call) => call.path === path),
    close: () => void server.close().closeAllConnections(),
  };
}

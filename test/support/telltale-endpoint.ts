import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a service of AWS may fail: some ways lay before the SDK what was sent, or what the answer holds. */
export type Fault = 'quotes what it refuses' | 'answers garbage' | 'breaks down' | 'hangs up';

export type TelltaleEndpoint = {
  readonly url: string;
  /** All that was asked and answered. */
  readonly traffic: () => string;
  fault: Fault | undefined;
  close(): void;
};

/** Stands before an emulator, and fails as it is told to. */
export async function telltaleEndpoint(target: string): Promise<TelltaleEndpoint> {
  let traffic = '';
  const server = createServer(async (incoming, outgoing) => {
    const asked = await textOf(incoming);
    const answer = await forward(target, incoming, asked);
    traffic += asked + answer.text;
    if (endpoint.fault === undefined) outgoing.writeHead(answer.status, JSON_TYPE).end(answer.text);
    else fail(endpoint.fault, asked, answer.text, outgoing);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint: TelltaleEndpoint = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    traffic: () => traffic,
    fault: undefined,
    close: () => server.close().closeAllConnections(),
  };
  return endpoint;
}

const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.0' };

function fail(fault: Fault, asked: string, answered: string, outgoing: ServerResponse): void {
  switch (fault) {
    case 'quotes what it refuses': {
      const message = `1 validation error detected: Value '${asked}' at 'requestItems' failed to satisfy constraint`;
      const __type = 'com.amazon.coral.validate#ValidationException';
      return void outgoing.writeHead(400, JSON_TYPE).end(JSON.stringify({ __type, message }));
    }
    case 'answers garbage':
      return void outgoing.writeHead(200, JSON_TYPE).end(withoutOpeningMarks(answered));
    case 'breaks down':
      return void outgoing.writeHead(500, JSON_TYPE).end('{"__type":"InternalServerError"}');
    case 'hangs up':
      return void outgoing.destroy();
    default:
      fault satisfies never;
  }
}

/** A parser stumbles over the first word behind a mark that is missing, and says which it is. */
function withoutOpeningMarks(answered: string): string {
  return answered.replaceAll(/"(?=zq)/g, '').replace(/^\{\}$/, 'zq');
}

async function forward(target: string, incoming: IncomingMessage, text: string) {
  const { method, headers, url = '/' } = incoming;
  const [answer] = (await once(request(new URL(url, target), { method, headers }).end(text), 'response')) as [
    IncomingMessage,
  ];
  return { status: answer.statusCode ?? 500, text: await textOf(answer) };
}

async function textOf(stream: IncomingMessage): Promise<string> {
  return String(Buffer.concat(await stream.toArray()));
}

import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * How a service of AWS may fail. Some of these failures show the SDK the request or the answer, which it may put into
 * its error.
 */
export type TelltaleFault = 'quotes what it refuses' | 'answers garbage' | 'breaks down' | 'hangs up';

export type TelltaleEndpoint = {
  readonly url: string;
  /** Returns the text of all requests and of the emulator's answers to them so far. */
  readonly traffic: () => string;
  fault: TelltaleFault | undefined;
  close(): void;
};

/** A server in front of an emulator, which fails as the test asks. */
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

function fail(fault: TelltaleFault, asked: string, answered: string, outgoing: ServerResponse): void {
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

/**
 * Breaks a JSON text so that a parser fails at the first word behind a missing mark, and quotes that word in its error.
 */
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

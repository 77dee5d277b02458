import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import express from 'express';
import type { ReceivedRequest, VerifiedCall } from '../../receiver/receiver.ts';

/** What a receiver does with a request, whatever its framework: it verifies the call, or throws. */
type Verifier = (request: ReceivedRequest) => Promise<VerifiedCall>;

export const receiverKinds = ['node', 'express', 'fetch'] as const;

/**
 * One server with a receiver of each kind: `/node` gives the request of Node to the verifier, `/express` that of
 * Express, and `/fetch` a fetch `Request`. The paths `/express/json`, `/express/text` and `/express/raw` parse the body
 * before, and `/node/read` reads it. Each answers what the verifier returned or threw as JSON.
 */
export async function openReceiverKinds(verifier: Verifier) {
  const app = express();
  app.use('/express/json', express.json({ limit: '1mb' }));
  app.use('/express/text', express.text({ limit: '1mb', type: () => true }));
  app.use('/express/raw', express.raw({ limit: '1mb', type: () => true }));
  app.use(async (request, response) => void response.json(await resultOf(() => verifier(request))));

  const listeners: Readonly<Record<string, RequestListener>> = {
    node: async (request, response) => {
      if (request.url === '/node/read') await request.toArray();
      response.end(JSON.stringify(await resultOf(() => verifier(request))));
    },
    express: app,
    fetch: async (message, response) =>
      response.end(JSON.stringify(await resultOf(() => verifier(fetchRequest(message))))),
  };
  const server = createServer((request, response) => {
    const [, kind = ''] = request.url?.split('/') ?? [];
    listeners[kind]?.(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => void server.close().closeAllConnections(),
  };
}

/** What a receiver answers in this test: the verified call, or the error. */
export type VerifierResult = {
  readonly id?: string;
  readonly attempt?: number;
  readonly timestamp?: number;
  readonly key?: string;
  /** The body in base64. */
  readonly body?: string;
  readonly error?: string;
  readonly reason?: string;
  readonly status?: number;
  readonly message?: string;
};

export async function resultOf(verified: () => Promise<VerifiedCall>): Promise<VerifierResult> {
  try {
    const { text: _, json: __, body, ...call } = await verified();
    return { ...JSON.parse(JSON.stringify(call)), body: Buffer.from(body).toString('base64') };
  } catch (error) {
    const { name, message, reason, status } = error as Error & Pick<VerifierResult, 'reason' | 'status'>;
    return { error: name, message, ...(reason && { reason }), ...(status && { status }) };
  }
}

/** A `Request` as a server that speaks fetch makes it: the headers joined, and no body with GET and HEAD. */
function fetchRequest(message: IncomingMessage): Request {
  const { method = 'GET', rawHeaders, url } = message;
  const headers = new Headers();
  for (let index = 0; index < rawHeaders.length; index += 2)
    headers.append(rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '');
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const body = hasBody ? { body: Readable.toWeb(message) as ReadableStream, duplex: 'half' as const } : {};
  return new Request(`http://127.0.0.1${url}`, { method, headers, ...body });
}

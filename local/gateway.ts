import { isUtf8 } from 'node:buffer';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { HttpApi } from '../api/http-api.ts';
import { type Problem, problemReply } from '../api/problem.ts';
import { gatewayResult } from '../api/reply.ts';
import type { Site } from '../site/pages.ts';
import { echo } from './echo.ts';
import { isFromAnotherSite } from './other-sites.ts';

/** API Gateway's own bound on a request. */
const MAX_BYTES = 10 * 1_024 * 1_024;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/** Stands where API Gateway stands in the cloud: turns a request into an event for the same handlers, and serves the site and `/echo`. */
export async function openGateway(api: HttpApi, site: Site, port: number): Promise<Server> {
  const server = createServer(
    (request, response) => void answer(api, site, request, response).catch(() => response.destroy()),
  );
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function answer(api: HttpApi, site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = URL.parse(request.url ?? '', 'http://127.0.0.1');
  if (url === null || !LOOPBACK.test(request.headers.host ?? '')) return write(response, refusal(notLocal));
  const page = request.method === 'GET' || request.method === 'HEAD' ? site(url.pathname) : undefined;
  if (isFromAnotherSite(request, page !== undefined)) return write(response, refusal(fromAnotherSite));
  const body = await bodyOf(request);
  if (body === undefined) {
    response.once('finish', () => request.destroy());
    return write(response, refusal(tooLarge));
  }
  if (page !== undefined) return void response.writeHead(200, page.headers).end(page.body);
  if (url.pathname === '/echo') return echo(request, url, body, response);
  write(response, await api(gatewayEvent(request, url, body), {} as Context));
}

/** Undefined if there is more of it than a request may have. */
function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer | undefined>();
  const chunks: Buffer[] = [];
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size <= MAX_BYTES) return;
    request.pause().removeAllListeners('data');
    resolve(undefined);
  });
  request.on('end', () => resolve(Buffer.concat(chunks))).on('error', reject);
  return promise;
}

function gatewayEvent(request: IncomingMessage, url: URL, body: Buffer): APIGatewayProxyEventV2 {
  const now = Date.now();
  const isText = isUtf8(body);
  const headers = Object.entries(request.headersDistinct).map(([name, values]) => [name, values?.join(',')]);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: url.pathname,
    rawQueryString: url.search.slice(1),
    headers: Object.fromEntries(headers),
    requestContext: {
      accountId: 'local',
      apiId: 'local',
      domainName: request.headers.host ?? '',
      domainPrefix: 'local',
      http: {
        method: request.method ?? '',
        path: url.pathname,
        protocol: 'HTTP/1.1',
        sourceIp: request.socket.remoteAddress ?? '',
        userAgent: request.headers['user-agent'] ?? '',
      },
      requestId: String(now),
      routeKey: '$default',
      stage: '$default',
      time: new Date(now).toISOString(),
      timeEpoch: now,
    },
    ...(body.length > 0 && { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: !isText,
  };
}

/** Its length goes ahead, as API Gateway has it: in chunks it would take twice as long to write and to read. */
function write(response: ServerResponse, { statusCode, headers, body = '' }: APIGatewayProxyStructuredResultV2): void {
  const all = { ...(headers as Record<string, string>), 'content-length': Buffer.byteLength(body) };
  response.writeHead(statusCode ?? 200, all).end(body);
}

function refusal(problem: Problem): APIGatewayProxyStructuredResultV2 {
  return gatewayResult(problemReply(problem));
}

const tooLarge: Problem = {
  problem: 'too-large',
  detail: `A request has at most ${MAX_BYTES} bytes. Send less at once.`,
};

/** A name that leads here from elsewhere is how a web page would reach a server that listens on this machine alone. */
const notLocal: Problem = {
  problem: 'own-machine-only',
  detail: 'The host of this request is not this machine. Call the queue as http://127.0.0.1 or http://localhost.',
};

/** No such answer may be read by that site either: it carries no CORS header, as no other does. */
const fromAnotherSite: Problem = {
  problem: 'own-machine-only',
  detail:
    'A web page of another site asks for this. Call the queue from a program, such as the server behind that page, or from its own page /docs.',
};

import { isUtf8 } from 'node:buffer';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { noSuchPath } from '../api/find-route.ts';
import type { HttpApi, RefuseEarly, RequestHead } from '../api/http-api.ts';
import { type PageAnswer, pageAnswerer } from '../api/pages/page-answer.ts';
import type { Site } from '../api/pages/pages.ts';
import { type Problem, problemReply } from '../api/problem.ts';
import { gatewayResult } from '../api/reply.ts';
import { echo } from './echo.ts';
import { isFromAnotherSite } from './other-sites.ts';

/** API Gateway's own bound on a request. */
const MAX_BYTES = 10 * 1_024 * 1_024;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/** Without `refuseEarly`, every body is read before its request is looked at, as API Gateway does. */
type Api = HttpApi & { readonly refuseEarly?: RefuseEarly };

/** Stands where API Gateway stands in the cloud: turns a request into an event for the same handlers, and serves the site and `/echo`. */
export async function openGateway(api: Api, site: Site, port: number): Promise<Server> {
  const pages = pageAnswerer(site);
  const listener = (request: IncomingMessage, response: ServerResponse) =>
    void answer(api, pages, request, response).catch(() => response.destroy());
  const server = createServer(listener).on('checkContinue', listener);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

type Pages = ReturnType<typeof pageAnswerer>;

async function answer(api: Api, pages: Pages, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = urlOf(request);
  if (!LOOPBACK.test(request.headers.host ?? '')) return refuse(request, response, refusal(notLocal));
  if (url === null) return refuse(request, response, refusal(noSuchPath));
  const head = requestHead(request, url);
  const page = await pages({ method: request.method ?? '', path: url.pathname, headers: head.headers });
  if (isFromAnotherSite(request, page !== undefined)) {
    return refuse(request, response, refusal(fromAnotherSite));
  }
  const isForApi = page === undefined && url.pathname !== '/echo';
  const refused = isForApi ? await api.refuseEarly?.(head) : undefined;
  if (refused !== undefined) return refuse(request, response, refused);
  if (waitsForContinue(request)) response.writeContinue();
  const body = await bodyOf(request);
  if (body === undefined) {
    response.once('finish', () => request.destroy());
    return write(response, refusal(tooLarge));
  }
  if (page !== undefined) return writePage(response, page);
  if (!isForApi) return echo(request, url, body, response);
  write(response, await api({ ...head, ...bodyFields(body) }, {} as Context));
}

/** The URL that a request asks for. A path may begin with two slashes, which would be taken for a host if it stood alone. */
function urlOf({ url = '' }: IncomingMessage): URL | null {
  return URL.parse(url.startsWith('/') ? `http://127.0.0.1${url}` : url, 'http://127.0.0.1');
}

/**
 * Answers a request of whose body nothing was read. What comes of it all the same is thrown away, up to what a request may have, so
 * that its sender gets to read the answer and can go on with the connection. A sender that waits to be told to go on never
 * sends it: then the connection ends here.
 */
function refuse(request: IncomingMessage, response: ServerResponse, result: APIGatewayProxyStructuredResultV2): void {
  if (waitsForContinue(request)) response.setHeader('connection', 'close');
  let size = 0;
  request
    .on('error', () => {})
    .on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_BYTES) request.destroy();
    });
  write(response, result);
}

function waitsForContinue({ headers }: IncomingMessage): boolean {
  return headers.expect !== undefined;
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

function requestHead(request: IncomingMessage, url: URL): RequestHead {
  const now = Date.now();
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
  };
}

function bodyFields(body: Buffer): Pick<APIGatewayProxyEventV2, 'body' | 'isBase64Encoded'> {
  const isText = isUtf8(body);
  const isBase64Encoded = !isText;
  return body.length === 0 ? { isBase64Encoded } : { body: body.toString(isText ? 'utf8' : 'base64'), isBase64Encoded };
}

/** The length of an answer goes ahead, as API Gateway has it: in chunks it would take twice as long to write and to read. */
function write(response: ServerResponse, { statusCode, headers, body }: APIGatewayProxyStructuredResultV2): void {
  response.writeHead(statusCode ?? 200, headers as Record<string, string>).end(body);
}

/** A 304 states no length: that would be the length of what it leaves out. */
function writePage(response: ServerResponse, { status, headers, body }: PageAnswer): void {
  const length = status === 304 ? {} : { 'content-length': body.length };
  response.writeHead(status, { ...headers, ...length }).end(body);
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
    'A web page of another site asks for this, or a browser ahead of its user. Call the queue from a program, such as the server behind that page, or from its own page /docs.',
};

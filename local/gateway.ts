import { isUtf8 } from 'node:buffer';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { HttpApi, RefuseEarly, RequestHead } from '../api/http-api.ts';
import { type PageAnswer, pageAnswerer } from '../api/pages/page-answer.ts';
import type { Site } from '../api/pages/site.ts';
import { type Problem, problemReply } from '../api/problem.ts';
import { gatewayResult } from '../api/reply.ts';
import { noSuchPath } from '../api/route-finder.ts';
import { echo } from './echo.ts';
import { isFromAnotherSite } from './is-from-another-site.ts';

/** The body of a request has at most this many bytes, as in API Gateway. */
const MAX_BYTES = 10 * 1_024 * 1_024;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/**
 * The handlers of the API. Without `refuseEarly`, each body is read before its request is checked, as in API Gateway.
 */
type Api = HttpApi & { readonly refuseEarly?: RefuseEarly };

/**
 * Opens the HTTP server that stands in for API Gateway. It turns each request into the event of a Lambda function for
 * the same handlers, and serves the console, the documentation pages and `/echo`.
 *
 * @param report Receives the error of a page that could not be made. Its client gets a 503.
 */
export async function openGateway(
  api: Api,
  sites: readonly Site[],
  port: number,
  report: (error: unknown) => void,
): Promise<Server> {
  const pages = reportingPages(pageAnswerer(...sites), report);
  const listener = (request: IncomingMessage, response: ServerResponse) =>
    void answer(api, pages, request, response).catch(() => response.destroy());
  const server = createServer(listener).on('checkContinue', listener);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

type FindPage = ReturnType<typeof pageAnswerer>;
type Pages = (...asked: Parameters<FindPage>) => Promise<PageAnswer | undefined | 'failed'>;

/** Without this, a browser would only see a closed connection when the console cannot be bundled, and nobody the reason. */
function reportingPages(find: FindPage, report: (error: unknown) => void): Pages {
  return (asked) =>
    find(asked).catch((error: unknown) => {
      report(error);
      return 'failed' as const;
    });
}

async function answer(api: Api, pages: Pages, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = urlOf(request);
  if (!LOOPBACK.test(request.headers.host ?? '')) return refuse(request, response, refusal(notLocal));
  if (url === null) return refuse(request, response, refusal(noSuchPath));
  const head = requestHead(request, url);
  const page = await pages({ method: request.method ?? '', path: url.pathname, headers: head.headers });
  if (isFromAnotherSite(request, page !== undefined)) {
    return refuse(request, response, refusal(fromAnotherSite));
  }
  if (page === 'failed') return refuse(request, response, refusal(noPage));
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

/**
 * The URL of a request, or null if it is not valid. The host is put before a path, because a path that begins with two
 * slashes would itself be parsed as a host.
 */
function urlOf({ url = '' }: IncomingMessage): URL | null {
  return URL.parse(url.startsWith('/') ? `http://127.0.0.1${url}` : url, 'http://127.0.0.1');
}

/**
 * Answers a request whose body has not been read. A body that still comes is thrown away, up to the largest size of a
 * request, so that its sender can read the answer and use the connection again. A sender that waits for `100 Continue`
 * never sends the body, so its connection is closed.
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

/** Reads the body of a request. The result is undefined if the body is too large. */
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

function write(response: ServerResponse, { statusCode, headers, body }: APIGatewayProxyStructuredResultV2): void {
  response.writeHead(statusCode ?? 200, headers as Record<string, string>).end(body);
}

/**
 * Writes a page. A 304 has no `content-length`, because it would have to be the length of the body that is left out.
 */
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

const noPage: Problem = {
  problem: 'unavailable',
  detail: 'This page could not be made. The queue prints the reason on stderr.',
};

/**
 * The refusal of a request with a host name that is not one of this machine. A web page could otherwise reach this
 * server by a name of its own that resolves to 127.0.0.1.
 */
const notLocal: Problem = {
  problem: 'own-machine-only',
  detail: 'The host of this request is not this machine. Call the queue as http://127.0.0.1 or http://localhost.',
};

/**
 * The refusal of a request that a page of another site makes. The page cannot read it, because no answer of this server
 * has CORS headers.
 */
const fromAnotherSite: Problem = {
  problem: 'own-machine-only',
  detail:
    'A web page of another site asks for this, or a browser ahead of its user. Call the queue from a program, such as the server behind that page, or from its own pages.',
};

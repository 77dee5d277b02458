import http, { type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import type { QueuedEvent } from '../core/event.ts';
import { publicKey } from '../core/event-key.ts';
import type { Caller } from '../core/ports.ts';
import type { Answer } from '../core/progress.ts';
import { parseTargetUrl, type TargetPolicy } from '../core/target-url.ts';
import { addressGuard, type Guard } from './address-guard.ts';
import { bodyOf, headersOf } from './http-answer.ts';
import { InvalidAnswer, unansweredBecause } from './http-failure.ts';

/** Shorter than the five seconds after which many servers close an idle connection. */
const IDLE_FOR = 4_000;
const MAX_HEADER_BYTES = 64 * 1_024;

const DEFAULT_TYPES = {
  text: 'text/plain; charset=utf-8',
  json: 'application/json',
  bytes: 'application/octet-stream',
} as const;

type World = {
  readonly allowsAddress: (address: string) => boolean;
  readonly targetPolicy: TargetPolicy;
  /** How names are looked up, if not by the operating system. */
  readonly resolve?: LookupFunction | undefined;
  readonly userAgent: string;
  readonly now: () => number;
};

/** Calls strangers' URLs: one deadline for all of it, no redirects, no decompression, and no more kept than the caps. */
export function httpCaller(world: World): { readonly call: Caller; close(): void } {
  const { allowsAddress, targetPolicy, resolve, userAgent, now } = world;
  const guard = addressGuard(allowsAddress, resolve);
  // A request that queued for a socket would not see its deadline, hence no bound on sockets.
  const reuse = { keepAlive: true, maxSockets: Number.POSITIVE_INFINITY, timeout: IDLE_FOR };
  const agents = { 'http:': new http.Agent(reuse), 'https:': new https.Agent(reuse) };

  const call: Caller = async (event, attempt) => {
    const target = parseTargetUrl(event.url, targetPolicy);
    if ('refused' in target) return { outcome: 'blocked', error: target.refused };
    const url = new URL(target.url);
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), event.timeout);
    const options: RequestOptions = {
      agent: agents[url.protocol as keyof typeof agents],
      method: event.method,
      headers: Object.fromEntries([...headersFor(event, attempt, now(), userAgent), ...event.headers]),
      lookup: guard.lookup,
      maxHeaderSize: MAX_HEADER_BYTES,
      signal: deadline.signal,
    };
    try {
      guard.checkLiteral(url.hostname);
      return { outcome: 'answered', answer: await exchange(url, options, event.body?.bytes, guard) };
    } catch (error) {
      if (deadline.signal.aborted)
        return { outcome: 'timed_out', error: `No whole answer within ${event.timeout} ms.` };
      return unansweredBecause(error);
    } finally {
      clearTimeout(timer);
    }
  };

  function close(): void {
    for (const agent of Object.values(agents)) agent.destroy();
  }

  return { call, close };
}

/** What the queue says in each call; the event's own headers come over it. */
function headersFor({ key, body, headers }: QueuedEvent, attempt: number, now: number, userAgent: string) {
  const given = new Set(headers.map(([name]) => name.toLowerCase()));
  const defaults: [string, string][] = [
    ['user-agent', userAgent],
    ['accept', '*/*'],
    ...(body ? ([['content-type', DEFAULT_TYPES[body.kind]]] as [string, string][]) : []),
  ];
  return [
    ...defaults.filter(([name]) => !given.has(name)),
    ...(body ? [['content-length', String(body.bytes.length)]] : []),
    ['webhook-id', key.uuid],
    ['webhook-timestamp', String(Math.floor(now / 1_000))],
    ['event-queue-key', publicKey(key)],
    ['event-queue-attempt', String(attempt)],
  ];
}

/**
 * One request and its answer. A connection that the receiver closed while it was idle is found out only by using it, so
 * such a request goes out once more on a new one: https://nodejs.org/api/http.html#requestreusedsocket
 */
async function exchange(
  url: URL,
  options: RequestOptions,
  body: Uint8Array | undefined,
  guard: Guard,
): Promise<Answer> {
  const first = send(url, options, body, guard);
  try {
    return await first.answer;
  } catch (error) {
    if (!first.request.reusedSocket || !wasClosed(error) || options.signal?.aborted) throw error;
    return send(url, { ...options, agent: false }, body, guard).answer;
  }
}

function send(url: URL, options: RequestOptions, body: Uint8Array | undefined, guard: Guard) {
  const request: ClientRequest = (url.protocol === 'https:' ? https : http).request(url, options);
  request.maxHeadersCount = 0;
  const answer = new Promise<Answer>((resolve, reject) => {
    request.on('error', reject);
    request.on('upgrade', (_, socket) => {
      socket.destroy();
      reject(new InvalidAnswer('The answer asks for another protocol.'));
    });
    request.on('response', (response) => void read(response).then(resolve, reject));
    request.on('socket', (socket) => {
      if (socket.connecting) socket.once('connect', () => guard.checkConnected(socket));
    });
  });
  request.end(body);
  return { request, answer };
}

async function read(response: IncomingMessage): Promise<Answer> {
  const headers = headersOf(response.rawHeaders);
  const body = await bodyOf(response);
  return {
    statusCode: response.statusCode ?? 0,
    headers: headers.kept,
    body: body.kept,
    truncated: headers.truncated || body.truncated,
  };
}

function wasClosed(error: unknown): boolean {
  return ['ECONNRESET', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '');
}

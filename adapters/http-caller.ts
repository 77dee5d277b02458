import { lookup } from 'node:dns';
import http, { type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { QueuedEvent } from '../core/event/event.ts';
import { publicKey } from '../core/event/event-key.ts';
import type { Answer } from '../core/event/progress.ts';
import type { Caller, SigningSecret } from '../core/ports.ts';
import { parseTargetUrl, type TargetPolicy } from '../core/target/target-url.ts';
import { addressGuard, type Guard } from './address-guard.ts';
import { type Deadline, deadlineIn } from './deadline.ts';
import { dnsResolver } from './dns-resolver.ts';
import { bodyOf, headersOf, MAX_HEADER_LINES } from './http-answer.ts';
import { brokenOff, InvalidAnswer, unansweredBecause } from './http-failure.ts';
import { closeOnSurplus } from './surplus.ts';
import { signatureOf } from './webhook-signature.ts';

/** Shorter than what any usual server waits before it closes an idle connection: then it is rarely met closed. */
const IDLE_FOR = 1_000;
/** A closed connection shows it within a round trip; later, the receiver may have worked on the request. */
const FOUND_CLOSED_WITHIN = 500;
/**
 * How many names that hung before are looked up at the same time. A look-up in DNS takes no thread, so there is room for many: with few places, a
 * healthy name that hung in an outage would wait behind names that always hang.
 */
const MOST_HUNG = 100;
const MAX_HEADER_BYTES = 64 * 1_024;
/** Lines of informational answers, empty ones too, before the final answer: a flood of them keeps a process from all else. */
const MAX_INFORMATION_LINES = 1_000;

const DEFAULT_TYPES = {
  text: 'text/plain; charset=utf-8',
  json: 'application/json',
  bytes: 'application/octet-stream',
} as const;

type HttpCallerDependencies = {
  readonly allowsAddress: (address: string) => boolean;
  readonly targetPolicy: TargetPolicy;
  /** How names are looked up, if not in the hosts file and in DNS. */
  readonly resolve?: LookupFunction | undefined;
  /** Whether the operating system is asked for names that DNS does not know, as it is for those of a private network. */
  readonly asksSystem?: boolean;
  readonly userAgent: string;
  /** The trace that calls belong to, if there is one. An event that brings its own keeps it. */
  readonly traceparent?: () => string | undefined;
  readonly now: () => number;
};

type HttpCaller = {
  readonly call: Caller;
  /** Closes idle connections. A call under way is left to end by itself. */
  close(): void;
};

/** Calls strangers' URLs: one deadline for all of it, no redirects, no decompression, and no more kept than the caps. */
export function httpCaller(dependencies: HttpCallerDependencies): HttpCaller {
  const { targetPolicy, userAgent, traceparent = () => undefined, now } = dependencies;
  const guard = guardOf(dependencies);
  // A request that queued for a socket would not see its deadline, hence no bound on sockets.
  const reuse = { keepAlive: true, maxSockets: Number.POSITIVE_INFINITY, timeout: IDLE_FOR };
  const agents = { 'http:': new http.Agent(reuse), 'https:': new https.Agent(reuse) };

  const call: Caller = async (event, attempt, secrets, triesLeft) => {
    const target = parseTargetUrl(event.url, targetPolicy);
    if ('refused' in target) return { outcome: 'blocked', error: target.refused };
    const url = new URL(target.url);
    const deadline = deadlineIn(event.timeout);
    const said = { attempt, secrets, userAgent, traceparent: traceparent(), now: now() };
    const options: RequestOptions = {
      method: event.method,
      path: pathOf(url),
      headers: Object.fromEntries([...headersFor(event, said), ...event.headers]),
      lookup: guard.lookup,
      maxHeaderSize: MAX_HEADER_BYTES,
    };
    const sendOn = (agent: http.Agent | false) =>
      send(url, { ...options, agent }, event.body?.bytes, { guard, deadline });
    let repeated: Sent | undefined;
    try {
      guard.checkLiteral(url.hostname);
      await socketsAreRead();
      const first = sendOn(triesLeft <= 1 ? false : agents[url.protocol as keyof typeof agents]);
      if (await metClosedConnection(first)) repeated = sendOn(false);
      const answer = await (repeated ?? first).answer;
      return { outcome: 'answered', answer, ...timesOf(repeated) };
    } catch (error) {
      if (!deadline.isOver()) return failedBecause(error, repeated);
      return { outcome: 'timed_out', error: `No whole answer within ${event.timeout} ms.`, ...timesOf(repeated) };
    } finally {
      deadline.clear();
    }
  };

  function close(): void {
    for (const { freeSockets } of Object.values(agents))
      for (const socket of Object.values(freeSockets).flat()) socket?.destroy();
  }

  return { call, close };
}

function guardOf({ allowsAddress, resolve, asksSystem = false }: HttpCallerDependencies): Guard {
  if (resolve !== undefined) return addressGuard(allowsAddress, resolve);
  const system = asksSystem ? lookup : undefined;
  return addressGuard(allowsAddress, dnsResolver({ system }), { mostHung: MOST_HUNG });
}

/**
 * Resolves when everything that had arrived on any connection has been read. So a kept connection on which surplus or its end has
 * arrived is not used for another request. One turn of the event loop is not enough: it may have read its sockets before.
 */
async function socketsAreRead(): Promise<void> {
  await nextTurn();
  await nextTurn();
}

/** All of a URL between its host and its fragment. Node would leave out the question mark of an empty query. */
function pathOf({ href, origin }: URL): string {
  const [path = '/'] = href.slice(origin.length).split('#');
  return path;
}

type Said = {
  readonly attempt: number;
  readonly secrets: readonly SigningSecret[];
  readonly userAgent: string;
  readonly traceparent: string | undefined;
  readonly now: number;
};

/** What the queue says in each call; the event's own headers come over it. */
function headersFor({ key, body, headers }: QueuedEvent, { attempt, secrets, userAgent, traceparent, now }: Said) {
  const given = new Set(headers.map(([name]) => name.toLowerCase()));
  const defaults: [string, string][] = [
    ['user-agent', userAgent],
    ['accept', '*/*'],
    ['accept-encoding', 'identity'],
    ...(traceparent !== undefined ? ([['traceparent', traceparent]] as [string, string][]) : []),
    ...(body ? ([['content-type', DEFAULT_TYPES[body.kind]]] as [string, string][]) : []),
  ];
  const timestamp = Math.floor(now / 1_000);
  const signed = { id: key.uuid, timestamp, body: body?.bytes ?? new Uint8Array() };
  return [
    ...defaults.filter(([name]) => !given.has(name)),
    ...(body ? [['content-length', String(body.bytes.length)]] : []),
    ['webhook-id', key.uuid],
    ['webhook-timestamp', String(timestamp)],
    ['webhook-signature', signatureOf(signed, secrets)],
    ['event-queue-key', publicKey(key)],
    ['event-queue-attempt', String(attempt)],
  ];
}

/** If the second request could not be made, the first is all that there was, and it may have been received. */
function failedBecause(error: unknown, repeated: Sent | undefined): ReturnType<typeof unansweredBecause> {
  const result = unansweredBecause(error);
  if (repeated === undefined) return result;
  return result.outcome === 'not_made'
    ? unansweredBecause({ code: 'ECONNRESET' })
    : { ...result, ...timesOf(repeated) };
}

/** Says of a call that its request went out a second time. One that got no connection has not been seen by the receiver. */
function timesOf(repeated: Sent | undefined): { readonly requests?: 2 } {
  return repeated?.wentOut() ? { requests: 2 } : {};
}

/**
 * Whether a request went over a connection that its receiver had closed while it was idle, which is found out only by using it:
 * it was used before, and closed again at once without a byte of an answer. Whether the receiver has seen the request is not known.
 * https://nodejs.org/api/http.html#requestreusedsocket
 */
async function metClosedConnection({ request, answer, startedAt }: Sent): Promise<boolean> {
  try {
    await answer;
    return false;
  } catch (error) {
    return request.reusedSocket && wasClosed(error) && performance.now() - startedAt < FOUND_CLOSED_WITHIN;
  }
}

type Bounds = { readonly guard: Guard; readonly deadline: Deadline };
type Sent = {
  readonly request: ClientRequest;
  readonly answer: Promise<Answer>;
  readonly startedAt: number;
  /** Whether the request had a connection to its receiver. Until then the receiver has not seen any of it. */
  readonly wentOut: () => boolean;
};

function send(url: URL, options: RequestOptions, body: Uint8Array | undefined, { guard, deadline }: Bounds): Sent {
  const startedAt = performance.now();
  const request: ClientRequest = (url.protocol === 'https:' ? https : http).request(url, options);
  deadline.bounds(request);
  request.maxHeadersCount = MAX_HEADER_LINES;
  let answerBegan = () => false;
  let hasConnection = false;
  const answer = new Promise<Answer>((resolve, reject) => {
    let response: IncomingMessage | undefined;
    request.on('error', (error) => {
      // What comes behind a complete answer is no part of it: RFC 9112, 6.3.
      if (!response?.complete) reject(wasClosed(error) && answerBegan() ? brokenOff(error) : error);
    });
    request.on('upgrade', (_, socket) => {
      socket.destroy();
      reject(new InvalidAnswer('The answer asks for another protocol.'));
    });
    refuseFlood(request);
    closeOnSurplus(request);
    request.on('response', (begun) => {
      response = begun;
      void read(begun)
        .then(resolve, reject)
        .finally(() => endUnlessDone(request, begun));
    });
    request.on('socket', (socket) => {
      const readBefore = socket.bytesRead;
      answerBegan = () => socket.bytesRead > readBefore;
      hasConnection = !socket.connecting;
      if (hasConnection) return;
      socket.once('connect', () => guard.checkConnected(socket));
      socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
        hasConnection = true;
      });
    });
  });
  request.end(body);
  return { request, answer, startedAt, wentOut: () => hasConnection };
}

function refuseFlood(request: ClientRequest): void {
  let lines = 0;
  request.on('information', ({ rawHeaders }) => {
    lines += 1 + rawHeaders.length / 2;
    if (lines > MAX_INFORMATION_LINES && !request.destroyed)
      request.destroy(new InvalidAnswer('There are too many informational answers before a final one.'));
  });
}

async function read(response: IncomingMessage): Promise<Answer> {
  const { statusCode = 0 } = response;
  // Node hands over any three digits, and a 101 without an upgrade; below 300 they would count as a success.
  if (statusCode < 200) throw new InvalidAnswer('The answer has no final status.');
  const headers = headersOf(response.rawHeaders);
  const body = await bodyOf(response);
  return {
    statusCode,
    headers: headers.kept,
    body: body.kept,
    truncated: headers.truncated || body.truncated,
  };
}

/** A receiver that answers without reading the request would hold its connection for ever: no deadline is left. */
function endUnlessDone(request: ClientRequest, response: IncomingMessage): void {
  if (!request.writableFinished || !response.complete) request.destroy();
}

function wasClosed(error: unknown): boolean {
  return ['ECONNRESET', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '');
}

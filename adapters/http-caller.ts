import { lookup } from 'node:dns';
import http, { type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { SECOND } from '../core/durations.ts';
import type { QueuedEvent } from '../core/event/event.ts';
import { publicKey } from '../core/event/event-key.ts';
import type { Answer } from '../core/event/progress.ts';
import type { Caller, SigningSecret } from '../core/ports.ts';
import { parseTargetUrl, type TargetPolicy } from '../core/target/target-url.ts';
import { addressGuard, type Guard } from './address-guard.ts';
import { closeOnSurplus } from './close-on-surplus.ts';
import { type Deadline, deadlineIn } from './deadline.ts';
import { dnsResolver } from './dns-resolver.ts';
import { bodyOf, headersOf, MAX_HEADER_LINES } from './http-answer.ts';
import { brokenOff, InvalidAnswer, unansweredBecause } from './http-failure.ts';
import { signatureOf } from './webhook-signature.ts';

/** Idle connections are closed after this many milliseconds, before a usual server closes them and a request fails. */
const IDLE_FOR = SECOND;
/**
 * A request that fails within this many milliseconds may have met a closed connection, and is sent again. After a later
 * failure it is not, because the receiver may have worked on it.
 */
const FOUND_CLOSED_WITHIN = 500;
/**
 * This many names that hung before are looked up at the same time. A look-up in DNS takes no thread, so there is room
 * for many. With few places, a healthy name that hung in an outage would wait behind names that always hang.
 */
const MOST_HUNG = 100;
const MAX_HEADER_BYTES = 64 * 1_024;
/**
 * A call fails if its informational answers (1xx) have more than this many lines together, because a flood of them
 * would keep the process from all other work.
 */
const MAX_INFORMATION_LINES = 1_000;

const DEFAULT_TYPES = {
  text: 'text/plain; charset=utf-8',
  json: 'application/json',
  bytes: 'application/octet-stream',
} as const;

type HttpCallerDependencies = {
  readonly allowsAddress: (address: string) => boolean;
  readonly targetPolicy: TargetPolicy;
  /** Looks names up. By default they are looked up in the hosts file and in DNS. */
  readonly resolve?: LookupFunction | undefined;
  /** Makes the default look-up ask the operating system for names that DNS does not know, such as private ones. */
  readonly asksSystem?: boolean;
  readonly userAgent: string;
  /** Returns the `traceparent` header of the current trace, if any. An event that has this header sends its own. */
  readonly traceparent?: () => string | undefined;
  readonly now: () => number;
};

type HttpCaller = {
  readonly call: Caller;
  /** Closes idle connections. Calls under way are not interrupted. */
  close(): void;
};

/**
 * Calls URLs of receivers that are not trusted. A call has one deadline for all its parts, follows no redirects,
 * decompresses nothing, and stores no more of the answer than the limits allow.
 */
export function httpCaller(dependencies: HttpCallerDependencies): HttpCaller {
  const { targetPolicy, userAgent, traceparent = () => undefined, now } = dependencies;
  const guard = guardOf(dependencies);
  // The number of sockets has no limit, because a deadline could not end a request that waits for a free socket.
  const reuse = { keepAlive: true, maxSockets: Number.POSITIVE_INFINITY, timeout: IDLE_FOR };
  const agents = { 'http:': new http.Agent(reuse), 'https:': new https.Agent(reuse) };

  const call: Caller = async (event, attempt, secrets, triesLeft) => {
    const target = parseTargetUrl(event.url, targetPolicy);
    if ('refused' in target) return { outcome: 'blocked', error: target.refused };
    const url = new URL(target.url);
    const deadline = deadlineIn(event.timeout);
    const values = { attempt, secrets, userAgent, traceparent: traceparent(), now: now() };
    const options: RequestOptions = {
      method: event.method,
      path: pathOf(url),
      headers: Object.fromEntries([...headersFor(event, values), ...event.headers]),
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
      return { outcome: 'answered', answer, ...requestsOf(repeated) };
    } catch (error) {
      if (!deadline.isOver()) return failedBecause(error, repeated);
      return { outcome: 'timed_out', error: `No whole answer within ${event.timeout} ms.`, ...requestsOf(repeated) };
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
 * Resolves when everything that had arrived on any connection has been read. Otherwise a request could reuse a
 * connection on which surplus bytes or the end have already arrived. It takes two turns of the event loop, because the
 * current turn may have read its sockets before.
 */
async function socketsAreRead(): Promise<void> {
  await nextTurn();
  await nextTurn();
}

/** The part of a URL between host and fragment. `pathname` and `search` would lose the `?` of an empty query. */
function pathOf({ href, origin }: URL): string {
  const [path = '/'] = href.slice(origin.length).split('#');
  return path;
}

type HeaderValues = {
  readonly attempt: number;
  readonly secrets: readonly SigningSecret[];
  readonly userAgent: string;
  readonly traceparent: string | undefined;
  readonly now: number;
};

/** The headers that the queue adds to a call. The event's own headers replace the defaults. */
function headersFor(
  { key, body, headers }: QueuedEvent,
  { attempt, secrets, userAgent, traceparent, now }: HeaderValues,
) {
  const given = new Set(headers.map(([name]) => name.toLowerCase()));
  const defaults: [string, string][] = [
    ['user-agent', userAgent],
    ['accept', '*/*'],
    ['accept-encoding', 'identity'],
    ...(traceparent !== undefined ? ([['traceparent', traceparent]] as [string, string][]) : []),
    ...(body ? ([['content-type', DEFAULT_TYPES[body.kind]]] as [string, string][]) : []),
  ];
  const timestamp = Math.floor(now / SECOND);
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

/**
 * The result of a call that failed. If a second request could not be made, the result is that of the first one. A call
 * that counts as not made would get its try back, although the receiver may have got the first request.
 */
function failedBecause(error: unknown, repeated: Sent | undefined): ReturnType<typeof unansweredBecause> {
  const result = unansweredBecause(error);
  if (repeated === undefined) return result;
  return result.outcome === 'not_made'
    ? unansweredBecause({ code: 'ECONNRESET' })
    : { ...result, ...requestsOf(repeated) };
}

/** Marks a call whose request went out twice. A second request without a connection was never seen by the receiver. */
function requestsOf(repeated: Sent | undefined): { readonly requests?: 2 } {
  return repeated?.wentOut() ? { requests: 2 } : {};
}

/**
 * Whether a request met a connection that its receiver had closed while it was idle. That shows only when the
 * connection is used: it was used before, and it ends at once without a byte of an answer. Whether the receiver has
 * seen the request is not known.
 *
 * @see https://nodejs.org/api/http.html#requestreusedsocket
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
  /** Returns whether the request has had a connection. Without one, the receiver has seen nothing of the request. */
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
      // Bytes behind a complete answer are no part of it, so their errors do not fail the call (RFC 9112, 6.3).
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
  // Node passes on any three digits, and also a 101 without an upgrade. A status below 200 would count as a success.
  if (statusCode < 200) throw new InvalidAnswer('The answer has no final status.');
  const { headers, truncated: headersCut } = headersOf(response.rawHeaders);
  const { bytes: body, truncated: bodyCut } = await bodyOf(response);
  return { statusCode, headers, body, truncated: headersCut || bodyCut };
}

/**
 * Closes the connection unless request and answer are complete. The deadline is over by now, so a receiver that answers
 * without reading the request would hold the connection for ever.
 */
function endUnlessDone(request: ClientRequest, response: IncomingMessage): void {
  if (!request.writableFinished || !response.complete) request.destroy();
}

function wasClosed(error: unknown): boolean {
  return ['ECONNRESET', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '');
}

import type { Problem } from './api-types.ts';
import type { ClientDependencies } from './dependencies.ts';
import { EventQueueError } from './event-queue-error.ts';
import type { ChosenOptions, EventQueueOptions } from './event-queue-options.ts';
import type { ReceivedAnswer } from './fetch-types.ts';
import { queryText } from './query-text.ts';
import { type Repeat, type Repeatable, repetition } from './repetition.ts';

export type ApiRequest = Repeatable & {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: object | undefined;
  /** The body, as the text of JSON. */
  readonly json?: string | undefined;
  /** The seconds for which the queue waits before it answers, in addition to the time-out. */
  readonly waits?: number | undefined;
};

export type Connection = {
  /** Sends a request, again if that is safe, and returns the JSON of its answer. Throws an `EventQueueError`. */
  send<Answer>(request: ApiRequest): Promise<Answer>;
  /** Sends a request once. */
  sendOnce<Answer>(request: ApiRequest): Promise<Answer>;
  readonly repeat: Repeat;
};

/** Makes the connection to a queue, which adds the key to each request, limits its time, and turns failures into errors. */
export function connection(
  options: ChosenOptions,
  // The global fetch is looked up late, and called without an object, as browsers demand.
  ask: EventQueueOptions['fetch'] = (address, init) => fetch(address, init),
  dependencies: ClientDependencies,
): Connection {
  const { url, key, timeoutSeconds } = options;
  const repeat = repetition(options, dependencies);
  return {
    send: (request) => repeat(() => sendOnce(request), request),
    sendOnce,
    repeat,
  };

  async function sendOnce<Answer>({ method, path, query, json, waits = 0, signal }: ApiRequest): Promise<Answer> {
    const seconds = timeoutSeconds + waits;
    const timeout = AbortSignal.timeout(seconds * 1_000);
    const request = {
      method,
      headers: { 'x-api-key': key, ...(json !== undefined && { 'content-type': 'application/json' }) },
      body: json ?? null,
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      // A redirect to another host would send the API key there.
      redirect: 'manual',
    } as const;
    let answer: { readonly response: ReceivedAnswer; readonly text: string };
    try {
      const response = await ask(`${url}${path}${queryText(query)}`, request);
      answer = { response, text: await response.text() };
    } catch (cause) {
      signal?.throwIfAborted();
      throw timeout.aborted ? timedOut(method, path, seconds, cause) : unreachable(method, path, cause);
    }
    return read(answer.response, answer.text);
  }

  function read<Answer>(response: ReceivedAnswer, text: string): Answer {
    const answer = jsonIn(text);
    if (!response.ok) throw isRedirect(response) ? redirected(response) : refusal(response, answer, dependencies.now());
    if (answer === undefined) {
      const detail = `The answer of ${url} is not JSON. Check the url: it may lead to something else than a queue.`;
      throw new EventQueueError('invalid_answer', { status: response.status, detail });
    }
    return answer as Answer;
  }

  /** A browser hides the status and the headers of a redirect. */
  function redirected({ status, headers }: ReceivedAnswer): EventQueueError {
    const target = headers.get('location');
    const where = target === null ? '' : ` to ${target}`;
    const detail = `${url} redirects${where}. Redirects are not followed, because the key would go with them. Give the address at which the queue itself answers as url.`;
    return new EventQueueError('refused', { type: 'about:blank', status: status || undefined, detail });
  }

  function timedOut(method: string, path: string, seconds: number, cause: unknown): EventQueueError {
    const detail = `${method} ${path} was not answered within ${seconds} s by ${url}. ${doubt(method)}`;
    return new EventQueueError('timed_out', { detail }, cause);
  }

  function unreachable(method: string, path: string, cause: unknown): EventQueueError {
    const detail = `${method} ${path} got no answer from ${url}. ${doubt(method)}`;
    return new EventQueueError('unreachable', { detail }, cause);
  }
}

function doubt(method: string): string {
  const check = 'Check that the queue runs there.';
  return method === 'GET' ? check : `${check} It is not known whether this was done.`;
}

function isRedirect({ type, status }: ReceivedAnswer): boolean {
  return type === 'opaqueredirect' || (status >= 300 && status < 400);
}

function refusal({ status, headers }: ReceivedAnswer, answer: unknown, now: number): EventQueueError {
  // API Gateway answers a `message` alone, and a proxy anything.
  const { type, title, detail, errors, message } = (answer ?? {}) as Partial<Problem> & { message?: string };
  return new EventQueueError('refused', {
    type: type ?? 'about:blank',
    title: title ?? 'The request is refused',
    status,
    detail: detail ?? message ?? 'The answer does not say why.',
    errors,
    retry_after: secondsUntil(headers.get('retry-after'), now),
  });
}

/** The seconds until the instant of a header Retry-After, which has seconds or a date. */
function secondsUntil(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1_000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

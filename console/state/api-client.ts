/** A request that was refused or got no answer, as the page shows it. */
export type Problem = {
  readonly kind: ProblemKind;
  /** The status code of the answer; undefined if there was none. */
  readonly status?: number;
  readonly title: string;
  /** What is wrong and what to do, as a sentence. */
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  /** The seconds after which the server wants to be asked again. */
  readonly retryAfter?: number;
};

export type FieldError = { readonly path: string; readonly detail: string };

type ProblemKind = 'unreachable' | 'unauthorized' | 'forbidden' | 'not-found' | 'invalid' | 'busy' | 'other';

export type Answered<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

export type Asked = {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly query?: Query | undefined;
  readonly body?: unknown;
  /** The text of a JSON body that is sent as it is, instead of `body`. */
  readonly json?: string;
  /** Reads the text of an answer. By default it is parsed as JSON. */
  readonly parse?: (text: string) => unknown;
  readonly signal?: AbortSignal;
};

/** Parameters of a query. A list stands for a parameter that is repeated; undefined and empty ones are left out. */
export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/**
 * Sends a request to the API with an API key. A refusal is a value, not an exception. An aborted request is one that
 * got no answer.
 */
export async function askApi<T>(key: string, path: string, asked: Asked = {}): Promise<Answered<T>> {
  const { method = 'GET', query, body, json = bodyText(body), parse = JSON.parse, signal } = asked;
  try {
    const response = await fetch(`${path}${queryText(query)}`, {
      method,
      headers: {
        ...(key !== '' && { 'x-api-key': key }),
        ...(json !== undefined && { 'content-type': 'application/json' }),
      },
      ...(json !== undefined && { body: json }),
      ...(signal && { signal }),
      cache: 'no-store',
    });
    const text = await response.text();
    if (response.ok) return { ok: true, value: parse(text) as T };
    return { ok: false, problem: refusal(response, text) };
  } catch {
    return { ok: false, problem: method === 'GET' ? unreachable : unknownWhetherDone };
  }
}

/** Writes parameters as the query of a URL, with its question mark; empty if there are none. */
export function queryText(query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== '') parameters.append(name, String(one));
    }
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

function bodyText(body: unknown): string | undefined {
  return body === undefined ? undefined : JSON.stringify(body);
}

const unreachable: Problem = {
  kind: 'unreachable',
  title: 'The queue does not answer',
  detail: 'Nothing was received from the queue. The page asks again by itself; what it shows may be out of date.',
};

const unknownWhetherDone: Problem = {
  kind: 'unreachable',
  title: 'The queue does not answer',
  detail: 'It is not known whether this was done. When the queue answers again, look before you repeat it.',
};

const kinds: Readonly<Record<number, ProblemKind>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  422: 'invalid',
  429: 'busy',
  503: 'busy',
};

function refusal({ status, headers }: Response, text: string): Problem {
  const { title, detail, message, errors } = objectOf(text);
  const retryAfter = Number(headers.get('retry-after'));
  return {
    kind: kinds[status] ?? 'other',
    status,
    title: title ?? `The queue answered ${status}`,
    detail: detail ?? message ?? 'The answer does not say why. Ask again in a moment.',
    ...(errors && { errors }),
    ...(retryAfter > 0 && { retryAfter }),
  };
}

type Refusal = {
  readonly title?: string;
  readonly detail?: string;
  readonly message?: string;
  readonly errors?: readonly FieldError[];
};

/** The object in a text; an empty one if the text is no JSON object, as in the answer of a proxy. */
function objectOf(text: string): Refusal {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

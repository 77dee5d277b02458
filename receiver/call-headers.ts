import { isFetchRequest, type NodeRequest, type ReceivedRequest } from './received-request.ts';
import { VerificationError } from './verification-error.ts';

/**
 * At most this many signatures of one call are compared, because each takes as long as the body is large. The queue
 * sends ten at most.
 */
const MOST_SIGNATURES = 20;

/** What the headers of a call say, each checked for its form. */
export type CallHeaders = {
  readonly id: string;
  /** The header as it came, because its text is what was signed. */
  readonly timestamp: string;
  readonly signatures: readonly string[];
  readonly key: string | undefined;
  readonly attempt: number | undefined;
};

/** Reads the headers by which a call is verified. Their names may have any case. */
export function callHeadersOf(request: ReceivedRequest): CallHeaders {
  const valuesOf = headerReader(request);
  const id = required('webhook-id', valuesOf);
  const timestamp = required('webhook-timestamp', valuesOf);
  if (!/^\d+$/.test(timestamp)) throw malformed('webhook-timestamp', 'is no whole number of seconds');
  const signatures = required('webhook-signature', valuesOf).split(/\s+/);
  if (signatures.length > MOST_SIGNATURES)
    throw malformed('webhook-signature', `has ${signatures.length} signatures, more than ${MOST_SIGNATURES}`);
  const key = single('event-queue-key', valuesOf);
  if (key !== undefined && !key.endsWith(`-${id}`)) {
    throw new VerificationError(
      'wrong_key',
      'event-queue-key does not end with webhook-id. Refuse the call: its key, which is not signed, was changed to that of another event.',
    );
  }
  return { id, timestamp, signatures, key, attempt: attemptOf(single('event-queue-attempt', valuesOf)) };
}

/** Returns the values of a header in any order of cases, none if it is not there. */
type HeaderReader = (name: string) => readonly string[];

export function headerReader(request: ReceivedRequest): HeaderReader {
  if (isFetchRequest(request)) {
    const { headers } = request;
    return (name) => [headers.get(name)].filter((value) => value !== null);
  }
  const pairs = pairsOf(request);
  return (name) => pairs.filter(([given]) => given.toLowerCase() === name).map(([, value]) => value);
}

/** Takes the headers as they came where they are known, because Node joins headers that came twice. */
function pairsOf({ rawHeaders = [], headers }: NodeRequest): readonly (readonly [string, string])[] {
  if (rawHeaders.length > 0)
    return rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ''] as const] : []));
  return Object.entries(headers).flatMap(([name, value = []]) => [value].flat().map((one) => [name, one] as const));
}

function required(name: string, valuesOf: HeaderReader): string {
  const value = single(name, valuesOf);
  if (value !== undefined && value !== '') return value;
  throw new VerificationError(
    'missing_header',
    `The header ${name} is missing. Refuse the call: it is not from the queue, or something in between has removed the header.`,
  );
}

/**
 * Returns the only value of a header. A fetch `Request` and some proxies join two values with a comma and a space. No
 * value of the queue contains a comma, except behind the version of a signature, where no space follows.
 */
function single(name: string, valuesOf: HeaderReader): string | undefined {
  const [value, ...others] = valuesOf(name);
  const joined = name === 'webhook-signature' ? /,\s/ : /,/;
  if (others.length === 0 && !(value !== undefined && joined.test(value))) return value?.trim();
  throw new VerificationError(
    'duplicate_header',
    `The header ${name} came more than once. Refuse the call: the queue sends it once, so somebody has added another.`,
  );
}

function attemptOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,14}$/.test(text)) throw malformed('event-queue-attempt', 'is no whole number from 1');
  return Number(text);
}

function malformed(name: string, what: string): VerificationError {
  return new VerificationError(
    'malformed_header',
    `The header ${name} ${what}. Refuse the call: the queue does not send the header in this form.`,
  );
}

import { bodyBytes } from './body-bytes.ts';
import { type CallHeaders, callHeadersOf, headerReader } from './call-headers.ts';
import { checkRequest, type ReceivedRequest } from './received-request.ts';
import { isSigned, signingKeys } from './signature.ts';
import { VerificationError } from './verification-error.ts';

const FIVE_MINUTES = 300;
/** The longest body that the queue sends, in bytes. */
const MOST_BYTES = 256 * 1_024;

export type VerifyOptions = {
  /**
   * The signing secrets, `whsec_` and base64. A call is good if it is signed with any of them, so give both while a
   * rotation is under way. A string may hold several, with white space or commas between.
   */
  readonly secrets: string | readonly string[];
  /**
   * How many seconds the instant of the call may differ from this machine's clock, in both directions.
   *
   * @default 300
   */
  readonly tolerance?: number | undefined;
  /**
   * The largest body that is read, in bytes. A larger one is refused without storing it.
   *
   * @default 262144, the largest body that the queue sends
   */
  readonly maxBytes?: number | undefined;
  /**
   * Returns the time in epoch milliseconds.
   *
   * @default Date.now
   */
  readonly now?: (() => number) | undefined;
};

/** A call that the queue has made. */
export type VerifiedCall = {
  /** The `webhook-id`: the same in every call for one event, and signed. Work is done once by remembering it. */
  readonly id: string;
  /**
   * Which attempt of the event this is, from 1. It is not signed, so nothing important should depend on it. It is
   * undefined if something on the way has removed the header.
   */
  readonly attempt: number | undefined;
  /** When the queue made this call, in epoch seconds. It is signed. */
  readonly timestamp: number;
  /**
   * The key by which the queue's API finds the event. Only its last part, the id, is signed. It is undefined if
   * something on the way has removed the header.
   */
  readonly key: string | undefined;
  /** The bytes of the body as they came, none for a call without a body. */
  readonly body: Uint8Array;
  /** Decodes the body as UTF-8. */
  text(): string;
  /** Parses the body as JSON. It throws a `SyntaxError` if the body is not JSON. */
  json(): unknown;
};

/**
 * Checks that the queue made a call, and reads its body. It takes a fetch `Request`, a request of Express, or an
 * `IncomingMessage` of Node, whose body nothing has parsed before.
 *
 * @throws VerificationError if the call is refused; its `reason` says why, and its `status` is the one to answer with
 * @throws TypeError if an option is wrong, or if the request is of no such kind
 */
export async function verify(request: ReceivedRequest, options: VerifyOptions): Promise<VerifiedCall> {
  const { secrets, tolerance = FIVE_MINUTES, maxBytes = MOST_BYTES, now = Date.now } = options;
  checkAmount('tolerance', tolerance);
  checkAmount('maxBytes', maxBytes);
  checkRequest(request);
  const keys = await signingKeys(secrets);
  const headers = callHeadersOf(request);
  checkTime(Number(headers.timestamp), now() / 1_000, tolerance);
  const body = await bodyBytes(request, maxBytes);
  if (!(await isSigned({ ...headers, body }, headers.signatures, keys))) throw wrongSignature(request, headers, keys);
  const { id, attempt, timestamp, key } = headers;
  const text = () => new TextDecoder().decode(body);
  return { id, attempt, timestamp: Number(timestamp), key, body, text, json: () => JSON.parse(text()) as unknown };
}

function checkAmount(name: 'tolerance' | 'maxBytes', value: number): void {
  if (typeof value === 'number' && value >= 0) return;
  throw new TypeError(`verify: ${name} is ${String(value)}. Give a number from 0.`);
}

function checkTime(timestamp: number, now: number, tolerance: number): void {
  const age = now - timestamp;
  if (Math.abs(age) <= tolerance) return;
  const away = `${Math.abs(age).toFixed(1)} s ${age > 0 ? 'behind' : 'ahead of'} this machine's clock, and tolerance is ${tolerance} s`;
  throw new VerificationError(
    age > 0 ? 'too_old' : 'too_new',
    `webhook-timestamp is ${away}. Refuse the call: somebody may repeat an old one. If this happens to genuine calls, set the clock of this machine.`,
  );
}

function wrongSignature(
  request: ReceivedRequest,
  { signatures }: CallHeaders,
  keys: readonly CryptoKey[],
): VerificationError {
  const [encoding = 'identity'] = headerReader(request)('content-encoding');
  const compressed = ` The body has the content-encoding ${encoding}: verify must get it as it came, so nothing may decompress it before.`;
  return new VerificationError(
    'wrong_signature',
    `None of the ${signatures.length} signatures is right for any of the ${keys.length} secrets. Refuse the call: it is forged, or was changed on its way. If this happens to genuine calls, compare the secrets with what GET /signing-secret answers, and look for something that changes the body.${encoding === 'identity' ? '' : compressed}`,
  );
}

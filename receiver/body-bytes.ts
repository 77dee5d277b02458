import { byteCollector } from './byte-collector.ts';
import { headerReader } from './call-headers.ts';
import { type FetchRequest, isFetchRequest, type NodeRequest, type ReceivedRequest } from './received-request.ts';
import { VerificationError } from './verification-error.ts';

/** Reads the body as it came, and refuses one of more than `maxBytes` without storing it. */
export async function bodyBytes(request: ReceivedRequest, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const [length] = headerReader(request)('content-length');
  if (Number(length) > maxBytes) throw tooLarge(maxBytes);
  return isFetchRequest(request) ? fetchBody(request, maxBytes) : nodeBody(request, maxBytes);
}

async function fetchBody({ body, bodyUsed }: FetchRequest, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  if (bodyUsed) {
    throw alreadyRead(
      'Call verify before request.json(), request.text() and the like, and take the body from its result: call.json(), call.text() or call.body.',
    );
  }
  const collector = byteCollector(maxBytes);
  if (body === null) return collector.bytes();
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw incomplete(cause);
    });
    if (done) return collector.bytes();
    if (value !== undefined && !collector.add(value)) {
      await reader.cancel().catch(() => undefined);
      throw tooLarge(maxBytes);
    }
  }
}

/** Where middleware leaves a body: `express.raw()` in `body`, others in `rawBody`. */
type ParsedBodies = { readonly body?: unknown; readonly rawBody?: unknown };

async function nodeBody(request: NodeRequest & ParsedBodies, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const { body, rawBody } = request;
  const bytes = [rawBody, body].find((one) => one instanceof Uint8Array);
  if (bytes !== undefined) {
    if (bytes.length > maxBytes) throw tooLarge(maxBytes);
    return new Uint8Array(bytes);
  }
  // A body without a byte can be read again, whatever has read it before.
  if (request.readableEnded && !request.readableDidRead) return new Uint8Array(0);
  if (request.readableDidRead) {
    throw alreadyRead(
      `${describeBody(body)} Verify the call before express.json(), express.text() and every other parser of bodies, or give its route express.raw({ type: () => true, limit: '256kb' }) instead of them. In other frameworks, turn the parser off for this route. Take the body from the result of verify: call.json(), call.text() or call.body.`,
    );
  }
  if (typeof request.readableEncoding === 'string')
    throw alreadyRead('request.setEncoding() was called, and text is no longer the bytes. Remove that call.');
  return streamedBody(request, maxBytes);
}

function describeBody(body: unknown): string {
  if (body === undefined) return 'Something has read the stream of the request.';
  return typeof body === 'string'
    ? 'request.body is text, which a parser has decoded.'
    : 'request.body is an object, which a parser has made.';
}

/**
 * Reads the stream by its events, because a loop over it that ends early would destroy the connection, and the receiver
 * could not answer. What comes behind the limit is dropped as it arrives.
 */
function streamedBody(request: NodeRequest, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  if (request.destroyed) return Promise.reject(incomplete(undefined));
  const collector = byteCollector(maxBytes);
  return new Promise((resolve, reject) => {
    request.on('data', (chunk: Uint8Array) => {
      if (!collector.add(chunk)) reject(tooLarge(maxBytes));
    });
    request.on('end', () => resolve(collector.bytes()));
    request.on('error', (cause: unknown) => reject(incomplete(cause)));
    request.on('close', () => reject(incomplete(undefined)));
  });
}

function tooLarge(maxBytes: number): VerificationError {
  return new VerificationError(
    'body_too_large',
    `The body has more than ${maxBytes} bytes. Refuse the call, or raise maxBytes if the queue was changed to send more.`,
  );
}

function incomplete(cause: unknown): VerificationError {
  return new VerificationError(
    'body_incomplete',
    'The connection broke before the whole body was read. Do nothing: the queue calls again.',
    { cause },
  );
}

function alreadyRead(advice: string): VerificationError {
  return new VerificationError(
    'body_already_read',
    `The signature covers the bytes of the body, and they were read before verify was called. ${advice}`,
  );
}

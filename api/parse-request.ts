import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { memberText } from '../core/json-text.ts';
import type { Problem } from './problem.ts';

/** Holds the longest event: a body of 256 KiB may be written with six characters a byte. */
const MAX_REQUEST_BYTES = 2 * 1_024 * 1_024;

export type RequestBody = Pick<APIGatewayProxyEventV2, 'headers' | 'body' | 'isBase64Encoded'>;

/** The JSON of a request, whose member `body` is kept as its author wrote it; or why there is none. */
export function parseRequest(request: RequestBody): { readonly json: unknown } | Problem {
  if (!isJson(request.headers['content-type'])) {
    return { problem: 'unsupported-media-type', detail: 'Send JSON, with the header content-type: application/json.' };
  }
  const bytes = Buffer.from(request.body ?? '', request.isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > MAX_REQUEST_BYTES) {
    return { problem: 'too-large', detail: `A request has at most ${MAX_REQUEST_BYTES} bytes. Send less at once.` };
  }
  const text = textOf(bytes);
  if (text === undefined) return { problem: 'not-json', detail: 'The request is not UTF-8. Send JSON in UTF-8.' };
  if (text.trim() === '') return { problem: 'not-json', detail: 'The request is empty. Send a JSON object.' };
  try {
    return { json: keepBodyText(JSON.parse(text), text) };
  } catch (error) {
    return { problem: 'not-json', detail: `The request is not JSON: ${(error as SyntaxError).message}.` };
  }
}

function isJson(contentType: string | undefined): boolean {
  return /^application\/json\s*(;|$)/i.test(contentType?.trim() ?? '');
}

function textOf(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** A string or null says all there is to it; anything else would be changed by writing it again. */
function keepBodyText(json: unknown, text: string): unknown {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return json;
  const { body } = json as { body?: unknown };
  if (body === undefined || body === null || typeof body === 'string') return json;
  return Object.assign(json, { body: memberText(text, 'body') });
}

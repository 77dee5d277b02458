import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { elementTexts, memberText } from '../core/json-text.ts';
import type { Problem } from './problem.ts';

export type RequestBody = Pick<APIGatewayProxyEventV2, 'headers' | 'body' | 'isBase64Encoded'>;

/** The JSON of a request, in which the body of an event is kept as its author wrote it; or why there is none. */
export function parseRequest(request: RequestBody, maxBytes: number): { readonly json: unknown } | Problem {
  if (!isJson(request.headers['content-type'])) {
    return { problem: 'unsupported-media-type', detail: 'Send JSON, with the header content-type: application/json.' };
  }
  const bytes = Buffer.from(request.body ?? '', request.isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > maxBytes) {
    return { problem: 'too-large', detail: `This request has at most ${maxBytes} bytes. Send less at once.` };
  }
  const text = textOf(bytes);
  if (text === undefined) return { problem: 'not-json', detail: 'The request is not UTF-8. Send JSON in UTF-8.' };
  if (text.trim() === '') return { problem: 'not-json', detail: 'The request is empty. Send a JSON object.' };
  try {
    return { json: keepBodyTexts(JSON.parse(text), text) };
  } catch (error) {
    return { problem: 'not-json', detail: `The request is not JSON${placeOf(error as SyntaxError)}` };
  }
}

/** The parser's own message quotes the request. Where it broke stands at the end of most. */
function placeOf({ message }: SyntaxError): string {
  if (message === 'Unexpected end of JSON input') return ': it ends too early. Send all of it.';
  const [, line, column] = / \(line (\d+) column (\d+)\)$/.exec(message) ?? [];
  if (line === undefined) return '. Check its quotes, commas and brackets.';
  return `: it breaks in line ${line} at column ${column}. Check the quotes, commas and brackets there.`;
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

/** Of an event, or of each of a list of events. */
function keepBodyTexts(json: unknown, text: string): unknown {
  if (Array.isArray(json)) {
    const texts = elementTexts(text);
    return json.map((event, index) => keepBodyText(event, texts[index]?.text ?? ''));
  }
  if (!isObject(json) || !Array.isArray(json.events)) return keepBodyText(json, text);
  return Object.assign(json, { events: keepBodyTexts(json.events, memberText(text, 'events')?.text ?? '') });
}

/** A string or null says all there is to it; anything else would be changed by writing it again. */
function keepBodyText(json: unknown, text: string): unknown {
  if (!isObject(json)) return json;
  const { body } = json;
  if (body === undefined || body === null || typeof body === 'string') return json;
  return Object.assign(json, { body: memberText(text, 'body') });
}

function isObject(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

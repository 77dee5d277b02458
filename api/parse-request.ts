import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Problem } from './problem.ts';
import { readJson } from './read-json.ts';
import { shortened } from './shortened.ts';

export type RequestBody = Pick<APIGatewayProxyEventV2, 'headers' | 'body' | 'isBase64Encoded'>;

/**
 * The largest length, in characters, of an invalid request that is parsed a second time, to find the place of its
 * error. `JSON.parse` of a longer text would block other requests, so its sender is not told the place.
 */
const MOST_TO_PARSE_AT_ONCE = 64 * 1_024;

/**
 * Parses a request that contains JSON. The JSON body of an event stays the text that its publisher wrote. Returns a
 * problem, instead of `json`, if the request is compressed, is not declared as JSON, has more than `maxBytes` bytes, or
 * is not valid JSON in UTF-8.
 */
export async function parseRequest(
  request: RequestBody,
  maxBytes: number,
): Promise<{ readonly json: unknown } | Problem> {
  const encodings = encodingsOf(request.headers['content-encoding']);
  if (encodings.length > 0) return encoded(encodings);
  if (!isJson(request.headers['content-type'])) {
    return { problem: 'unsupported-media-type', detail: 'Send JSON, with the header content-type: application/json.' };
  }
  const bytes = Buffer.from(request.body ?? '', request.isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > maxBytes) {
    return { problem: 'too-large', detail: `A request to this path has at most ${maxBytes} bytes. Send less at once.` };
  }
  const text = textOf(bytes);
  if (text === undefined) return { problem: 'not-json', detail: 'The request is not UTF-8. Send JSON in UTF-8.' };
  if (text.trim() === '') return { problem: 'not-json', detail: 'The request is empty. Send a JSON object.' };
  try {
    return { json: await readJson(text) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { problem: 'not-json', detail: `The request is not JSON${placeOf(parserError(text))}` };
  }
}

/**
 * Returns the error message of `JSON.parse` for a text that is not JSON; an empty string if the text is longer than
 * `MOST_TO_PARSE_AT_ONCE`, so that it is not parsed.
 */
function parserError(text: string): string {
  try {
    if (text.length <= MOST_TO_PARSE_AT_ONCE) JSON.parse(text);
    return '';
  } catch (error) {
    return (error as SyntaxError).message;
  }
}

/**
 * Returns the end of the problem's detail: that the text ends too early, or the line and the column at which the text
 * is wrong, or, if the message of `JSON.parse` contains neither, only what to check. The message itself is not shown,
 * because it quotes the request, which may contain secrets.
 */
function placeOf(message: string): string {
  if (message === 'Unexpected end of JSON input') return ': it ends too early. Send all of it.';
  const [, line, column] = / \(line (\d+) column (\d+)\)$/.exec(message) ?? [];
  if (line === undefined) return '. Check its quotes, commas and brackets.';
  return `: it breaks in line ${line} at column ${column}. Check the quotes, commas and brackets there.`;
}

function encodingsOf(header = ''): readonly string[] {
  return header
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => !['', 'identity'].includes(coding.toLowerCase()));
}

function encoded(encodings: readonly string[]): Problem {
  return {
    problem: 'unsupported-media-type',
    detail: `The request is encoded with ${shortened(encodings.join(', '))}. Send it as it is, without content-encoding.`,
    headers: { 'accept-encoding': 'identity' },
  };
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

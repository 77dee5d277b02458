import type { IncomingMessage } from 'node:http';
import type { Headers } from '../core/event.ts';
import { MAX_ANSWER_BODY_BYTES } from '../core/progress.ts';
import { brokenOff } from './http-failure.ts';

const MAX_HEADER_BYTES = 16 * 1_024;

/** The headers of an answer as they are kept: lower-case names, each once, up to the first that does not fit. */
export function headersOf(rawHeaders: readonly string[]): { readonly kept: Headers; readonly truncated: boolean } {
  const joined = new Map<string, string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    const value = rawHeaders[at + 1] ?? '';
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before}${name === 'set-cookie' ? '\n' : ', '}${value}`);
  }
  let size = 0;
  const kept = [...joined].filter(([name, value]) => {
    size += Buffer.byteLength(name) + Buffer.byteLength(value);
    return size <= MAX_HEADER_BYTES;
  });
  return { kept, truncated: kept.length < joined.size };
}

/** The body of an answer as far as it is kept; of a longer one the rest is not read. */
export async function bodyOf(
  response: IncomingMessage,
): Promise<{ readonly kept: Uint8Array; readonly truncated: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_ANSWER_BODY_BYTES) break;
    }
  } catch (error) {
    throw brokenOff(error);
  }
  return { kept: Buffer.concat(chunks).subarray(0, MAX_ANSWER_BODY_BYTES), truncated: size > MAX_ANSWER_BODY_BYTES };
}

import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream/promises';
import type { Headers } from '../core/event/event.ts';
import { MAX_ANSWER_BODY_BYTES } from '../core/event/progress.ts';
import { brokenOff } from './http-failure.ts';

const MAX_HEADER_BYTES = 16 * 1_024;
/** Header lines beyond this many are dropped, because a short line takes many times its length in memory. */
export const MAX_HEADER_LINES = 2_000;
/**
 * The pieces of a body are joined when there are more than this many, because a short piece takes many times its length
 * in memory.
 */
const MAX_APART = 256;
/**
 * A body is cut after this many pieces, because a body that comes byte by byte would keep the process from all other
 * work.
 */
const MAX_PIECES = 8_192;

/**
 * The headers of an answer in the form that is stored. Names are in lower case, and repeated headers are joined. The
 * first header that exceeds the size limit and all headers after it are dropped.
 */
export function headersOf(rawHeaders: readonly string[]): { readonly headers: Headers; readonly truncated: boolean } {
  const joined = new Map<string, string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    const value = rawHeaders[at + 1] ?? '';
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before}${name === 'set-cookie' ? '\n' : ', '}${value}`);
  }
  let size = 0;
  const headers = [...joined].filter(([name, value]) => {
    size += Buffer.byteLength(name) + Buffer.byteLength(value);
    return size <= MAX_HEADER_BYTES;
  });
  const linesCut = rawHeaders.length / 2 >= MAX_HEADER_LINES;
  return { headers, truncated: linesCut || headers.length < joined.size };
}

/**
 * Reads the body of an answer up to the size that is stored. The connection of a longer body is closed, and the rest is
 * not read. Rejects with `InvalidAnswer` if the body ends before it is complete.
 */
export async function bodyOf(
  response: IncomingMessage,
): Promise<{ readonly bytes: Uint8Array; readonly truncated: boolean }> {
  let pieces: Buffer[] = [];
  let size = 0;
  let count = 0;
  let isCut = false;
  response.on('data', (piece: Buffer) => {
    if (isCut) return;
    size += piece.length;
    pieces.push(piece);
    if (pieces.length > MAX_APART) pieces = [Buffer.concat(pieces)];
    isCut = size > MAX_ANSWER_BODY_BYTES || ++count > MAX_PIECES;
    if (isCut) response.destroy();
  });
  await finished(response).catch((error) => {
    if (!isCut) throw brokenOff(error);
  });
  return { bytes: Buffer.concat(pieces, Math.min(size, MAX_ANSWER_BODY_BYTES)), truncated: isCut };
}

import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream/promises';
import type { Headers } from '../core/event/event.ts';
import { MAX_ANSWER_BODY_BYTES } from '../core/event/progress.ts';
import { brokenOff } from './http-failure.ts';

const MAX_HEADER_BYTES = 16 * 1_024;
/** Of more lines the rest is not kept: a short one takes many times the memory of what it says. */
export const MAX_HEADER_LINES = 2_000;
/** So many pieces of a body are made one, for the same reason. */
const MAX_APART = 256;
/** Nor is more of a body read than so many pieces: one that comes byte by byte keeps a process from all else. */
const MAX_PIECES = 8_192;

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
  const linesCut = rawHeaders.length / 2 >= MAX_HEADER_LINES;
  return { kept, truncated: linesCut || kept.length < joined.size };
}

/** The body of an answer as far as it is kept; of a longer one the rest is not read. */
export async function bodyOf(
  response: IncomingMessage,
): Promise<{ readonly kept: Uint8Array; readonly truncated: boolean }> {
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
  return { kept: Buffer.concat(pieces, Math.min(size, MAX_ANSWER_BODY_BYTES)), truncated: isCut };
}

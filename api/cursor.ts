import { createHash } from 'node:crypto';
import type { Position } from '../core/entry.ts';

const POSITION = /^\d{11}\.\d{3}#[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A position in the results of a search, as a client is given it: it belongs to that search alone. */
export function cursorOf(position: Position, search: unknown): string {
  return Buffer.from(`${position} ${checksumOf(position, search)}`).toString('base64url');
}

/** Undefined if it was not made for this search. */
export function positionIn(cursor: string, search: unknown): Position | undefined {
  const [position = '', checksum] = Buffer.from(cursor, 'base64url').toString().split(' ');
  return POSITION.test(position) && checksum === checksumOf(position, search) ? position : undefined;
}

function checksumOf(position: Position, search: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify([position, search]))
    .digest('base64url')
    .slice(0, 12);
}

import { createHash } from 'node:crypto';
import type { Position } from '../core/event/entry.ts';

const POSITION = /^\d{11}\.\d{3}#[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** An instant in epoch milliseconds, as a cursor contains it. */
const INSTANT = /^\d{1,13}$/;

/** The position at which a search continues, and instants in epoch milliseconds that the next request needs. */
type Place = { readonly position: Position; readonly instants: readonly number[] };

/** The cursor that a client gets for a place in the results of a search. It is only valid for the same search. */
export function cursorOf({ position, instants }: Place, search: unknown): string {
  const checksum = checksumOf([position, search, ...instants]);
  return Buffer.from([position, checksum, ...instants].join(' ')).toString('base64url');
}

/** Reads the place in a cursor. Undefined if the cursor was not made for this search. */
export function placeIn(cursor: string, search: unknown): Place | undefined {
  const [position = '', checksum, ...texts] = Buffer.from(cursor, 'base64url').toString().split(' ');
  const instants = texts.map(Number);
  const isWhole = POSITION.test(position) && texts.every((text) => INSTANT.test(text));
  return isWhole && checksum === checksumOf([position, search, ...instants]) ? { position, instants } : undefined;
}

function checksumOf(content: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('base64url').slice(0, 12);
}

import { createHash } from 'node:crypto';
import type { Position } from '../core/event/entry.ts';

const POSITION = /^\d{11}\.\d{3}#[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Epoch milliseconds. */
const INSTANT = /^\d{1,13}$/;

/** Where the results of a search go on, and instants that the next request needs. */
type Place = { readonly position: Position; readonly instants: readonly number[] };

/** A place in the results of a search, as a client is given it: it belongs to that search alone. */
export function cursorOf({ position, instants }: Place, search: unknown): string {
  const checksum = checksumOf([position, search, ...instants]);
  return Buffer.from([position, checksum, ...instants].join(' ')).toString('base64url');
}

/** The place that a cursor stands for. Undefined if the cursor was not made for this search. */
export function placeIn(cursor: string, search: unknown): Place | undefined {
  const [position = '', checksum, ...texts] = Buffer.from(cursor, 'base64url').toString().split(' ');
  const instants = texts.map(Number);
  const isWhole = POSITION.test(position) && texts.every((text) => INSTANT.test(text));
  return isWhole && checksum === checksumOf([position, search, ...instants]) ? { position, instants } : undefined;
}

function checksumOf(content: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('base64url').slice(0, 12);
}

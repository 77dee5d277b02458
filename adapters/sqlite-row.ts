import type { Item } from './table.ts';

/** An item as SQLite stores it. `document` is JSON without the byte arrays of the item, which are joined in `bytes`. */
export type Row = {
  readonly pk: string;
  readonly sk: string;
  readonly expires_at: number | null;
  readonly document: string;
  readonly bytes: Uint8Array | null;
};

/**
 * A document has an object with this name in the place of each byte array. Its value is `[offset, length]` within the
 * bytes of the row.
 */
const PLACE = '$bytes';

/**
 * Converts an item into a row. Byte arrays are separated from the JSON, in which they would be a third larger and slow
 * to convert.
 */
export function rowOf({ pk, sk, expires_at, ...attributes }: Item): Row {
  const pieces: Uint8Array[] = [];
  const document = JSON.stringify(withoutBytes(attributes, pieces));
  return {
    pk,
    sk,
    expires_at: (expires_at as number | undefined) ?? null,
    document,
    bytes: pieces.length === 0 ? null : Buffer.concat(pieces),
  };
}

export function itemOf({ pk, sk, expires_at, document, bytes }: Row): Item {
  const attributes = JSON.parse(document) as Record<string, unknown>;
  if (bytes !== null) putBytesBack(attributes, bytes);
  return { ...attributes, pk, sk, ...(expires_at !== null && { expires_at }) };
}

/**
 * Replaces byte arrays by their places, and adds them to `pieces`. A value without byte arrays, which is usual, is
 * returned itself instead of a copy.
 */
function withoutBytes(value: unknown, pieces: Uint8Array[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) {
    const offset = pieces.reduce((sum, piece) => sum + piece.length, 0);
    pieces.push(value);
    return { [PLACE]: [offset, value.length] };
  }
  let copy: Record<string, unknown> | undefined;
  for (const [name, part] of Object.entries(value)) {
    if (typeof part !== 'object' || part === null) continue;
    const changed = withoutBytes(part, pieces);
    if (changed === part) continue;
    copy ??= (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
    copy[name] = changed;
  }
  return copy ?? value;
}

function putBytesBack(value: Record<string, unknown>, bytes: Uint8Array): void {
  for (const [name, part] of Object.entries(value)) {
    if (typeof part !== 'object' || part === null) continue;
    const [offset, length] = (part as Record<string, [number, number] | undefined>)[PLACE] ?? [];
    if (offset === undefined || length === undefined) putBytesBack(part as Record<string, unknown>, bytes);
    else value[name] = bytes.subarray(offset, offset + length);
  }
}

import type { Item } from './table.ts';

/** An item as SQLite stores it: `document` is JSON without the byte arrays, which are joined in `bytes`. */
export type Row = {
  readonly pk: string;
  readonly sk: string;
  readonly expires_at: number | null;
  readonly document: string;
  readonly bytes: Uint8Array | null;
};

/** Stands in a document where a byte array was: `[offset, length]` in the row's bytes. */
const PLACE = '$bytes';

/** Separates byte arrays from the rest of an item: in JSON they would be a third larger, and slow. */
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

/** Answers the value itself where it holds no byte array, which is the usual case. */
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

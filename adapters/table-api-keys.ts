import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ApiKey, NewKey, Scope, StoredKey } from '../core/api-key.ts';
import { SECOND } from '../core/durations.ts';
import type { ApiKeyStore, ApiKeys } from '../core/ports.ts';
import { freshness, type Mark } from './freshness.ts';
import { ITEM_FORMAT } from './item-format.ts';
import type { ItemKey, Table } from './table.ts';

/**
 * The partition that lists all keys by id. The item of a key itself has a partition of its own, and partitions cannot
 * be listed.
 */
const LIST = 'keys';
/** A key is remembered for this many milliseconds after it was read. */
const CACHED_FOR = 30 * SECOND;
/**
 * No further key is made when there are this many, because a program that makes a key at each start and revokes none
 * would make the list of keys longer than an answer may be.
 */
export const MOST_KEYS = 1_000;
const SECRET = /^eq_([0-9A-Za-z_-]{32})([0-9a-f]{8})$/;

type KeyItem = ItemKey & { readonly hash: string; readonly label: string; readonly scopes: readonly Scope[] };

/**
 * Finds API keys in a table by the hash of their secret. A key is remembered for 30 s after it was read, so a revoked
 * key is accepted for up to 30 s, even if a clock was put back or the process was frozen meanwhile.
 */
export function tableApiKeys(
  table: Table,
  now: () => number,
  monotonic: () => number = () => performance.now(),
): ApiKeys {
  const { mark, isFresh } = freshness(now, monotonic);
  const remembered = new Map<string, { readonly key: ApiKey; readonly readAt: Mark }>();

  return {
    async find(secret) {
      if (!isWellFormed(secret)) return undefined;
      const hash = hashOf(secret);
      const known = remembered.get(hash);
      if (known !== undefined && isFresh(known.readAt, CACHED_FOR)) return known.key;
      remembered.delete(hash);
      const readAt = mark();
      const item = (await table.get(itemKey(idOf(hash)))) as KeyItem | undefined;
      if (item === undefined || !sameHash(item.hash, hash)) return undefined;
      const key = { id: idOf(hash), label: item.label, scopes: item.scopes };
      remembered.set(hash, { key, readAt });
      return key;
    },
  };
}

/** The API keys in a table, for those who make, list and revoke them. */
export function tableApiKeyStore(table: Table, now: () => number): ApiKeyStore {
  return {
    async list() {
      const keys = await listApiKeys(table);
      return keys.toSorted((one, other) => other.createdAt - one.createdAt);
    },
    async create(wanted) {
      if ((await listApiKeys(table)).length >= MOST_KEYS) return 'too many';
      const createdAt = now();
      const secret = await createApiKey(table, wanted, createdAt);
      return { id: idOf(hashOf(secret)), ...wanted, createdAt, secret };
    },
    revoke: (id) => revokeApiKey(table, id),
  };
}

/**
 * Creates a key and returns its secret, which is not stored and cannot be shown again. If the process dies between the
 * two writes, the key is listed but never accepted.
 */
export async function createApiKey(table: Table, { label, scopes }: NewKey, createdAt: number): Promise<string> {
  const random = randomBytes(24).toString('base64url');
  const secret = `eq_${random}${checksumOf(random)}`;
  const hash = hashOf(secret);
  const id = idOf(hash);
  await table.put({ ...listedKey(id), format: ITEM_FORMAT, label, scopes, createdAt });
  await table.put({ ...itemKey(id), format: ITEM_FORMAT, hash, label, scopes, createdAt });
  return secret;
}

/** Returns all keys that were created and not revoked, without their secrets. */
export async function listApiKeys(table: Table): Promise<readonly StoredKey[]> {
  const keys: StoredKey[] = [];
  for (let from = '0', isLast = false; !isLast; ) {
    const attributes = ['sk', 'label', 'scopes', 'createdAt'];
    const page = await table.query({ pk: LIST, from, to: '~', attributes, limit: 1_000, ascending: true });
    for (const { sk: id, label, scopes, createdAt } of page.items) {
      if (id !== from) keys.push({ id, label, scopes, createdAt } as StoredKey);
    }
    from = page.items.at(-1)?.sk ?? from;
    isLast = page.isLast;
  }
  return keys;
}

/**
 * Revokes a key, which may still be accepted for 30 s. Returns false if the table has no item of the key. If the
 * process dies between the two items of a creation or a revocation, one of them is left, and the next revocation of the
 * key removes it.
 */
export async function revokeApiKey(table: Table, id: string): Promise<boolean> {
  const items = await Promise.all([table.get(itemKey(id)), table.get(listedKey(id))]);
  if (items.every((item) => item === undefined)) return false;
  await table.remove(itemKey(id));
  await table.remove(listedKey(id));
  return true;
}

/**
 * Returns the id of the key that has this secret, or undefined if the text is not a complete secret, such as one that
 * was cut off.
 */
export function idOfSecret(text: string): string | undefined {
  return isWellFormed(text) ? idOf(hashOf(text)) : undefined;
}

/** Checks the form and the checksum of a secret, so that mistyped and invented ones cost no read of the table. */
function isWellFormed(secret: string): boolean {
  const [, random = '', checksum] = SECRET.exec(secret) ?? [];
  return checksumOf(random) === checksum;
}

function checksumOf(random: string): string {
  return crc32(random).toString(16).padStart(8, '0');
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/**
 * The id of a key is a part of the hash of its secret. It finds the key, which is accepted only if the whole hash is
 * equal.
 */
function idOf(hash: string): string {
  return hash.slice(0, 16);
}

function sameHash(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}

function listedKey(id: string): ItemKey {
  return { pk: LIST, sk: id };
}

function itemKey(id: string): ItemKey {
  return { pk: `key#${id}`, sk: 'key' };
}

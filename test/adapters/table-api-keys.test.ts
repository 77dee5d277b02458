import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Item, Table } from '../../adapters/table.ts';
import { createApiKey, listApiKeys, revokeApiKey, tableApiKeys } from '../../adapters/table-api-keys.ts';
import { HOUR } from '../../core/durations.ts';
import { type CountedTable, countedTable } from '../support/counted-table.ts';
import { type MovedClocks, movedClocks } from '../support/moved-clocks.ts';

const START = Date.parse('2030-01-01T00:00:00Z');
const wanted = { label: 'shop, staging', scopes: ['publish', 'read'] } as const;

let table: CountedTable;
let clocks: MovedClocks;

beforeEach(() => {
  clocks = movedClocks(START);
  table = countedTable();
});
afterEach(() => table.close());

test('a revoked key is accepted for 30 s at most', async () => {
  const secret = await createApiKey(table, wanted, START);
  const id = hashOf(secret).slice(0, 16);
  const keys = apiKeys();
  expect(await keys.find(secret)).toBeDefined();
  expect(await revokeApiKey(table, id)).toBe(true);
  clocks.now = START + 30_000;
  expect(await keys.find(secret)).toBeUndefined();
  expect(await apiKeys().find(secret)).toBeUndefined();
  expect((await listApiKeys(table)).map((key) => key.id)).not.toContain(id);
  expect(await revokeApiKey(table, id)).toBe(false);
});

describe('a revoked key is no longer accepted', () => {
  test.each<[string, () => void]>([
    [
      'when the clock is put back',
      () => {
        clocks.now -= HOUR;
      },
    ],
    [
      '30 s later, though the clock stands where it stood',
      () => {
        clocks.ticks += 30_000;
      },
    ],
    [
      '30 s later, though its process was frozen meanwhile',
      () => {
        clocks.now += 30_000;
      },
    ],
  ])('%s', async (_, happens) => {
    const secret = await createApiKey(table, wanted, START);
    const keys = apiKeys();
    await keys.find(secret);
    await revokeApiKey(table, hashOf(secret).slice(0, 16));
    happens();
    expect(await keys.find(secret)).toBeUndefined();
  });

  test('when the clock was put back and has caught up', async () => {
    const keys = apiKeys();
    const [secret, other] = await Promise.all([createApiKey(table, wanted, START), createApiKey(table, wanted, START)]);
    await keys.find(secret);
    await revokeApiKey(table, hashOf(secret).slice(0, 16));
    clocks.now -= 10_000;
    await keys.find(other);
    clocks.now += 20_000;
    expect(await keys.find(secret)).toBeUndefined();
  });

  test('30 s after it was asked for, however long the table took to answer', async () => {
    const secret = await createApiKey(table, wanted, START);
    const slow = {
      ...table,
      get: async (key: Parameters<Table['get']>[0]) => {
        const item = await table.get(key);
        clocks.pass(20_000);
        return item;
      },
    };
    const keys = tableApiKeys(slow, clocks.timeOfDay, clocks.monotonic);
    await keys.find(secret);
    await revokeApiKey(table, hashOf(secret).slice(0, 16));
    clocks.pass(10_000);
    expect(await keys.find(secret)).toBeUndefined();
  });
});

describe('revoking a key again ends it', () => {
  const listed = async () => (await listApiKeys(table)).map(({ id }) => id);

  /** The table, with a failure at the second of the two given writes. */
  function cutInTwo(write: 'put' | 'remove'): Table {
    let writes = 0;
    return {
      ...table,
      async [write](item: Item) {
        if (++writes === 2) throw new Error('It died here.');
        await table[write](item);
      },
    };
  }

  test('if the process died between the two writes of its revocation', async () => {
    const secret = await createApiKey(table, wanted, START);
    const id = hashOf(secret).slice(0, 16);
    await expect(revokeApiKey(cutInTwo('remove'), id)).rejects.toThrow('died');
    expect(await apiKeys().find(secret)).toBeUndefined();
    expect(await listed()).toContain(id);
    expect(await revokeApiKey(table, id)).toBe(true);
    expect(await listed()).not.toContain(id);
    expect(await revokeApiKey(table, id)).toBe(false);
  });

  test('if the process died between the two writes of its creation', async () => {
    const before = await listed();
    await expect(createApiKey(cutInTwo('put'), wanted, START)).rejects.toThrow('died');
    const [id = ''] = (await listed()).filter((one) => !before.includes(one));
    expect(id).not.toBe('');
    expect(await revokeApiKey(table, id)).toBe(true);
    expect(await listed()).toEqual(before);
    expect(await revokeApiKey(table, id)).toBe(false);
  });

  test('if it is in no list', async () => {
    const secret = await createApiKey(table, wanted, START);
    const id = hashOf(secret).slice(0, 16);
    await table.remove({ pk: 'keys', sk: id });
    expect(await revokeApiKey(table, id)).toBe(true);
    expect(await apiKeys().find(secret)).toBeUndefined();
  });
});

describe('a created key', () => {
  test('is found by its secret, with its label and scopes', async () => {
    const secret = await createApiKey(table, wanted, START);
    expect(await apiKeys().find(secret)).toEqual({ id: hashOf(secret).slice(0, 16), ...wanted });
  });

  test('has a secret that ends in a checksum of itself', async () => {
    const secret = await createApiKey(table, wanted, START);
    expect(secret).toMatch(/^eq_[\w-]{32}[0-9a-f]{8}$/);
    expect(Number.parseInt(secret.slice(-8), 16)).toBe(crc32(secret.slice(3, -8)));
  });

  test('has a secret of its own', async () => {
    const secrets = await Promise.all(Array.from({ length: 20 }, () => createApiKey(table, wanted, START)));
    expect(new Set(secrets).size).toBe(20);
    const keys = apiKeys();
    const found = await Promise.all(secrets.map(keys.find));
    expect(found.map((key) => key?.id)).toEqual(secrets.map((secret) => hashOf(secret).slice(0, 16)));
  });

  test('is stored under a part of the hash of its secret, without the secret', async () => {
    const secret = await createApiKey(table, wanted, START);
    const hash = hashOf(secret);
    const item = await table.get(itemKey(secret));
    expect(item).toEqual({ ...itemKey(secret), format: 1, hash, ...wanted, createdAt: START });
    expect(JSON.stringify(item)).not.toContain(secret.slice(3, 20));
  });
});

describe('no key is found', () => {
  test('by a secret with any one character changed, and nothing is read for it', async () => {
    const secret = await createApiKey(table, wanted, START);
    const changed = [...secret].map((character, at) => {
      const other = character === 'a' ? 'b' : 'a';
      return secret.slice(0, at) + other + secret.slice(at + 1);
    });
    const keys = apiKeys();
    for (const wrong of changed) expect(await keys.find(wrong)).toBeUndefined();
    expect(table.reads).toBe(0);
  });

  test.each([
    ['nothing', ''],
    ['the local key', 'demo'],
    ['the prefix alone', 'eq_'],
    ['a checksum of nothing', 'eq_00000000'],
    ['a megabyte', 'x'.repeat(1_048_576)],
    ['a megabyte after the prefix', `eq_${'a'.repeat(1_048_576)}`],
    ['a name of every object', '__proto__'],
  ])('by %s, and nothing is read for it', async (_, secret) => {
    expect(await apiKeys().find(secret)).toBeUndefined();
    expect(table.reads).toBe(0);
  });

  test.each([
    ['before', (secret: string) => ` ${secret}`],
    ['after', (secret: string) => `${secret}\n`],
    ['twice', (secret: string) => secret + secret],
    ['in capitals', (secret: string) => secret.toUpperCase()],
  ])('by a secret with additional characters: %s', async (_, changed) => {
    const secret = await createApiKey(table, wanted, START);
    expect(await apiKeys().find(changed(secret))).toBeUndefined();
    expect(table.reads).toBe(0);
  });

  test('by a well-formed secret that was never issued, at the cost of one read each time', async () => {
    const keys = apiKeys();
    const unknown = await secretOfNobody();
    expect(await keys.find(unknown)).toBeUndefined();
    expect(await keys.find(unknown)).toBeUndefined();
    expect(table.reads).toBe(2);
  });

  test('by another secret whose hash has the same beginning', async () => {
    const secret = await secretOfNobody();
    const hash = `${hashOf(secret).slice(0, 16)}${hashOf('another secret').slice(16)}`;
    await table.put({ ...itemKey(secret), format: 1, hash, ...wanted, createdAt: START });
    expect(await apiKeys().find(secret)).toBeUndefined();
    expect(table.reads).toBe(1);
  });

  test.each([
    ['shorter', (hash: string) => hash.slice(0, 16)],
    ['longer', (hash: string) => `${hash}0`],
  ])('by a stored hash that is %s than one is', async (_, changed) => {
    const secret = await secretOfNobody();
    await table.put({ ...itemKey(secret), format: 1, hash: changed(hashOf(secret)), ...wanted, createdAt: START });
    expect(await apiKeys().find(secret)).toBeUndefined();
  });
});

describe('a found key', () => {
  test('is not read again for 30 s, and then it is', async () => {
    const keys = apiKeys();
    const secret = await createApiKey(table, wanted, START);
    const found = await keys.find(secret);
    expect(table.reads).toBe(1);
    clocks.now = START + 29_999;
    expect(await keys.find(secret)).toEqual(found);
    expect(table.reads).toBe(1);
    clocks.now = START + 30_000;
    expect(await keys.find(secret)).toEqual(found);
    expect(table.reads).toBe(2);
    clocks.now = START + 59_999;
    expect(await keys.find(secret)).toEqual(found);
    expect(table.reads).toBe(2);
  });

  test('is no longer found 30 s after it was revoked', async () => {
    const keys = apiKeys();
    const secret = await createApiKey(table, wanted, START);
    await keys.find(secret);
    await table.put({ ...itemKey(secret), format: 1, hash: '', label: 'taken back', scopes: [], createdAt: START });
    clocks.now = START + 30_000;
    expect(await keys.find(secret)).toBeUndefined();
    expect(await keys.find(secret)).toBeUndefined();
  });

  test('is found by no other secret', async () => {
    const keys = apiKeys();
    const [one, other] = await Promise.all(
      [wanted, { ...wanted, label: 'other' }].map((key) => createApiKey(table, key, START)),
    );
    expect((await keys.find(one ?? ''))?.label).toBe('shop, staging');
    expect((await keys.find(other ?? ''))?.label).toBe('other');
  });

  test('is found at once although it was looked for before it existed', async () => {
    const keys = apiKeys();
    const secret = await secretOfNobody();
    expect(await keys.find(secret)).toBeUndefined();
    await table.put({ ...itemKey(secret), format: 1, hash: hashOf(secret), ...wanted, createdAt: START });
    expect(await keys.find(secret)).toEqual({ id: hashOf(secret).slice(0, 16), ...wanted });
  });
});

function apiKeys() {
  return tableApiKeys(table, clocks.timeOfDay, clocks.monotonic);
}

/** A well-formed secret that belongs to no key in the table. */
function secretOfNobody(): Promise<string> {
  return createApiKey({ ...table, put: async () => {} }, wanted, START);
}

function itemKey(secret: string) {
  return { pk: `key#${hashOf(secret).slice(0, 16)}`, sk: 'key' };
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

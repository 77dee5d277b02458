import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Condition, Item, ItemKey, Table } from '../../adapters/table.ts';
import { compareBytesAsAWhole } from './equal-bytes.ts';

const KB = 1_024;

compareBytesAsAWhole();

/** The contract that every table passes: what the stores rely on, whatever technology holds the items. */
export function tableContract(name: string, open: () => Promise<{ table: Table; close(): Promise<void> }>): void {
  describe(`a table on ${name}`, () => {
    let table: Table;
    let close: () => Promise<void>;

    beforeAll(async () => {
      ({ table, close } = await open());
    });
    afterAll(() => close());

    test.each<[string, object]>([
      ['no attributes', {}],
      ['texts', { text: 'grüße\u2028 "quoted" \\ \u{1f600}', empty: '' }],
      ['numbers', { zero: 0, whole: 1_893_456_000_250, negative: -1, fraction: 0.25 }],
      ['flags and null', { yes: true, no: false, nothing: null }],
      ['lists and maps', { list: [1, ['a', 'b'], []], map: { inner: { deep: [{ x: 1 }] } }, none: {} }],
      ['bytes', { bytes: everyByte(256), empty: new Uint8Array() }],
      ['bytes in depth', { body: { kind: 'bytes', bytes: everyByte(3) }, list: [{ bytes: everyByte(7) }, 'x'] }],
      ['256 KiB of bytes', { bytes: everyByte(256 * KB) }],
      ['an expiry', { expires_at: 1_893_456_000 }],
    ])('answers an item as it was put: with %s', async (_, attributes) => {
      const item = { ...newKey(), ...attributes };
      await table.put(item);
      expect(await table.get(item)).toEqual(item);
    });

    test('answers undefined where there is no item', async () => {
      expect(await table.get(newKey())).toBeUndefined();
    });

    test('takes the last of several items with one key', async () => {
      const key = newKey();
      for (const n of [1, 2, 3]) await table.put({ ...key, n });
      expect(await table.get(key)).toEqual({ ...key, n: 3 });
    });

    test('forgets an item that is removed, and takes its removal twice', async () => {
      const key = newKey();
      await table.put(key);
      await table.remove(key);
      await table.remove(key);
      expect(await table.get(key)).toBeUndefined();
    });

    test('moves the expiry of an item, and makes none where there is no item', async () => {
      const [key, missing] = [newKey(), newKey()];
      await table.put({ ...key, n: 1, bytes: everyByte(9) });
      await Promise.all([key, missing].map((one) => table.setExpiry(one, 1_893_456_000)));
      expect(await table.get(key)).toEqual({ ...key, n: 1, bytes: everyByte(9), expires_at: 1_893_456_000 });
      expect(await table.get(missing)).toBeUndefined();
    });

    const absent: Condition = [{ kind: 'absent' }];
    const second: Condition = [{ kind: 'equal', attributes: { version: 2, status: 'open' } }];
    const atMost: Condition = [{ kind: 'at most', attribute: 'version', value: 2 }];

    test.each<[string, Condition, object | undefined, boolean]>([
      ['absent, and there is none', absent, undefined, true],
      ['absent, and there is one', absent, {}, false],
      ['equal, and it is', second, { version: 2, status: 'open', other: 1 }, true],
      ['equal, and one of two is not', second, { version: 2, status: 'closed' }, false],
      ['equal, and one of two is missing', second, { version: 2 }, false],
      ['equal, and there is none', second, undefined, false],
      ['at most, and it is less', atMost, { version: 1 }, true],
      ['at most, and it is just that', atMost, { version: 2 }, true],
      ['at most, and it is more', atMost, { version: 3 }, false],
      ['at most, and it is missing', atMost, {}, false],
      ['at most, and there is none', atMost, undefined, false],
      ['one of several, and the last holds', [...absent, ...second, ...atMost], { version: 1 }, true],
      ['one of several, and none holds', [...absent, ...second, ...atMost], { version: 3 }, false],
    ])('puts an item on a condition: %s', async (_, condition, before, isPut) => {
      const key = newKey();
      if (before !== undefined) await table.put({ ...key, ...before });
      expect(await table.putIf({ ...key, put: true }, condition)).toBe(isPut);
      expect(await table.get(key)).toEqual(isPut ? { ...key, put: true } : before && { ...key, ...before });
    });

    test('takes one of fifty puts on the condition of the same version', async () => {
      const key = newKey();
      await table.put({ ...key, version: 1 });
      const rivals = Array.from({ length: 50 }, (_, by) =>
        table.putIf({ ...key, version: 2, by }, [{ kind: 'equal', attributes: { version: 1 } }]),
      );
      const verdicts = await Promise.all(rivals);
      expect(verdicts.filter(Boolean)).toHaveLength(1);
      expect(await table.get(key)).toEqual({ ...key, version: 2, by: verdicts.indexOf(true) });
    });

    describe('queries a partition', () => {
      const pk = randomUUID();
      // Keys sort as UTF-8: upper case before lower case, and umlauts behind both.
      const sorted = ['A', 'B#1', 'B#2', 'B~', 'a', 'b', 'ä', 'ö'];
      const keysIn = (items: readonly Item[]) => items.map(({ sk }) => sk);
      const all = { pk, attributes: ['sk', 'n'], limit: 100 };

      beforeAll(async () => {
        const items = sorted.map((sk, n) => ({ pk, sk, n, bytes: everyByte(n) }));
        await Promise.all([...items.reverse(), { pk: `${pk}x`, sk: 'A' }].map(table.put));
      });

      test('largest sort key first, or smallest first, with both ends', async () => {
        const descending = await table.query({ ...all, from: '~~', to: '0' });
        expect(keysIn(descending.items)).toEqual(['b', 'a', 'B~', 'B#2', 'B#1', 'A']);
        const ascending = await table.query({ ...all, from: 'A', to: 'ö', ascending: true });
        expect(keysIn(ascending.items)).toEqual(sorted);
        expect(ascending.isLast).toBe(true);
        expect(ascending.items[1]).toMatchObject({ sk: 'B#1', n: 1 });
        expect(keysIn((await table.query({ ...all, from: 'B~', to: 'B#1' })).items)).toEqual(['B~', 'B#2', 'B#1']);
      });

      test('page by page, each item once', async () => {
        const seen: string[] = [];
        for (let from = 'A', isLast = false; !isLast; ) {
          const page = await table.query({ ...all, from, to: 'ö', limit: 3, ascending: true });
          expect(page.items.length).toBeLessThanOrEqual(3);
          seen.push(...keysIn(page.items).filter((sk) => sk !== seen.at(-1)));
          from = seen.at(-1) ?? '';
          isLast = page.isLast;
        }
        expect(seen).toEqual(sorted);
      });

      test('that has nothing in the range', async () => {
        expect(await table.query({ ...all, from: '~', to: 'x' })).toEqual({ items: [], isLast: true });
        expect(await table.query({ ...all, pk: randomUUID(), from: '~', to: '0' })).toEqual({
          items: [],
          isLast: true,
        });
      });
    });

    test('sees each write of one moment, whatever it is', async () => {
      const keys = Array.from({ length: 120 }, newKey);
      await Promise.all(
        keys.map((key, n) => (n % 3 === 0 ? table.putIf({ ...key, n }, absent) : table.put({ ...key, n }))),
      );
      const found = await Promise.all(keys.map(table.get));
      expect(found.map((item) => item?.n)).toEqual(keys.map((_, n) => n));
    });
  });
}

export function newKey(): ItemKey {
  return { pk: `partition#${randomUUID()}`, sk: 'item' };
}

function everyByte(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, n) => n);
}

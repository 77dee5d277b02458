import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { sqliteTable } from '../../adapters/sqlite-table.ts';
import type { Table } from '../../adapters/table.ts';
import { tableSigningSecrets } from '../../adapters/table-signing-secrets.ts';
import { DAY, HOUR, SECOND } from '../../core/durations.ts';
import { type CountedTable, countedTable } from '../support/counted-table.ts';
import { type MovedClocks, movedClocks } from '../support/moved-clocks.ts';

const START = Date.parse('2030-01-01T00:00:00Z');
/** How long a reader may not see the change of another process, in milliseconds. */
const REMEMBERED_FOR = 30 * SECOND;

let table: CountedTable;
let clocks: MovedClocks;

beforeEach(() => {
  clocks = movedClocks(START);
  table = countedTable();
});
afterEach(() => table.close());

const openSecrets = () => tableSigningSecrets(table, clocks.timeOfDay, clocks.monotonic);

describe('the signing secret', () => {
  test('has 32 bytes, is made when it is first asked for, and is the same for all that ask at once', async () => {
    const readers = Array.from({ length: 10 }, openSecrets);
    const found = await Promise.all(readers.map((reader) => reader.cached()));
    const [[first]] = found as [[{ secret: string }]];
    expect(first.secret).toMatch(/^whsec_/);
    expect(Buffer.from(first.secret.slice(6), 'base64')).toHaveLength(32);
    expect(new Set(found.map((secrets) => JSON.stringify(secrets)))).toEqual(new Set([JSON.stringify([first])]));
  });

  test('differs for each queue', async () => {
    const other = sqliteTable(undefined);
    expect(await tableSigningSecrets(other, clocks.timeOfDay).cached()).not.toEqual(await openSecrets().cached());
    await other.close();
  });

  test('is read once in 30 s, also by many at once', async () => {
    const secrets = openSecrets();
    await secrets.cached();
    table.reads = 0;
    await Promise.all(Array.from({ length: 10 }, secrets.cached));
    expect(table.reads).toBe(0);
    clocks.now += REMEMBERED_FOR;
    await Promise.all(Array.from({ length: 10 }, secrets.cached));
    expect(table.reads).toBe(1);
  });

  test.each<[string, () => void]>([
    [
      'the clock is put back',
      () => {
        clocks.now -= HOUR;
      },
    ],
    [
      'the clock stands where it stood, but 30 s have passed',
      () => {
        clocks.ticks += REMEMBERED_FOR;
      },
    ],
  ])('is read again when %s', async (_, happens) => {
    const secrets = openSecrets();
    await secrets.cached();
    table.reads = 0;
    await secrets.cached();
    expect(table.reads).toBe(0);
    happens();
    await secrets.cached();
    expect(table.reads).toBe(1);
  });

  test('is read again after a read that failed', async () => {
    const secrets = openSecrets();
    table.fails = true;
    await expect(secrets.cached()).rejects.toThrow('throttled');
    table.fails = false;
    expect(await secrets.cached()).toHaveLength(1);
  });
});

describe('a secret that is replaced', () => {
  test('signs for 24 hours more, behind the new one, and no longer', async () => {
    const secrets = openSecrets();
    const [old] = await secrets.cached();
    const rotated = await secrets.rotate();
    const [current] = rotated;
    expect(rotated).toEqual([current, { ...old, until: START + DAY }]);
    expect(current?.secret).not.toBe(old?.secret);
    clocks.now = START + DAY - 1;
    expect(await secrets.cached()).toEqual(rotated);
    clocks.now = START + DAY;
    expect(await secrets.cached()).toEqual([current]);
    expect(await openSecrets().cached()).toEqual([current]);
  });

  test('is replaced at once in the process that replaced it, and within 30 s in all others', async () => {
    const [here, elsewhere] = [openSecrets(), openSecrets()];
    const before = await elsewhere.cached();
    const rotated = await here.rotate();
    expect(await here.cached()).toEqual(rotated);
    expect(await elsewhere.cached()).toEqual(before);
    clocks.now += REMEMBERED_FOR;
    expect(await elsewhere.cached()).toEqual(rotated);
  });

  test('is replaced also for a reader whose read began before', async () => {
    const secrets = openSecrets();
    await secrets.cached();
    clocks.now += REMEMBERED_FOR;
    const held = Promise.withResolvers<void>();
    let get: Table['get'] = (key) => table.get(key).then((item) => held.promise.then(() => item));
    const slow = tableSigningSecrets({ ...table, get: (key) => get(key) }, clocks.timeOfDay);
    const found = slow.cached();
    get = table.get;
    const rotated = await slow.rotate();
    held.resolve();
    expect(await found).toEqual(rotated);
    expect(await slow.cached()).toEqual(rotated);
  });

  test('is shown as it is in the table, whatever is remembered', async () => {
    const [here, elsewhere] = [openSecrets(), openSecrets()];
    await elsewhere.cached();
    const rotated = await here.rotate();
    expect(await elsewhere.fresh()).toEqual(rotated);
    expect(await elsewhere.cached()).toEqual(rotated);
  });

  test('may be replaced again within the day, and then all of its secrets sign, ten at most', async () => {
    const secrets = openSecrets();
    await secrets.cached();
    for (let rotations = 0; rotations < 12; rotations++) await secrets.rotate();
    const all = await secrets.cached();
    expect(new Set(all.map(({ secret }) => secret)).size).toBe(10);
  });

  test('is replaced once if two clients ask for it at the same moment', async () => {
    await openSecrets().cached();
    const [one, other] = await Promise.all([openSecrets().rotate(), openSecrets().rotate()]);
    expect(one).toEqual(other);
    expect(one).toHaveLength(2);
  });

  test('is made and replaced if there was none before', async () => {
    expect(await openSecrets().rotate()).toHaveLength(1);
  });
});

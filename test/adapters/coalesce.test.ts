import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { coalesce } from '../../adapters/coalesce.ts';

type Item = { readonly key: string; readonly value: number };

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

describe('calls of the same moment', () => {
  test('share a batch, and each gets its own result', async () => {
    const { call, batches } = coalescing();
    const results = [call('a'), call('b'), call('c')];
    await jest.runAllTimersAsync();
    expect(await Promise.all(results)).toEqual(['a done', 'b done', 'c done']);
    expect(batches).toEqual([['a', 'b', 'c']]);
  });

  test('share a batch although promises were awaited between them', async () => {
    const { call, batches } = coalescing();
    void call('a');
    await Promise.resolve();
    void call('b');
    await jest.runAllTimersAsync();
    expect(batches).toEqual([['a', 'b']]);
  });

  test('fill several batches if they are more than one takes', async () => {
    const { call, batches } = coalescing({ most: 25 });
    const keys = Array.from({ length: 60 }, (_, n) => `${n}`);
    const results = keys.map((key) => call(key));
    await jest.runAllTimersAsync();
    expect(batches.map((batch) => batch.length)).toEqual([25, 25, 10]);
    expect(batches.flat()).toEqual(keys);
    expect(await Promise.all(results)).toEqual(keys.map((key) => `${key} done`));
  });

  test('are sent as soon as they fill a batch, without the rest of their moment', async () => {
    const { call, batches } = coalescing({ most: 2 });
    for (const key of ['a', 'b', 'c']) void call(key);
    expect(batches).toEqual([['a', 'b']]);
    await jest.runAllTimersAsync();
    expect(batches).toEqual([['a', 'b'], ['c']]);
  });

  test('with the same key are one item, and both callers get the result of the later call', async () => {
    const ran: Item[] = [];
    const { call } = coalescing({ run: (items) => void ran.push(...items) });
    const results = [call('a', 1), call('b', 2), call('a', 3)];
    await jest.runAllTimersAsync();
    expect(ran).toEqual([
      { key: 'a', value: 3 },
      { key: 'b', value: 2 },
    ]);
    expect(await Promise.all(results)).toEqual(['a done', 'b done', 'a done']);
  });
});

test('calls of different moments share no batch, even with one key', async () => {
  const { call, batches } = coalescing();
  const first = call('a');
  await jest.runAllTimersAsync();
  const second = call('a');
  await jest.runAllTimersAsync();
  await Promise.all([first, second]);
  expect(batches).toEqual([['a'], ['a']]);
});

test('a batch does not wait for the batch that is under way', async () => {
  const { promise: never } = Promise.withResolvers<void>();
  const { call, batches } = coalescing({ run: (items) => (items[0]?.key === 'stuck' ? never : undefined) });
  void call('stuck');
  await jest.runAllTimersAsync();
  const next = call('next');
  await jest.runAllTimersAsync();
  expect(await next).toBe('next done');
  expect(batches).toEqual([['stuck'], ['next']]);
});

describe('items that a batch leaves undone', () => {
  test('are run again until they are done, and no others with them', async () => {
    const { call, batches } = coalescing({ undone: [['b', 'c'], ['c']] });
    const settled: string[] = [];
    for (const key of ['a', 'b', 'c']) void call(key).then((result) => settled.push(result));
    await jest.advanceTimersByTimeAsync(0);
    expect(settled).toEqual(['a done']);
    await jest.runAllTimersAsync();
    expect(settled).toEqual(['a done', 'b done', 'c done']);
    expect(batches).toEqual([['a', 'b', 'c'], ['b', 'c'], ['c']]);
  });

  test('are waited for twice as long each time, spread by chance', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
    const startedAt = Date.now();
    const tries: number[] = [];
    const undone = Array.from({ length: 7 }, () => ['a']);
    const { call } = coalescing({ undone, run: () => void tries.push(Date.now() - startedAt) });
    const result = call('a');
    await jest.runAllTimersAsync();
    expect(await result).toBe('a done');
    expect(tries).toEqual([0, 50, 150, 350, 750, 1_550, 3_150, 6_350]);
  });

  test('are given up after eight tries, and what was done stays done', async () => {
    const { call, batches } = coalescing({ undone: Array.from({ length: 20 }, () => ['b']) });
    const settled = Promise.allSettled([call('a'), call('b')]);
    await jest.runAllTimersAsync();
    expect(await settled).toEqual([
      { status: 'fulfilled', value: 'a done' },
      { status: 'rejected', reason: new Error('1 items were left unprocessed 8 times.') },
    ]);
    expect(batches).toHaveLength(8);
  });

  test('are run again as long as each run completes at least one of them', async () => {
    const startedAt = Date.now();
    const keys = Array.from({ length: 20 }, (_, n) => `${n}`);
    const { call, batches } = coalescing({ undone: keys.map((_, n) => keys.slice(n + 1)) });
    const results = keys.map((key) => call(key));
    await jest.runAllTimersAsync();
    expect(await Promise.all(results)).toEqual(keys.map((key) => `${key} done`));
    expect(batches).toHaveLength(20);
    expect(Date.now() - startedAt).toBeLessThanOrEqual(19 * 100);
  });
});

describe('a batch that fails', () => {
  test('rejects all its callers and no others', async () => {
    const failure = new Error('refused');
    const refuseTheFirst = (items: readonly Item[]) => {
      if (items.some(({ key }) => key === 'a')) throw failure;
    };
    const { call, batches } = coalescing({ most: 2, run: refuseTheFirst });
    const settled = Promise.allSettled(['a', 'a', 'b', 'c'].map((key) => call(key)));
    await jest.runAllTimersAsync();
    const rejected = { status: 'rejected', reason: failure };
    expect(await settled).toEqual([rejected, rejected, rejected, { status: 'fulfilled', value: 'c done' }]);
    expect(batches).toEqual([['a', 'b'], ['c']]);
  });

  test('at a later try rejects those still undone alone', async () => {
    let tries = 0;
    const failTheSecond = () => {
      tries++;
      if (tries === 2) throw new Error('refused');
    };
    const { call } = coalescing({ undone: [['b']], run: failTheSecond });
    const settled = Promise.allSettled([call('a'), call('b')]);
    await jest.runAllTimersAsync();
    expect((await settled).map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });

  test('leaves later calls alone', async () => {
    let broken = true;
    const failWhileBroken = () => {
      if (broken) throw new Error('refused');
    };
    const { call } = coalescing({ run: failWhileBroken });
    const settled = Promise.allSettled([call('a')]);
    await jest.runAllTimersAsync();
    expect((await settled)[0]?.status).toBe('rejected');
    broken = false;
    const later = call('a');
    await jest.runAllTimersAsync();
    expect(await later).toBe('a done');
  });
});

describe('a batch that failed', () => {
  test('is run again as a whole if its error is temporary', async () => {
    let failures = 2;
    const { call, batches } = coalescing({
      run() {
        if (failures-- > 0) throw new Error('throttled');
      },
      isWorthRunningAgain: () => true,
    });
    const all = Promise.all([call('a'), call('b')]);
    await jest.runAllTimersAsync();
    expect(await all).toEqual(['a done', 'b done']);
    expect(batches).toEqual([
      ['a', 'b'],
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });

  test('rejects in the end with the error of its last run', async () => {
    const fail = () => {
      throw new Error('throttled');
    };
    const { call, batches } = coalescing({ run: fail, isWorthRunningAgain: () => true });
    const settled = Promise.allSettled([call('a')]);
    await jest.runAllTimersAsync();
    expect(await settled).toEqual([{ status: 'rejected', reason: new Error('throttled') }]);
    expect(batches).toHaveLength(8);
  });
});

type Behaviour = {
  readonly most?: number;
  /** What the function does in addition to answering `<key> done` for every item. */
  readonly run?: (items: readonly Item[]) => void | Promise<void>;
  /** The keys that the first, the second, … run leaves undone. */
  readonly undone?: string[][];
  readonly isWorthRunningAgain?: () => boolean;
};

/** A coalesced function of a key and a value, and the keys of every batch that it ran. */
function coalescing({ most = 25, run = () => {}, undone = [], ...rest }: Behaviour = {}) {
  const batches: string[][] = [];
  const left = [...undone];
  const call = coalesce<Item, string>({
    ...rest,
    most,
    keyOf: ({ key }) => key,
    async run(items) {
      batches.push(items.map(({ key }) => key));
      await run(items);
      const skipped = left.shift() ?? [];
      const done = items.filter(({ key }) => !skipped.includes(key));
      return new Map(done.map(({ key }) => [key, `${key} done`]));
    },
  });
  return { batches, call: (key: string, value = 0) => call({ key, value }) };
}

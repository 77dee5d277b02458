import { expect, test } from '@jest/globals';
import { sqliteTable } from '../../adapters/sqlite-table.ts';
import { tableInTurns } from '../../adapters/table-in-turns.ts';

const KEY = { pk: 'a', sk: '1' };
const RANGE = { pk: 'a', from: '2', to: '0', attributes: ['sk'], limit: 10 };

test.each(['get', 'query'] as const)(
  'thousands of reads (%s) let others have their turn in between, and are all answered',
  async (read) => {
    const table = sqliteTable(undefined);
    await table.put({ ...KEY, value: 1 });
    let elapsed = 0;
    let sinceTurn = 0;
    let most = 0;
    const slow = {
      ...table,
      get: count(table.get),
      query: count(table.query),
    };
    const inTurns = tableInTurns(slow, () => elapsed);
    let isReading = true;
    const watched = (async () => {
      while (isReading) {
        await new Promise((resolve) => setImmediate(resolve));
        sinceTurn = 0;
      }
    })();
    const answers = await Promise.all(
      Array.from({ length: 2_000 }, () => (read === 'get' ? inTurns.get(KEY) : inTurns.query(RANGE))),
    );
    isReading = false;
    await watched;
    const item = { ...KEY, value: 1 };
    expect(answers[1_999]).toEqual(read === 'get' ? item : { items: [item], isLast: true });
    expect(most).toBeLessThanOrEqual(10);
    await table.close();

    function count<Args extends unknown[], Answer>(ask: (...args: Args) => Promise<Answer>) {
      return (...args: Args): Promise<Answer> => {
        elapsed += 2;
        most = Math.max(most, ++sinceTurn);
        return ask(...args);
      };
    }
  },
);

test('a write that has resolved is seen by the next read', async () => {
  const table = sqliteTable(undefined);
  const inTurns = tableInTurns(table);
  for (let value = 0; value < 100; value++) {
    await inTurns.put({ ...KEY, value });
    expect(await inTurns.get(KEY)).toMatchObject({ value });
  }
  await table.close();
});

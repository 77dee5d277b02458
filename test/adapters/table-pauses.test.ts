import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { tablePauses } from '../../adapters/table-pauses.ts';
import { MINUTE } from '../../core/durations.ts';
import { pauser } from '../../core/manage/pauser.ts';
import { type CountedTable, countedTable } from '../support/counted-table.ts';
import { type MovedClocks, movedClocks } from '../support/moved-clocks.ts';

const START = Date.parse('2030-01-01T00:00:00Z');

let table: CountedTable;
let clocks: MovedClocks;

beforeEach(() => {
  clocks = movedClocks(START);
  table = countedTable();
});
afterEach(() => table.close());

function openProcess() {
  const pauses = tablePauses(table, clocks.timeOfDay, clocks.monotonic);
  return { ...pauses, ...pauser({ pauses, now: clocks.timeOfDay }) };
}

test('a pause is seen by all processes within five seconds, and its end at once', async () => {
  const [one, other] = [openProcess(), openProcess()];
  expect(await other.find()).toBeUndefined();
  const paused = await one.pause();
  expect(await one.find()).toEqual(paused);
  clocks.pass(4_999);
  expect(await other.find()).toBeUndefined();
  clocks.pass(1);
  expect(await other.find()).toEqual({ version: 1, pausedAt: START });
  await one.resume();
  expect(await other.find()).toEqual({ version: 2, pausedAt: START, resumedAt: START + 5_000 });
});

test('while there is no pause, a process reads once in five seconds', async () => {
  const { find } = openProcess();
  for (let second = 0; second < 60; second++) {
    for (let n = 0; n < 10; n++) await find();
    clocks.pass(1_000);
  }
  expect(table.reads).toBe(12);
});

test.each([
  ['was put back', -MINUTE],
  ['went on while its process was frozen', MINUTE],
])('a process reads the pause again when the time of day %s', async (_, jump) => {
  const [one, other] = [openProcess(), openProcess()];
  await other.find();
  await one.pause();
  clocks.now += jump;
  expect(await other.find()).toMatchObject({ version: 1 });
});

test('a pause outlives its process, and one of two simultaneous changes is made', async () => {
  const [one, other] = [openProcess(), openProcess()];
  const [first, second] = await Promise.all([one.pause(), other.pause()]);
  expect(first).toEqual(second);
  clocks.pass(MINUTE);
  expect(await openProcess().find()).toEqual({ version: 1, pausedAt: START });
  expect(await one.change({ version: 0, pausedAt: 0 }, { version: 1, pausedAt: 1 })).toBe(false);
});

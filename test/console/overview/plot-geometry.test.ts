import { describe, expect, test } from '@jest/globals';
import {
  barsPath,
  type Frame,
  frameOf,
  gridValues,
  HEIGHT,
  linePath,
  periodAt,
  pointsPath,
  xOf,
  yOf,
} from '../../../console/screens/overview/plot-geometry.ts';
import type { PlotModel } from '../../../console/screens/overview/plot-model.ts';

const model = (unit: PlotModel['unit'], ...values: readonly (readonly (number | null)[])[]): PlotModel => ({
  id: 'any',
  title: 'Any',
  unit,
  range: 'hour',
  starts: values[0]?.map((_, minute) => minute * 60_000) ?? [],
  series: values.map((one, index) => ({ name: String(index), colour: 'info', values: one })),
  isEmpty: false,
  emptyText: '',
});
const frame: Frame = { left: 40, right: 140, top: 10, bottom: 110, highest: 10, periods: 4 };

describe('a plot', () => {
  test('has room for the sum of its counts, or for its longest time, and a little more', () => {
    expect(frameOf(model('count', [1, 50], [2, 50]), 500).highest).toBeCloseTo(108);
    expect(frameOf(model('ms', [1, null], [2, 50]), 500).highest).toBeCloseTo(54);
  });

  test('does not make a single event, or a millisecond, look like many', () => {
    expect(frameOf(model('count', [1]), 500).highest).toBe(4);
    expect(frameOf(model('ms', [1]), 500).highest).toBe(10);
  });

  test('stays inside of its box, however narrow that is', () => {
    for (const width of [0, 30, 390, 1_280]) {
      const { left, right, top, bottom } = frameOf(model('ms', [1, 2, 3]), width);
      expect(right).toBeGreaterThanOrEqual(left);
      expect([right <= Math.max(left, width), top > 0, bottom < HEIGHT]).toEqual([true, true, true]);
    }
  });

  test('has its periods side by side, and finds the one under the pointer', () => {
    expect([0, 1, 2, 3].map((period) => xOf(frame, period))).toEqual([52.5, 77.5, 102.5, 127.5]);
    expect([39, 40, 64.9, 65, 139, 140].map((x) => periodAt(frame, x))).toEqual([undefined, 0, 0, 1, 3, undefined]);
  });

  test('has zero at the bottom, and its highest value at the top', () => {
    expect([0, 5, 10].map((value) => yOf(frame, value))).toEqual([110, 60, 10]);
  });
});

test.each([
  ['count', 10, [0, 5, 10]],
  ['count', 4_320, [0, 2_000, 4_000]],
  ['ms', 54, [0, 20, 40]],
  ['ms', 90_000, [0, 60_000]],
  ['ms', 400 * 86_400_000, [0, 400 * 86_400_000]],
] as const)('the grid of a plot in %s up to %d has lines at %j', (unit, highest, expected) => {
  expect(gridValues({ ...frame, highest }, unit)).toEqual(expected);
});

test('a period without events has no bar', () => {
  expect(barsPath(frame, [10, 0, null, 5])).toBe('M42.5 110V10h20V110zM117.5 110V60h20V110z');
});

test('a line is broken where there is no value, and a value alone is a point', () => {
  expect(linePath(frame, [10, 5, null, 0])).toBe('M52.5 10L77.5 60M127.5 110');
  expect(pointsPath(frame, [10, 5, null, 0])).toBe('M127.5 110h0');
});

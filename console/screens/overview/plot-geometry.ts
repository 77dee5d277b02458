import type { PlotModel } from './plot-model.ts';
import { drawnValues } from './plot-model.ts';

/** The height of a plot with its axes, in CSS pixels. */
export const HEIGHT = 176;
const MARGIN = { top: 8, right: 20, bottom: 26, left: { count: 44, ms: 60 } } as const;
/** The least distance between two lines of the grid. */
const ROOM = 36;
/** The value at the top of a plot is at least this one, so that a single event does not look like many. */
const LEAST = { count: 4, ms: 10 } as const;
/** Values reach so far below the top. */
const SPARE = 1.08;
const WIDEST_BAR = 40;
const PART_OF_BAR = 0.8;

const WHOLE_STEPS = Array.from({ length: 10 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat();
const TIME_STEPS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400].map((s) => s * 1_000),
];
const STEPS = { count: WHOLE_STEPS, ms: TIME_STEPS } as const;

/** The rectangle in which values are drawn, in CSS pixels, and the value at its upper edge. */
export type Frame = {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly highest: number;
  /** The number of periods from the left to the right. */
  readonly periods: number;
};

type Values = readonly (number | null)[];

/** @param width The width of the plot with its axes. */
export function frameOf(model: PlotModel, width: number): Frame {
  const { unit, starts } = model;
  const largest = drawnValues(model)
    .flat()
    .reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
  return {
    left: MARGIN.left[unit],
    right: Math.max(MARGIN.left[unit], width - MARGIN.right),
    top: MARGIN.top,
    bottom: HEIGHT - MARGIN.bottom,
    highest: Math.max(LEAST[unit], largest * SPARE),
    periods: starts.length,
  };
}

/** Where the middle of a period is. Parts of periods are counted, too. */
export function xOf({ left, right, periods }: Frame, period: number): number {
  return rounded(left + ((period + 0.5) * (right - left)) / periods);
}

export function yOf({ top, bottom, highest }: Frame, value: number): number {
  return rounded(bottom - (value / highest) * (bottom - top));
}

/** The number of the period at a place; undefined beside the frame. */
export function periodAt({ left, right, periods }: Frame, x: number): number | undefined {
  return x < left || x >= right ? undefined : Math.floor(((x - left) * periods) / (right - left));
}

/** The values at which the grid has lines, from 0 upwards. */
export function gridValues({ top, bottom, highest }: Frame, unit: PlotModel['unit']): readonly number[] {
  const least = (highest * ROOM) / (bottom - top);
  const step = STEPS[unit].find((one) => one >= least) ?? highest;
  return Array.from({ length: Math.floor(highest / step) + 1 }, (_, line) => line * step);
}

/** The outline of bars from zero to each value. */
export function barsPath(frame: Frame, values: Values): string {
  const width = Math.min(WIDEST_BAR, (PART_OF_BAR * (frame.right - frame.left)) / frame.periods);
  const half = rounded(width / 2);
  return values
    .map((value, period) => {
      const x = xOf(frame, period);
      return value ? `M${x - half} ${frame.bottom}V${yOf(frame, value)}h${2 * half}V${frame.bottom}z` : '';
    })
    .join('');
}

/** A line through all values, broken where there is none. */
export function linePath(frame: Frame, values: Values): string {
  return values
    .map((value, period) => {
      if (value === null) return '';
      return `${isThere(values, period - 1) ? 'L' : 'M'}${xOf(frame, period)} ${yOf(frame, value)}`;
    })
    .join('');
}

/** The values without a neighbour, to which no line leads, each as a line of no length. */
export function pointsPath(frame: Frame, values: Values): string {
  return values
    .map((value, period) => {
      const isAlone = !isThere(values, period - 1) && !isThere(values, period + 1);
      return value !== null && isAlone ? `M${xOf(frame, period)} ${yOf(frame, value)}h0` : '';
    })
    .join('');
}

function isThere(values: Values, period: number): boolean {
  return values[period] !== null && values[period] !== undefined;
}

function rounded(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}

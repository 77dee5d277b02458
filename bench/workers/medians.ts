import type { Figure, Measure } from './figure.ts';

export type Medians = {
  readonly measure: Measure;
  /** Measures the median of each figure over all turns. */
  tell(): void;
};

/** For what is measured in turns: a machine that others share is not as fast in each of them. */
export function medians(measure: Measure): Medians {
  const turns = new Map<string, Pick<Figure, 'unit' | 'aim'> & { readonly values: number[] }>();
  return {
    measure(name, value, unit, aim) {
      const { values } = turns.get(name) ?? { values: [] };
      turns.set(name, { values: [...values, value], unit, ...(aim && { aim }) });
    },
    tell() {
      for (const [name, { values, unit, aim }] of turns) measure(name, medianOf(values), unit, aim, values);
    },
  };
}

/** Of an even number of values, the mean of the two in the middle. */
function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

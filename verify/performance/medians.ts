import { medianOf } from '../shared/steadiness.ts';
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
      for (const [name, { values, unit, aim }] of turns)
        measure(name, medianOf(values) ?? Number.NaN, unit, aim, values);
    },
  };
}

import { medianOf } from '../shared/steadiness.ts';
import type { Figure, Measure } from './figure.ts';

export type Medians = {
  readonly measure: Measure;
  /** Measures each figure as its median over all turns. */
  report(): void;
};

/**
 * Collects figures that are measured in several turns, because a machine that others share is not equally fast in each.
 */
export function medians(measure: Measure): Medians {
  const turns = new Map<string, Pick<Figure, 'unit' | 'aim'> & { readonly values: number[] }>();
  return {
    measure(name, value, unit, aim) {
      const { values } = turns.get(name) ?? { values: [] };
      turns.set(name, { values: [...values, value], unit, ...(aim && { aim }) });
    },
    report() {
      for (const [name, { values, unit, aim }] of turns) measure(name, medianOf(values) ?? Number.NaN, unit, aim);
    },
  };
}

import type { Figure, Measure } from './figure.ts';

export type Comparison = {
  readonly one: Measure;
  /** The same of what it is compared to, as often as one likes. */
  readonly other: (name: string, value: number) => void;
  /** Measures each figure of the one, and how many times the mean of the other's it is. */
  tell(): void;
};

/** For two that did the same at the same time: a machine that others share is not as fast at another. */
export function comparison(
  measure: Measure,
  toWhat: string,
  aims: Readonly<Record<string, NonNullable<Figure['aim']>>> = {},
): Comparison {
  const figures: Parameters<Measure>[] = [];
  const others = new Map<string, number[]>();
  return {
    one: (...figure) => void figures.push(figure),
    other(name, value) {
      others.set(name, [...(others.get(name) ?? []), value]);
    },
    tell() {
      for (const figure of figures) {
        const [name, value] = figure;
        measure(...figure);
        const values = others.get(name) ?? [];
        if (values.length > 0) measure(`${name}, ${toWhat}`, value / mean(values), 'times', aims[name]);
      }
    },
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

import type { Figure, Measure } from './figure.ts';

export type Comparison = {
  /** Takes a figure of the first system, once for each name. */
  readonly one: Measure;
  /** Takes a figure of the second system, as often as one likes for each name. */
  readonly other: (name: string, value: number) => void;
  /**
   * Measures each figure of the first system, the mean of the second's, and their quotient. Throws if a figure is
   * missing that the second system or an aim has.
   */
  report(): void;
};

type Compared = {
  readonly one: Measure;
  readonly other?: Measure;
  /** The text that names the quotient. It stands behind the name of the figure. */
  readonly toWhat: string;
  /** The aims of the quotients, by the names of the figures. */
  readonly aims?: Readonly<Record<string, NonNullable<Figure['aim']>>>;
};

/**
 * Compares two systems that do the same at the same time, or in turns. Figures of different times cannot be compared on
 * a machine that others share, because it is not equally fast at all times.
 */
export function comparison({ one, other, toWhat, aims = {} }: Compared): Comparison {
  const figures = new Map<string, Parameters<Measure>>();
  const others = new Map<string, number[]>();

  function measureWithQuotient([name, value, unit, aim]: Parameters<Measure>): void {
    const mean = meanOf(others.get(name) ?? []);
    one(name, value, unit, aim);
    other?.(name, mean, unit);
    one(`${name}, ${toWhat}`, value / mean, 'times', aims[name]);
  }

  return {
    one(...figure) {
      if (figures.has(figure[0])) throw new Error(`${figure[0]} was measured twice.`);
      figures.set(figure[0], figure);
    },
    other: (name, value) => void others.set(name, [...(others.get(name) ?? []), value]),
    report() {
      const lacking = [...others.keys(), ...Object.keys(aims)].find((name) => !figures.has(name));
      if (lacking !== undefined) throw new Error(`Nothing was measured as ${lacking}.`);
      for (const figure of figures.values()) measureWithQuotient(figure);
    },
  };
}

function meanOf(values: readonly number[]): number {
  if (values.length === 0) throw new Error('There is nothing to compare to.');
  return values.reduce((sum, value) => sum + value) / values.length;
}

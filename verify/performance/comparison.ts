import type { Figure, Measure } from './figure.ts';

export type Comparison = {
  readonly one: Measure;
  /** The same of what it is compared to, as often as one likes. */
  readonly other: (name: string, value: number) => void;
  /** Measures each figure of the one, the mean of the other's, and how many times that mean it is. */
  tell(): void;
};

type Compared = {
  readonly one: Measure;
  readonly other?: Measure;
  /** How the quotient is called behind a figure's name. */
  readonly toWhat: string;
  /** Of the quotients, by the figures' names. */
  readonly aims?: Readonly<Record<string, NonNullable<Figure['aim']>>>;
};

/**
 * For two that do the same at the same time, or in turns: a machine that others share is not as fast at another time.
 * Telling throws if one of them lacks what the other has, or what is aimed at.
 */
export function comparison({ one, other, toWhat, aims = {} }: Compared): Comparison {
  const figures = new Map<string, Parameters<Measure>>();
  const others = new Map<string, number[]>();

  function tellOf([name, value, unit, aim]: Parameters<Measure>): void {
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
    tell() {
      const lacking = [...others.keys(), ...Object.keys(aims)].find((name) => !figures.has(name));
      if (lacking !== undefined) throw new Error(`Nothing was measured as ${lacking}.`);
      for (const figure of figures.values()) tellOf(figure);
    },
  };
}

function meanOf(values: readonly number[]): number {
  if (values.length === 0) throw new Error('There is nothing to compare to.');
  return values.reduce((sum, value) => sum + value) / values.length;
}

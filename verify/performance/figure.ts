/**
 * A value that was measured, with the names of what was measured, its unit, and the aim that it should meet, if it has
 * one.
 */
export type Figure = {
  readonly scenario: string;
  readonly name: string;
  readonly value: number;
  readonly unit: 'per second' | 'ms' | 'MiB' | 'KB' | 'times' | 's' | 'an event';
  /** The least or the most that the value should be. */
  readonly aim?: { readonly least: number } | { readonly most: number };
};

export type Measure = (name: string, value: number, unit: Figure['unit'], aim?: Figure['aim']) => void;

/** Returns whether a figure meets its aim, or undefined if it has none. */
export function meets({ value, aim }: Figure): boolean | undefined {
  if (aim === undefined) return undefined;
  return 'least' in aim ? value >= aim.least : value <= aim.most;
}

/** Returns the line of a figure in the printed table: scenario, name, value and unit, and whether an aim was met. */
export function rowOf(figure: Figure): string {
  const { scenario, name, value, unit } = figure;
  const amount = `${shown(value).padStart(10)} ${unit.padEnd(12)}`;
  return `${scenario.padEnd(36)}${name.padEnd(76)}${amount}${aimOf(figure)}`.trimEnd();
}

function aimOf(figure: Figure): string {
  const { aim } = figure;
  if (aim === undefined) return '';
  const text = 'least' in aim ? `≥ ${shown(aim.least)}` : `≤ ${shown(aim.most)}`;
  return `${text} ${meets(figure) ? 'met' : 'MISSED'}`;
}

function shown(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
}

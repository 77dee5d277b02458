/** Something measured, with what it is better to have of it. */
export type Figure = {
  readonly scenario: string;
  readonly name: string;
  readonly value: number;
  readonly unit: 'per second' | 'ms' | 'MiB' | 'times' | 's';
  /** What is aimed at: at least, or at most. */
  readonly aim?: { readonly least: number } | { readonly most: number };
};

export type Measure = (name: string, value: number, unit: Figure['unit'], aim?: Figure['aim']) => void;

export function meets({ value, aim }: Figure): boolean | undefined {
  if (aim === undefined) return undefined;
  return 'least' in aim ? value >= aim.least : value <= aim.most;
}

/** One row a figure, against the same of an earlier run if there is one. */
export function tableOf(figures: readonly Figure[], earlier: readonly Figure[] = []): string {
  const rows = figures.map((figure) => {
    const before = earlier.find(({ scenario, name }) => scenario === figure.scenario && name === figure.name);
    return [figure.scenario, figure.name, shown(figure.value), figure.unit, aimOf(figure), changeOf(figure, before)];
  });
  return [['', '', '', '', 'aim', earlier.length > 0 ? 'before' : ''], ...rows]
    .map(([scenario = '', name = '', value = '', unit = '', aim = '', change = '']) =>
      `${scenario.padEnd(34)}${name.padEnd(38)}${value.padStart(10)} ${unit.padEnd(12)}${aim.padEnd(16)}${change}`.trimEnd(),
    )
    .join('\n');
}

function aimOf(figure: Figure): string {
  const { aim } = figure;
  if (aim === undefined) return '';
  const text = 'least' in aim ? `≥ ${shown(aim.least)}` : `≤ ${shown(aim.most)}`;
  return `${text} ${meets(figure) ? 'met' : 'MISSED'}`;
}

function changeOf({ value }: Figure, before: Figure | undefined): string {
  if (before === undefined) return '';
  return `${shown(before.value)} (${before.value === 0 ? '-' : `${(value / before.value).toFixed(2)} times`})`;
}

function shown(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
}

import { steadiness, type Tolerance } from '../shared/steadiness.ts';
import type { SoakReport } from './soak-run.ts';
import type { Holdings } from './watched-process.ts';

const MIB = 1_024 * 1_024;

export type Verdict = {
  readonly name: string;
  readonly finding: string;
  /** Whether the promise was kept; undefined if this could not be measured. */
  readonly isKept: boolean | undefined;
};

type Quantity = {
  readonly name: string;
  readonly of: (sample: Holdings) => number | undefined;
  readonly tolerance: Tolerance;
  readonly unit: string;
  /** The reason that is given if the quantity could not be measured. */
  readonly hidden: string;
};

/**
 * The quantities that must not grow after the warm-up. The tolerances allow for the attempts that happen to be under
 * way at a sample.
 */
const quantities: readonly Quantity[] = [
  {
    name: 'memory of its own',
    of: ({ memory }) => memory && memory / MIB,
    tolerance: { share: 0.15, more: 16 },
    unit: 'MiB',
    hidden: 'it was not written down',
  },
  {
    name: 'heap in use',
    of: ({ heap }) => heap && heap / MIB,
    tolerance: { share: 0.15, more: 4 },
    unit: 'MiB',
    hidden: 'it was not written down',
  },
  {
    name: 'open handles',
    of: ({ handles }) => handles,
    tolerance: { share: 0.1, more: 8 },
    unit: '',
    hidden: 'this machine has no /proc',
  },
  {
    name: 'timers',
    of: ({ timers }) => timers,
    tolerance: { share: 0.1, more: 15 },
    unit: '',
    hidden: 'they were not written down',
  },
];

const MOST_MORE_ROWS = 0.1;

export function soakVerdicts(report: SoakReport): readonly Verdict[] {
  return [...quantities.map((quantity) => flat(quantity, report.samples)), ...ends(report)];
}

function flat({ name, of, tolerance, unit, hidden }: Quantity, samples: readonly Holdings[]): Verdict {
  const found = steadiness(samples.map(of), tolerance);
  if (found === undefined) return { name, finding: `not seen: ${hidden}`, isKept: undefined };
  const { before, after, isSteady } = found;
  const allowed = `up to ${Math.round(tolerance.share * 100)} % and ${tolerance.more} more`;
  const finding = `${shown(before, unit)} after the warm-up, ${shown(after, unit)} at the end (${allowed})`;
  return { name, finding, isKept: isSteady };
}

function ends({ load, finished, rowsPerEvent, complaints }: SoakReport): readonly Verdict[] {
  const { half, end } = rowsPerEvent;
  const unfinished = load.published - finished.succeeded - finished.failed;
  return [
    {
      name: 'rows per event',
      finding: `${half.toFixed(2)} at half time, ${end.toFixed(2)} at the end`,
      isKept: end <= half * (1 + MOST_MORE_ROWS),
    },
    { name: 'unfinished', finding: String(unfinished), isKept: unfinished === 0 },
    {
      name: 'ended well',
      finding: `${finished.succeeded} of ${load.succeeding}`,
      isKept: finished.succeeded === load.succeeding,
    },
    {
      name: 'ran out of tries',
      finding: `${finished.failed} of ${load.failing}`,
      isKept: finished.failed === load.failing,
    },
    { name: 'not accepted', finding: firstOf(load.errors), isKept: load.errors.length === 0 },
    { name: 'complaints', finding: firstOf(complaints.split('\n').filter(Boolean)), isKept: complaints === '' },
  ];
}

function firstOf(all: readonly string[]): string {
  return all.length === 0 ? 'none' : `${all.length}, such as ${all[0]}`;
}

function shown(value: number, unit: string): string {
  return `${Number(value.toPrecision(3))} ${unit}`.trim();
}

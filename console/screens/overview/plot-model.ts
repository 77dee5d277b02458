import type { AttemptOutcome, PeriodAnswer, StatisticsAnswer } from '../../state/api-types.ts';
import { wholeNumber } from '../../text/number.ts';
import { outcomeNames } from '../../text/outcome.ts';
import { lengthOfTime } from '../../text/time.ts';

/** The name of a colour of the style sheet, without its dashes. */
type Colour = 'good' | 'alarm' | 'warn' | 'info' | 'accent' | 'muted' | 'text';

export type PlotSeries = {
  readonly name: string;
  readonly colour: Colour;
  /** One value for each period. Null where there is none. */
  readonly values: readonly (number | null)[];
};

/** What a plot shows: counts, which are stacked, or milliseconds, which are lines. */
export type PlotModel = {
  readonly id: string;
  readonly title: string;
  readonly unit: 'count' | 'ms';
  readonly range: StatisticsAnswer['range'];
  /** When each period began, in epoch milliseconds. */
  readonly starts: readonly number[];
  readonly series: readonly PlotSeries[];
  readonly isEmpty: boolean;
  /** What a plot without values says. */
  readonly emptyText: string;
};

const outcomes: readonly (readonly [AttemptOutcome, Colour])[] = [
  ['answered', 'info'],
  ['timed_out', 'warn'],
  ['unreachable', 'alarm'],
  ['invalid_answer', 'accent'],
  ['blocked', 'muted'],
  ['crashed', 'text'],
];

/** The plots of a range: events that finished, attempts by outcome, and how late and how long attempts were. */
export function plotsOf({ range, periods }: Pick<StatisticsAnswer, 'range' | 'periods'>): readonly PlotModel[] {
  const starts = periods.map(({ started_at_utc }) => Date.parse(started_at_utc));
  const counts = (colour: Colour, name: string, of: (period: PeriodAnswer) => number): PlotSeries => ({
    name,
    colour,
    values: periods.map(of),
  });
  const plot = (id: string, title: string, unit: PlotModel['unit'], what: string, series: readonly PlotSeries[]) => ({
    id,
    title,
    unit,
    range,
    starts,
    series,
    isEmpty: series.every(({ values }) => values.every((value) => (unit === 'count' ? value === 0 : value === null))),
    emptyText: `No ${what} in the last ${range}.`,
  });
  return [
    plot('finished', 'Finished events', 'count', 'event finished', [
      counts('good', 'Succeeded', ({ succeeded }) => succeeded),
      counts('alarm', 'Failed', ({ exhausted }) => exhausted),
      counts('muted', 'Cancelled', ({ cancelled }) => cancelled),
    ]),
    plot(
      'attempts',
      'Attempts by outcome',
      'count',
      'attempt ended',
      outcomes.map(([outcome, colour]) => counts(colour, outcomeNames[outcome], ({ attempts }) => attempts[outcome])),
    ),
    plot('lateness', 'Lateness of attempts', 'ms', 'attempt ended', quantiles(periods, 'late_ms')),
    plot('duration', 'Duration of attempts', 'ms', 'attempt ended', quantiles(periods, 'duration_ms')),
  ];
}

function quantiles(periods: readonly PeriodAnswer[], field: 'late_ms' | 'duration_ms'): readonly PlotSeries[] {
  const lines = [
    ['p50', 'info'],
    ['p95', 'accent'],
    ['p99', 'warn'],
  ] as const;
  return lines.map(([name, colour]) => ({
    name,
    colour,
    values: periods.map((period) => period[field]?.[name] ?? null),
  }));
}

/** The series that are worth a name: the first one, and those that have a value. */
export function usedSeries({ unit, series }: PlotModel): readonly PlotSeries[] {
  return series.filter((one, index) => unit === 'ms' || index === 0 || totalOf(one) > 0);
}

/** Writes a value of a plot. */
export function valueText(unit: PlotModel['unit'], value: number): string {
  return unit === 'count' ? wholeNumber(value) : lengthOfTime(value);
}

/** The sum of a series of counts. */
export function totalOf({ values }: PlotSeries): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0);
}

/**
 * The values that are drawn. Counts are stacked: each series is drawn from zero to the sum of itself and those before
 * it, the highest first, so that the lower ones cover it.
 */
export function drawnValues({ unit, series }: PlotModel): readonly (readonly (number | null)[])[] {
  if (unit === 'ms') return series.map(({ values }) => values);
  return series.map((_, index) => sums(series.slice(0, index + 1))).toReversed();
}

function sums(series: readonly PlotSeries[]): readonly number[] {
  return (series[0]?.values ?? []).map((_, at) => series.reduce((total, { values }) => total + (values[at] ?? 0), 0));
}

/** Says in words what a plot shows. */
export function summaryOf(model: PlotModel, clock: (instant: number) => string): string {
  if (model.isEmpty) return model.emptyText;
  return model.unit === 'count' ? summaryOfCounts(model) : summaryOfQuantiles(model, clock);
}

function summaryOfCounts({ series, range }: PlotModel): string {
  const totals = series.map((one) => ({ name: one.name.toLowerCase(), total: totalOf(one) }));
  const sum = totals.reduce((all, { total }) => all + total, 0);
  const parts = totals.filter(({ total }) => total > 0).map(({ name, total }) => `${wholeNumber(total)} ${name}`);
  return `${wholeNumber(sum)} in the last ${range}: ${parts.join(', ')}.`;
}

function summaryOfQuantiles({ series, starts }: PlotModel, clock: (instant: number) => string): string {
  const [p50 = [], , p99 = []] = series.map(({ values }) => values);
  const latest = p99.findLastIndex((value) => value !== null);
  const highest = p99.reduce<number>((best, value, at) => ((value ?? -1) > (p99[best] ?? -1) ? at : best), 0);
  const text = (values: readonly (number | null)[], at: number) => lengthOfTime(values[at] ?? 0);
  const said = `Latest: half within ${text(p50, latest)}, 99 % within ${text(p99, latest)}.`;
  return (p99[highest] ?? 0) <= (p99[latest] ?? 0)
    ? said
    : `${said} Highest p99: ${text(p99, highest)} at ${clock(starts[highest] ?? 0)}.`;
}

import { useSignal } from '@preact/signals';
import { zone, zoneName } from '../../state/preferences.ts';
import { hourAndMinute } from '../../text/time.ts';
import { Plot, pointed } from './plot.tsx';
import { type PlotModel, type PlotSeries, summaryOf, totalOf, usedSeries, valueText } from './plot-model.ts';

type Props = {
  readonly model: PlotModel;
  /** What stands in the place of the plot while it has no data. */
  readonly missing: string | undefined;
};

/** A plot with its name, what it shows in words, its legend, and the same values as a table for those who want it. */
export function PlotCard({ model, missing }: Props) {
  const isTable = useSignal(false);
  return (
    <section class="card plot-card" id={model.id} aria-labelledby={`${model.id}-title`}>
      <header>
        <h2 id={`${model.id}-title`}>{model.title}</h2>
        <button
          type="button"
          class="quiet small"
          aria-pressed={isTable.value}
          onClick={() => (isTable.value = !isTable.value)}
        >
          Table
        </button>
      </header>
      <p class="muted summary">{missing ?? summaryOf(model, clock)}</p>
      <div class="plot-body">
        {missing === undefined && (isTable.value ? <PlotTable model={model} /> : <PlotWithLegend model={model} />)}
      </div>
    </section>
  );
}

function PlotWithLegend({ model }: { readonly model: PlotModel }) {
  return (
    <div aria-hidden="true">
      <Legend model={model} />
      <div class="plot-room">
        <Plot model={model} />
        {model.isEmpty && <p class="plot-empty muted">{model.emptyText}</p>}
      </div>
    </div>
  );
}

/** The series with their values in the period under the pointer or, without one, in total or at last. */
function Legend({ model }: { readonly model: PlotModel }) {
  const { unit, starts } = model;
  const period = pointed.value;
  const start = period === undefined ? undefined : starts[period];
  return (
    <ul class="legend">
      {usedSeries(model).map((one) => (
        <li key={one.name}>
          <span class={`swatch ${one.colour}`} />
          {one.name} <strong>{legendValue(one, unit, period)}</strong>
        </li>
      ))}
      <li class="muted when">{start === undefined ? '' : clock(start)}</li>
    </ul>
  );
}

function legendValue(series: PlotSeries, unit: PlotModel['unit'], period: number | undefined): string {
  const { values } = series;
  if (period === undefined && unit === 'count') return valueText(unit, totalOf(series));
  const value = period === undefined ? values.findLast((one) => one !== null) : values[period];
  return value === null || value === undefined ? '–' : valueText(unit, value);
}

function PlotTable({ model }: { readonly model: PlotModel }) {
  const { title, starts, unit, range } = model;
  const series = usedSeries(model);
  const rows = starts
    .map((start, at) => ({ start, values: series.map(({ values }) => values[at] ?? null) }))
    .filter(({ values }) => values.some((value) => value !== null && (unit === 'ms' || value > 0)))
    .toReversed();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: A table that scrolls must be reachable by keyboard.
    <section class="plot-table" tabIndex={0} aria-label={`${title}, as a table`}>
      <table>
        <caption class="only-read">
          {title}. Only the {range === 'hour' ? 'minutes' : 'hours'} in which something happened, the latest first.
        </caption>
        <thead>
          <tr>
            <th scope="col">From</th>
            {series.map(({ name }) => (
              <th scope="col" class="number" key={name}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ start, values }) => (
            <tr key={start}>
              <th scope="row">{clock(start)}</th>
              {values.map((value, index) => (
                <td class="number" key={series[index]?.name}>
                  {value === null ? '–' : valueText(unit, value)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** No two periods of a plot begin at the same time of day. */
function clock(instant: number): string {
  return hourAndMinute(instant, zoneName(zone.value));
}

import { useSignal } from '@preact/signals';
import { now } from '../../state/clock.ts';
import { zone, zoneName } from '../../state/preferences.ts';
import { minuteTime } from '../../text/time.ts';
import { Plot } from './plot.tsx';
import { type PlotModel, type PlotSeries, summaryOf, totalOf, valueText } from './plot-model.ts';

/** A plot with its name, what it shows in words, its legend, and the same values as a table for those who want it. */
export function PlotCard({ model, isLoading }: { readonly model: PlotModel; readonly isLoading: boolean }) {
  const isTable = useSignal(false);
  const pointed = useSignal<number | undefined>(undefined);
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
      <p class="muted summary">{isLoading ? 'Loading …' : summaryOf(model, clock)}</p>
      {isTable.value ? (
        <PlotTable model={model} />
      ) : (
        <>
          <Legend model={model} pointed={pointed.value} />
          <div class="plot-room" aria-hidden="true">
            <Plot model={model} onPoint={(period) => (pointed.value = period)} />
            {model.isEmpty && !isLoading && <p class="plot-empty muted">{model.emptyText}</p>}
          </div>
        </>
      )}
    </section>
  );
}

/** The series with their values in the period under the pointer or, without one, in total or at last. */
function Legend({ model, pointed }: { readonly model: PlotModel; readonly pointed: number | undefined }) {
  const { series, unit, starts } = model;
  const start = pointed === undefined ? undefined : starts[pointed];
  const used = series.filter((one, index) => unit === 'ms' || index === 0 || totalOf(one) > 0);
  return (
    <ul class="legend" aria-hidden="true">
      {used.map((one) => (
        <li key={one.name}>
          <span class={`swatch ${one.colour}`} />
          {one.name} <strong>{legendValue(one, unit, pointed)}</strong>
        </li>
      ))}
      <li class="muted when">{start === undefined ? '' : clock(start)}</li>
    </ul>
  );
}

function legendValue(series: PlotSeries, unit: PlotModel['unit'], pointed: number | undefined): string {
  const { values } = series;
  if (pointed === undefined && unit === 'count') return valueText(unit, totalOf(series));
  const value = pointed === undefined ? values.findLast((one) => one !== null) : values[pointed];
  return value === null || value === undefined ? '–' : valueText(unit, value);
}

function PlotTable({ model: { title, series, starts, unit, range } }: { readonly model: PlotModel }) {
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

function clock(instant: number): string {
  return minuteTime(instant, now.peek(), zoneName(zone.value));
}

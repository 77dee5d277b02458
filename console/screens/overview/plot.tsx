import { signal, useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { zone, zoneName } from '../../state/preferences.ts';
import { compactNumber } from '../../text/number.ts';
import { ticksBetween, tickText } from '../../text/ticks.ts';
import { lengthOfTime } from '../../text/time.ts';
import {
  barsPath,
  type Frame,
  frameOf,
  gridValues,
  HEIGHT,
  linePath,
  periodAt,
  pointsPath,
  xOf,
  yOf,
} from './plot-geometry.ts';
import { drawnValues, type PlotModel, type PlotSeries } from './plot-model.ts';

const MINUTE = 60_000;
const PERIODS = { hour: MINUTE, day: 60 * MINUTE } as const;
/** The minutes between two labels of the time axis, if there is much room and if there is little. */
const LABELLED = { hour: [10, 20], day: [180, 360] } as const;
const NARROW = 420;

/** The number of the period under the pointer, in whichever plot it is; undefined if it is in none. */
export const pointed = signal<number | undefined>(undefined);

type Props = { readonly model: PlotModel };

/** Draws a plot as wide as there is room. Its height is fixed, and its colours are those of the style sheet. */
export function Plot({ model }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const width = useSignal(0);
  const frame = useMemo(() => frameOf(model, width.value), [model, width.value]);

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const resizing = new ResizeObserver(() => (width.value = element.clientWidth));
    resizing.observe(element);
    return () => resizing.disconnect();
  }, []);

  function point({ clientX, currentTarget }: { readonly clientX: number; readonly currentTarget: Element }): void {
    pointed.value = periodAt(frame, clientX - currentTarget.getBoundingClientRect().left);
  }

  return (
    <div class="plot" ref={box} onPointerMove={point} onPointerLeave={() => (pointed.value = undefined)}>
      {width.value > 0 && (
        <svg width={width.value} height={HEIGHT} aria-hidden="true">
          <Grid model={model} frame={frame} />
          <TimeAxis model={model} frame={frame} isNarrow={width.value < NARROW} />
          <Values model={model} frame={frame} />
          <Cursor model={model} frame={frame} />
        </svg>
      )}
    </div>
  );
}

type PartProps = Props & { readonly frame: Frame };

function Grid({ model: { unit }, frame }: PartProps) {
  return gridValues(frame, unit).map((value) => (
    <g key={value}>
      <line class="grid" x1={frame.left} x2={frame.right} y1={yOf(frame, value)} y2={yOf(frame, value)} />
      <text class="value" x={frame.left - 6} y={yOf(frame, value)}>
        {unit === 'count' ? compactNumber(value) : lengthOfTime(value)}
      </text>
    </g>
  ));
}

function TimeAxis({ model: { starts, range }, frame, isNarrow }: PartProps & { readonly isNarrow: boolean }) {
  const chosenZone = zoneName(zone.value);
  const length = PERIODS[range];
  const from = starts[0] ?? 0;
  return ticksBetween(from, from + starts.length * length, LABELLED[range][isNarrow ? 1 : 0], chosenZone).map((at) => (
    <text key={at} class="time" x={xOf(frame, (at - from) / length - 0.5)} y={HEIGHT - 8}>
      {tickText(at, chosenZone)}
    </text>
  ));
}

function Values({ model, frame }: PartProps) {
  const isStacked = model.unit === 'count';
  const drawn = drawnValues(model);
  return inDrawnOrder(model).map(({ name, colour }, index) => {
    const values = drawn[index] ?? [];
    return isStacked ? (
      <path key={name} class={`bars ${colour}`} d={barsPath(frame, values)} />
    ) : (
      <g key={name}>
        <path class={`line ${colour}`} d={linePath(frame, values)} />
        <path class={`line points ${colour}`} d={pointsPath(frame, values)} />
      </g>
    );
  });
}

/** Marks the period under the pointer, with a dot on each line. */
function Cursor({ model, frame }: PartProps) {
  const period = pointed.value;
  if (period === undefined || period >= frame.periods) return null;
  const x = xOf(frame, period);
  return (
    <>
      <line class="cursor" x1={x} x2={x} y1={frame.top} y2={frame.bottom} />
      {model.unit === 'ms' &&
        model.series.map(({ name, colour, values }) => {
          const value = values[period];
          return value === null || value === undefined ? null : (
            <circle key={name} class={`dot ${colour}`} cx={x} cy={yOf(frame, value)} r={3.5} />
          );
        })}
    </>
  );
}

/** The series in the order of `drawnValues`. */
function inDrawnOrder({ unit, series }: PlotModel): readonly PlotSeries[] {
  return unit === 'count' ? series.toReversed() : series;
}

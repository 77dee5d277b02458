import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { theme, zone, zoneName } from '../../state/preferences.ts';
import { compactNumber } from '../../text/number.ts';
import { ticksBetween, tickText } from '../../text/ticks.ts';
import { lengthOfTime } from '../../text/time.ts';
import { type Colour, drawnValues, type PlotModel } from './plot-model.ts';

const HEIGHT = 176;
const MINUTE = 60_000;
const PERIODS = { hour: MINUTE, day: 60 * MINUTE } as const;
/** The minutes between two labels of the time axis, if there is much room and if there is little. */
const LABELLED = { hour: [10, 20], day: [180, 360] } as const;
const NARROW = 420;

const WHOLE_STEPS = [1, 2, 5]
  .flatMap((digit) => Array.from({ length: 9 }, (_, power) => digit * 10 ** power))
  .sort(ascending);
const TIME_STEPS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400].map((s) => s * 1_000),
];

type Props = {
  readonly model: PlotModel;
  /** Gets the number of the period under the pointer; undefined if there is none. */
  readonly onPoint: (period: number | undefined) => void;
};

/** Draws a plot in the colours of the style sheet, as wide as there is room. Its height is fixed. */
export function Plot({ model, onPoint }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const drawn = useRef<uPlot>(undefined);
  const shown = useRef(model);
  shown.current = model;
  const { unit, range } = model;
  const chosenZone = zoneName(zone.value);

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const plot = new uPlot(optionsOf(element, shown.current, chosenZone, onPoint), dataOf(shown.current), element);
    drawn.current = plot;
    const redraw = () => void requestAnimationFrame(() => plot.redraw());
    const resizing = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    resizing.observe(element);
    const unsubscribe = theme.subscribe(redraw);
    const systemTheme = matchMedia('(prefers-color-scheme: dark)');
    systemTheme.addEventListener('change', redraw);
    return () => {
      resizing.disconnect();
      unsubscribe();
      systemTheme.removeEventListener('change', redraw);
      plot.destroy();
    };
  }, [unit, range, chosenZone]);

  useEffect(() => drawn.current?.setData(dataOf(model)), [model]);

  return <div class="plot" ref={box} />;
}

/** The instants in the middle of the periods, and the values of each series. */
function dataOf(model: PlotModel): uPlot.AlignedData {
  const middles = model.starts.map((start) => start + PERIODS[model.range] / 2);
  return [middles, ...drawnValues(model).map((values) => [...values])];
}

function optionsOf(
  element: HTMLElement,
  { unit, range, series }: PlotModel,
  chosenZone: string | undefined,
  onPoint: Props['onPoint'],
): uPlot.Options {
  const ink = (colour: Colour | 'line') => () => colourIn(element, colour);
  const font = `12px ${getComputedStyle(element).fontFamily}`;
  const axis = { stroke: ink('muted'), font, ticks: { show: false } };
  const half = PERIODS[range] / 2;
  const isStacked = unit === 'count';
  const inDrawnOrder = isStacked ? series.toReversed() : series;
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [8, 20, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: !isStacked }, sync: { key: 'overview' } },
    scales: {
      x: { time: false, range: (_, least, most) => [least - half, most + half] },
      y: { range: (_, _least, most) => [0, Math.max(most * 1.08, isStacked ? 4 : 10)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 26,
        gap: 6,
        splits: ({ width }, _, least, most) =>
          ticksBetween(least, most, LABELLED[range][width < NARROW ? 1 : 0], chosenZone),
        values: (_, splits) => splits.map((at) => tickText(at, chosenZone)),
      },
      {
        ...axis,
        grid: { stroke: ink('line'), width: 1 },
        size: isStacked ? 44 : 60,
        gap: 6,
        space: 36,
        incrs: isStacked ? WHOLE_STEPS : TIME_STEPS,
        values: (_, splits) => splits.map((value) => (isStacked ? compactNumber(value) : lengthOfTime(value))),
      },
    ],
    series: [{}, ...inDrawnOrder.map(({ colour }) => (isStacked ? barsIn(ink(colour)) : lineIn(ink(colour))))],
    hooks: { setCursor: [({ cursor: { idx } }) => onPoint(idx ?? undefined)] },
  };
}

function barsIn(ink: () => string): uPlot.Series {
  const paths = uPlot.paths.bars?.({ size: [0.8, 40] });
  return { fill: ink, width: 0, points: { show: false }, ...(paths && { paths }) };
}

function lineIn(ink: () => string): uPlot.Series {
  const filter: uPlot.Series.Points.Filter = ({ data }, series) => lonelyPoints(data[series] ?? []);
  return { stroke: ink, width: 1.5, points: { show: true, size: 4, width: 0, fill: ink, filter } };
}

/** The points without a neighbour. No line leads to them, so each is drawn as a dot. */
function lonelyPoints(values: uPlot.AlignedData[number]): number[] {
  const isThere = (at: number) => values[at] !== null && values[at] !== undefined;
  return [...values.keys()].filter((at) => isThere(at) && !isThere(at - 1) && !isThere(at + 1));
}

/** Resolves a colour of the style sheet for the colours that the page has at this moment. */
function colourIn(element: HTMLElement, colour: Colour | 'line'): string {
  const probe = element.appendChild(document.createElement('span'));
  probe.hidden = true;
  probe.style.color = `var(--${colour})`;
  const resolved = getComputedStyle(probe).color;
  probe.remove();
  return resolved;
}

function ascending(one: number, other: number): number {
  return one - other;
}

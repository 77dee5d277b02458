/** A quantity over time. It can have several lines. */
export type Panel = {
  readonly title: string;
  /** The unit of the values. It is empty if the title says it. */
  readonly unit: string;
  readonly lines: readonly Line[];
};

type Line = { readonly name: string; readonly points: readonly Point[] };
type Point = { readonly x: number; readonly y: number };

const WIDTH = 900;
const PANEL_HEIGHT = 170;
const LEFT = 70;
const RIGHT = 20;
const TOP = 34;
const BOTTOM = 26;
const COLOURS = ['#1f5fa8', '#c2571a'];

/** Returns an SVG image with the panels below each other. They share the horizontal axis, and each begins at zero. */
export function svgPlot(heading: string, xUnit: string, panels: readonly Panel[]): string {
  const height = 40 + panels.length * PANEL_HEIGHT;
  const most = Math.max(
    ...panels.flatMap(({ lines }) => lines.flatMap(({ points }) => points.map(({ x }) => x))),
    1e-9,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="white"/>`,
    text(LEFT, 24, heading, 'font-size="15" font-weight="bold"'),
    ...panels.map((panel, index) => group(40 + index * PANEL_HEIGHT, panelSvg(panel, most, xUnit))),
    '</svg>\n',
  ].join('\n');
}

function panelSvg({ title, unit, lines }: Panel, mostX: number, xUnit: string): readonly string[] {
  const highest = Math.max(...lines.flatMap(({ points }) => points.map(({ y }) => y)), 0);
  const yStep = niceStep(highest / 4 || 1);
  const top = Math.max(yStep, Math.ceil(highest / yStep) * yStep);
  const xStep = niceStep(mostX / 8);
  const left = (x: number) => round(LEFT + (x / mostX) * (WIDTH - LEFT - RIGHT));
  const down = (y: number) => round(PANEL_HEIGHT - BOTTOM - (y / top) * (PANEL_HEIGHT - TOP - BOTTOM));
  return [
    text(LEFT, TOP - 12, unit === '' ? title : `${title}, ${unit}`, 'font-weight="bold"'),
    ...legend(lines),
    ...steps(yStep, top).flatMap((y) => [
      `<path d="M${LEFT} ${down(y)}H${WIDTH - RIGHT}" stroke="#ddd"/>`,
      text(LEFT - 6, down(y) + 4, label(y), 'text-anchor="end"'),
    ]),
    ...steps(xStep, mostX).map((x) =>
      text(left(x), PANEL_HEIGHT - BOTTOM + 16, `${label(x)} ${xUnit}`, 'text-anchor="middle" fill="#666"'),
    ),
    ...lines.map(({ points }, index) => polyline(points.map(({ x, y }) => `${left(x)},${down(y)}`).join(' '), index)),
  ];
}

/** Returns the names of the lines of a panel, or nothing if it has only one line. */
function legend(lines: readonly Line[]): readonly string[] {
  if (lines.length < 2) return [];
  const at = (index: number) => WIDTH - RIGHT - (lines.length - 1 - index) * 60;
  return lines.map(({ name }, index) => text(at(index), TOP - 12, name, `text-anchor="end" fill="${colour(index)}"`));
}

function polyline(points: string, index: number): string {
  return `<polyline points="${points}" fill="none" stroke="${colour(index)}" stroke-width="1.5"/>`;
}

function colour(index: number): string {
  return COLOURS[index % COLOURS.length] ?? 'black';
}

function group(y: number, content: readonly string[]): string {
  return `<g transform="translate(0 ${y})">\n${content.join('\n')}\n</g>`;
}

function text(x: number, y: number, content: string, attributes: string): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x}" y="${y}" ${attributes}>${escaped}</text>`;
}

/** Returns the smallest number of the form 1, 2 or 5 times a power of ten that is not below `least`. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1e-9)));
  return power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10);
}

function steps(step: number, most: number): readonly number[] {
  return Array.from({ length: Math.floor(most / step + 1e-6) + 1 }, (_, index) => index * step);
}

function label(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

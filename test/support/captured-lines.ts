import { jest } from '@jest/globals';

/** A line of a log. All lines are JSON. */
export type Line = Readonly<Record<string, unknown>>;

/** Captures what the functions write into their logs from now on, instead of printing it on the terminal. */
export function captureLines() {
  const texts: string[] = [];
  const spies = [process.stdout, process.stderr].map((stream) =>
    jest.spyOn(stream, 'write').mockImplementation((text) => texts.push(String(text)) > 0),
  );
  return {
    get text(): string {
      return texts.join('');
    },
    get lines(): readonly Line[] {
      return texts
        .join('')
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Line);
    },
    restore() {
      for (const spy of spies) spy.mockRestore();
    },
  };
}

/** The lines from which CloudWatch makes metrics. */
export function metricSetsIn(lines: readonly Line[]): readonly MetricSet[] {
  return lines.flatMap(({ _aws }) => (_aws as Emf | undefined)?.CloudWatchMetrics ?? []);
}

type MetricSet = {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
};

type Emf = { readonly CloudWatchMetrics: readonly MetricSet[] };

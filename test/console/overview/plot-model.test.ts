import { expect, test } from '@jest/globals';
import { drawnValues, plotsOf, summaryOf } from '../../../console/screens/overview/plot-model.ts';
import type { PeriodAnswer } from '../../../console/state/api-types.ts';

const none = { answered: 0, timed_out: 0, unreachable: 0, invalid_answer: 0, blocked: 0, crashed: 0 };
const quiet: PeriodAnswer = {
  started_at_utc: '2026-03-02T14:00:00.000Z',
  accepted: 0,
  attempts: none,
  succeeded: 0,
  exhausted: 0,
  cancelled: 0,
  late_ms: null,
  duration_ms: null,
};
const busy: PeriodAnswer = {
  ...quiet,
  started_at_utc: '2026-03-02T14:01:00.000Z',
  attempts: { ...none, answered: 1_200, crashed: 3 },
  succeeded: 1_000,
  exhausted: 20,
  late_ms: { p50: 2, p95: 30, p99: 70 },
  duration_ms: { p50: 40, p95: 900, p99: 2_500 },
};
const slow: PeriodAnswer = {
  ...quiet,
  started_at_utc: '2026-03-02T14:02:00.000Z',
  late_ms: { p50: 1, p95: 2, p99: 3 },
};

const clock = (instant: number) => new Date(instant).toISOString().slice(11, 16);
const plots = plotsOf({ range: 'hour', periods: [quiet, busy, slow] });

test('events and attempts have plots of their own', () => {
  expect(plots.map(({ title, series }) => [title, series.map(({ name }) => name)])).toEqual([
    ['Finished events', ['Succeeded', 'Failed', 'Cancelled']],
    ['Attempts by outcome', ['Answered', 'Timed out', 'Unreachable', 'Invalid answer', 'Blocked', 'Crashed']],
    ['Lateness of attempts', ['p50', 'p95', 'p99']],
    ['Duration of attempts', ['p50', 'p95', 'p99']],
  ]);
});

test('each plot is summed up in words', () => {
  expect(plots.map((plot) => summaryOf(plot, clock))).toEqual([
    '1,020 in the last hour: 1,000 succeeded, 20 failed.',
    '1,203 in the last hour: 1,200 answered, 3 crashed.',
    'Latest: half within 1 ms, 99 % within 3 ms. Highest p99: 70 ms at 14:01.',
    'Latest: half within 40 ms, 99 % within 2.5 s.',
  ]);
});

test('a plot without values says so', () => {
  const empty = plotsOf({ range: 'day', periods: [quiet] });
  expect(empty.map((plot) => [plot.isEmpty, summaryOf(plot, clock)])).toEqual([
    [true, 'No event finished in the last day.'],
    [true, 'No attempt ended in the last day.'],
    [true, 'No attempt ended in the last day.'],
    [true, 'No attempt ended in the last day.'],
  ]);
});

test('counts are drawn on top of each other, the highest first', () => {
  const [finished] = plots;
  expect(finished && drawnValues(finished)).toEqual([
    [0, 1_020, 0],
    [0, 1_020, 0],
    [0, 1_000, 0],
  ]);
});

test('a period without attempts is a gap in a line', () => {
  expect(plots[3]?.series[0]?.values).toEqual([null, 40, null]);
});

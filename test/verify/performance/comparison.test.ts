import { expect, test } from '@jest/globals';
import { comparison } from '../../../verify/performance/comparison.ts';
import type { Measure } from '../../../verify/performance/figure.ts';

function told() {
  const rows: unknown[][] = [];
  const measure: Measure = (...figure) => void rows.push(figure);
  return { rows, measure };
}

test('a figure is told, the mean of the others, and their quotient with its own aim', () => {
  const one = told();
  const other = told();
  const compared = comparison({
    one: one.measure,
    other: other.measure,
    toWhat: 'of the others',
    aims: { called: { least: 0.3 } },
  });
  compared.other('called', 900);
  compared.one('called', 500, 'per second', { least: 400 });
  compared.other('called', 1_100);
  compared.report();
  expect(one.rows).toEqual([
    ['called', 500, 'per second', { least: 400 }],
    ['called, of the others', 0.5, 'times', { least: 0.3 }],
  ]);
  expect(other.rows).toEqual([['called', 1_000, 'per second']]);
});

test('what only one of them has is not passed over', () => {
  const { measure } = told();
  const alone = comparison({ one: measure, toWhat: 'of the others' });
  alone.one('called', 500, 'per second');
  expect(() => alone.report()).toThrow('nothing to compare to');
  const missing = comparison({ one: measure, toWhat: 'of the others' });
  missing.other('called', 500);
  expect(() => missing.report()).toThrow('Nothing was measured as called.');
  const aimed = comparison({ one: measure, toWhat: 'of the others', aims: { called: { least: 0.3 } } });
  expect(() => aimed.report()).toThrow('Nothing was measured as called.');
});

test('a second figure of the same name does not take the place of the first', () => {
  const { one } = comparison({ one: told().measure, toWhat: 'of the others' });
  one('called', 500, 'per second');
  expect(() => one('called', 600, 'per second')).toThrow('called was measured twice.');
});

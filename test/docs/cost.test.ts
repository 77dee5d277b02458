import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { costTable } from '../../verify/cost/cost-table.ts';

test('docs/cost.md has what npm run cost prints, and README the same figures', async () => {
  const table = await costTable();
  expect(textOf('docs/cost.md')).toContain(`\n${table}\n`);
  const rows = [
    ['a million events, published one by one', 'published one by one'],
    ['a million events, published in batches of 100', 'published in batches of 100'],
    ['a million events, with three attempts', 'with three attempts'],
    ['a month in which nothing happens', 'all'],
  ];
  for (const [inReadme = '', inTable = ''] of rows)
    expect(lastCellOf(inReadme, textOf('README.md'))).toBe(lastCellOf(inTable, table));
});

function textOf(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

function lastCellOf(row: string, text: string): string | undefined {
  const line = text.split('\n').find((one) => one.startsWith(`| ${row} |`));
  return line?.split('|').at(-2)?.trim();
}

import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { scaleTable } from '../../verify/cost/scale-table.ts';

test('the page has what npm run cost -- --rate prints', async () => {
  const page = readFileSync(new URL('../../docs/scale.md', import.meta.url), 'utf8');
  expect(page).toContain(`\n${await scaleTable([100, 1_000, 10_000, 100_000])}\n`);
});

import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { costTable } from '../../verify/cost/cost-table.ts';

test('README has what npm run cost prints', async () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(`\n${await costTable()}\n`);
});

import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { rules } from '../../../verify/mutants/rules.ts';

test.each(rules)('can be taken away: $name', ({ file, code, without }) => {
  const text = readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
  expect(text.split(code).length - 1).toBe(1);
  expect(without).not.toBe(code);
});

import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { referenceText } from '../../verify/reference/reference-text.ts';

test('docs/reference.md is as `npm run reference` makes it', () => {
  expect(readFileSync(new URL('../../docs/reference.md', import.meta.url), 'utf8')).toBe(referenceText());
});

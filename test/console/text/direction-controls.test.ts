import { expect, test } from '@jest/globals';
import { splitAtControls } from '../../../console/text/direction-controls.ts';

test.each<[string, readonly object[]]>([
  ['', []],
  ['plain', [{ text: 'plain' }]],
  ['pay \u202e001 to me', [{ text: 'pay ' }, { control: 'U+202E' }, { text: '001 to me' }]],
  ['\u2066a\u2069', [{ control: 'U+2066' }, { text: 'a' }, { control: 'U+2069' }]],
  ['\u202a\u202b', [{ control: 'U+202A' }, { control: 'U+202B' }]],
  ['שלום عليكم', [{ text: 'שלום عليكم' }]],
])('%j is split at the characters that change directions', (text, parts) => {
  expect(splitAtControls(text)).toEqual(parts);
});

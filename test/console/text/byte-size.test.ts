import { expect, test } from '@jest/globals';
import { base64Length, byteSize, utf8Length } from '../../../console/text/byte-size.ts';

test.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [1_023, '1023 bytes'],
  [12_700, '12.4 KiB'],
  [1_048_576, '1 MiB'],
])('%d bytes are written as %s', (bytes, text) => {
  expect(byteSize(bytes)).toBe(text);
});

test.each(['', 'AA==', 'AAE=', 'AAEC', 'AAEC/w=='])('the bytes of %j are counted', (base64) => {
  expect(base64Length(base64)).toBe(Buffer.from(base64, 'base64').length);
});

test('the bytes of a text are those of UTF-8', () => {
  expect(utf8Length('aé😀')).toBe(7);
});

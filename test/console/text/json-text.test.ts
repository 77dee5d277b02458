import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { jsonMistake, memberText, prettyJson } from '../../../console/text/json-text.ts';

describe('pretty JSON', () => {
  test('is what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(prettyJson(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2));
      }),
    );
  });

  test('keeps long numbers, repeated members and the order of members', () => {
    expect(prettyJson('{"2": 1.0, "1":12345678901234567890,"1":[ ]}')).toBe(
      '{\n  "2": 1.0,\n  "1": 12345678901234567890,\n  "1": []\n}',
    );
  });

  test('does not exist of a text that is not JSON', () => {
    expect(prettyJson('{"a":}')).toBeUndefined();
  });
});

describe('a member of an object', () => {
  test('is found with its exact text', () => {
    const json = '{"a":[{"b":1}],"b" : {"c": 1.0, "b":[12345678901234567890 ]} ,"c":"b"}';
    expect(memberText(json, 'b')).toBe('{"c": 1.0, "b":[12345678901234567890 ]}');
    expect(memberText(json, 'd')).toBeUndefined();
  });

  test('is found in any object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), fc.jsonValue(), (others, name, value) => {
        const json = JSON.stringify({ ...others, [name]: value, last: 0 });
        const expected = name === 'last' ? '0' : JSON.stringify(value);
        if (name !== '__proto__') expect(memberText(json, name)).toBe(expected);
      }),
    );
  });
});

test.each([
  ['{"a": 1}', undefined],
  ['{"a": ', 'This is not complete JSON: something is missing at its end.'],
  ['{"a": 1,\n "b" 2}', 'This is not JSON: look at line 2, column 6.'],
])('what is wrong with %j is said with its place', (text, mistake) => {
  expect(jsonMistake(text)).toBe(mistake);
});

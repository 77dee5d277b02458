import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { JsonText, memberText } from '../../../api/wire/json-text.ts';

test.each([
  ['{"body":1.0}', '1.0'],
  ['{"body":12345678901234567890}', '12345678901234567890'],
  ['{"body" : [ 1 ,{"x":"]}"} ] , "a":1}', '[ 1 ,{"x":"]}"} ]'],
  ['{"a":{"body":1},"b\\u006fdy":true\n}', 'true'],
  ['{"body":1,"body":[2]}', '[2]'],
  ['{"a":"\\"body\\":3","body":"\\ud800"}', '"\\ud800"'],
  ['{"a":"\\\\","body":-1E+2,"c":"}"}', '-1E+2'],
])('the member body of %s is %s', (object, text) => {
  expect(memberText(object, 'body')?.text).toBe(text);
});

test.each(['{}', '{"a":{"body":1}}', ' { "a" : [ { "body" : 2 } ] } '])('%s has no member body', (object) => {
  expect(memberText(object, 'body')).toBeUndefined();
});

test('the text of a member means what the member means', () => {
  const objects = fc.dictionary(fc.constantFrom('body', 'a', '"', '\\', '{', '__proto__'), fc.jsonValue());
  fc.assert(
    fc.property(objects, fc.constantFrom(0, 2), (object, space) => {
      const text = memberText(JSON.stringify(object, null, space), 'body')?.text;
      const expected = Object.hasOwn(object, 'body') ? JSON.parse(JSON.stringify(object.body)) : undefined;
      expect(text === undefined ? undefined : JSON.parse(text)).toEqual(expected);
    }),
  );
});

test.each([
  ['1', 0],
  ['"[["', 0],
  ['[]', 1],
  ['{"a":[{}],"b":[]}', 3],
])('%s is nested %i deep', (text, depth) => {
  expect(new JsonText(text).depth).toBe(depth);
});

import { isUtf8 } from 'node:buffer';
import { describe, expect, test } from '@jest/globals';
import { failureLine } from '../../adapters/failure-line.ts';

const SECRET = 'sesame';

describe('a failure is written', () => {
  test('with its name, its message, where it happened and what caused it', () => {
    const cause = new RangeError('inner');
    expect(failureLine(new Error('outer', { cause }))).toEqual({
      name: 'Error',
      message: 'outer',
      stack: expect.stringMatching(/^ {4}at .*failure-line\.test\.ts/),
      cause: { name: 'RangeError', message: 'inner', stack: expect.stringMatching(/^ {4}at /) },
    });
  });

  test('with its code if it says nothing else', () => {
    expect(failureLine(Object.assign(new Error(''), { code: 'ECONNREFUSED' })).message).toBe('ECONNREFUSED');
  });
});

describe('nothing is written', () => {
  test.each<[string, unknown, string]>([
    ['of further fields', Object.assign(new TypeError('Invalid URL'), { input: SECRET }), 'Invalid URL'],
    ['of what is no error', SECRET, 'This is no error, but was thrown.'],
    ['of what a parser met', parsing(`{"a":${SECRET}}`), 'Unexpected token … is not valid JSON'],
    ['of all that a parser met', parsing(SECRET), 'Unexpected token … is not valid JSON'],
    [
      'of a value that DynamoDB refuses, whatever marks it holds',
      Object.assign(new Error(`Value '{"a":"it's ${SECRET}"}' at 'requestItems' failed`), {
        name: 'ValidationException',
      }),
      'Value … failed',
    ],
    ['of an argument that Node refuses', failureOf(() => isUtf8(SECRET as unknown as Buffer)), 'The …)'],
    ['of what they caused', new Error('It cannot be read.', { cause: parsing(SECRET) }), 'It cannot be read.'],
  ])('%s', (_, error, message) => {
    const line = failureLine(error);
    expect(line.message).toBe(message);
    expect(JSON.stringify(line)).not.toContain(SECRET);
  });
});

function parsing(text: string): unknown {
  return failureOf(() => JSON.parse(text));
}

function failureOf(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

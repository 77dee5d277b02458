import { expect, test } from '@jest/globals';
import { fullBucket, refilled, type TokenBucket, withoutOne } from '../../lambdas/runtime/token-bucket.ts';

const RATE = { most: 3, every: 10 };

test('a bucket is full at first', () => {
  expect(tokensIn(fullBucket(RATE, 1_000))).toBe(3);
});

test.each([
  ['none before its time', 9, 0],
  ['one every so often', 10, 1],
  ['one for each part of a longer time', 29, 2],
  ['never more than it held at first', 1_000_000, 3],
])('an empty bucket gains %s', (_, passed, tokens) => {
  expect(tokensIn(refilled(emptied(0), passed))).toBe(tokens);
});

test('time counts however often it is looked at', () => {
  let bucket = emptied(0);
  for (let now = 1; now <= 10; now++) bucket = refilled(bucket, now);
  expect(tokensIn(bucket)).toBe(1);
});

test('a clock that is put back takes nothing away, and time goes on from there', () => {
  const putBack = refilled(refilled(emptied(1_000_000), 1_000_010), 0);
  expect(tokensIn(putBack)).toBe(1);
  expect(tokensIn(refilled(putBack, 10))).toBe(2);
});

function emptied(now: number): TokenBucket {
  return { ...fullBucket(RATE, now), credit: 0 };
}

/** Bounded, so that the test ends even if a bucket is never empty. */
function tokensIn(bucket: TokenBucket): number {
  let left = withoutOne(bucket);
  let tokens = 0;
  for (; left !== undefined && tokens < 100; left = withoutOne(left)) tokens++;
  return tokens;
}

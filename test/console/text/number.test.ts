import { expect, test } from '@jest/globals';
import { compactNumber, counted, countedEvents, countText } from '../../../console/text/number.ts';

test('a count that ended before all was counted is rounded down to two digits, and has a plus', () => {
  const texts = [0, 7, 42, 966, 1_000, 3_857].map((count) => countText({ count, complete: false }));
  expect(texts).toEqual(['0+', '7+', '42+', '960+', '1,000+', '3,800+']);
  expect(countText({ count: 1_000, complete: true })).toBe('1,000');
});

test('one event is singular, and a count that ended early is said to be the least', () => {
  expect(countedEvents({ count: 1, complete: true })).toBe('1 event');
  expect(countedEvents({ count: 1, complete: false })).toBe('At least 1 event');
  expect(countedEvents({ count: 0, complete: true })).toBe('0 events');
});

test('an axis writes thousands in short', () => {
  expect([900, 1_500, 20_000, 3_000_000].map(compactNumber)).toEqual(['900', '1.5K', '20K', '3M']);
});

test('a number is written with its noun', () => {
  expect([1, 0, 1_204].map((count) => counted(count, 'host'))).toEqual(['1 host', '0 hosts', '1,204 hosts']);
});

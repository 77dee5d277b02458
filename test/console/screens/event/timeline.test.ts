import { describe, expect, test } from '@jest/globals';
import { endedEventKey, webhookId } from '../../../../console/screens/event/event-links.ts';
import { attemptTitle, timelineOf } from '../../../../console/screens/event/timeline.ts';
import type { AttemptAnswer } from '../../../../console/state/api-types.ts';

const attempt = (number: number) => ({ number, outcome: 'answered', status_code: 503 }) as AttemptAnswer;
const attempts = (...numbers: readonly number[]) => numbers.map(attempt);
const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('the timeline of an event', () => {
  test('has the newest attempt first', () => {
    expect(timelineOf(attempts(1, 2, 4))).toEqual(attempts(4, 2, 1));
  });

  test('has a gap where attempts of a long history are not kept', () => {
    const shown = timelineOf(attempts(...upTo(1, 10), ...upTo(31, 40)));
    expect(shown.slice(9, 12)).toEqual([attempt(31), { from: 11, to: 30 }, attempt(10)]);
    expect(shown).toHaveLength(21);
  });

  test('has no gap as long as all attempts are kept', () => {
    expect(timelineOf(attempts(...upTo(1, 20)))).toEqual(attempts(...upTo(1, 20).reverse()));
  });
});

test.each([
  [{ outcome: 'answered', status_code: 503 }, 'Attempt 3: answered 503'],
  [{ outcome: 'timed_out', status_code: null }, 'Attempt 3: timed out'],
  [{ outcome: 'crashed', status_code: null }, 'Attempt 3: deliverer died'],
] as const)('an attempt is named after how it ended: %j', (fields, title) => {
  expect(attemptTitle({ ...attempt(3), ...fields })).toBe(title);
});

describe('a key', () => {
  const KEY = '98204006567.199-01763ea4-eef8-4ad5-b69f-cd0760f0625b';
  const CALLBACK = '98204006567.199-01763ea4-eef8-8ad5-b69f-cd0760f0625b';
  const body = { type: 'event.failed', data: { key: KEY } };

  test('has the webhook-id in it', () => {
    expect(webhookId({ key: KEY })).toBe('01763ea4-eef8-4ad5-b69f-cd0760f0625b');
    expect(webhookId({ key: 'nonsense' })).toBeUndefined();
  });

  test('of a failure callback leads back to the event that failed', () => {
    expect(endedEventKey({ key: CALLBACK, body })).toBe(KEY);
  });

  test.each([
    ['that is no callback', KEY, body],
    ['of a callback without a body', CALLBACK, null],
    ['of a callback with another body', CALLBACK, 'text'],
    ['of a callback that names no key', CALLBACK, { data: { key: '../settings' } }],
  ])('%s leads nowhere', (_, key, sent) => {
    expect(endedEventKey({ key, body: sent })).toBeUndefined();
  });
});

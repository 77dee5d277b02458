import { describe, expect, test } from '@jest/globals';
import type { AttemptAnswer, EventAnswer } from '../../../console/state/api-types.ts';
import { eventSentence } from '../../../console/text/event-sentence.ts';

const NOW = Date.parse('2030-01-01T12:00:00.000Z');

const attempt = (fields: Partial<AttemptAnswer>): AttemptAnswer => ({
  number: 1,
  started_at_utc: at(-60),
  late_ms: 2,
  duration_ms: 30,
  outcome: 'answered',
  status_code: 503,
  error: null,
  ...fields,
});

const event = (fields: Partial<EventAnswer>) =>
  ({
    status: 'waiting_execution',
    created_at_utc: at(-120),
    next_attempt_at_utc: null,
    finished_at_utc: null,
    ended_because: null,
    timeout_for_request: 5,
    try_count: fields.attempts?.length ?? 0,
    max_try_count: 3,
    attempts: [],
    ...fields,
  }) as unknown as EventAnswer;

const sentence = (fields: Partial<EventAnswer>, isPaused = false) => eventSentence(event(fields), NOW, isPaused);

describe('an event that waits', () => {
  test('says when it is due', () => {
    expect(sentence({ next_attempt_at_utc: at(40) })).toBe('It waits until it is due, in 40 s.');
    expect(sentence({ next_attempt_at_utc: at(0.4) })).toBe('It waits until it is due, in 1 s.');
  });

  test.each<[Partial<AttemptAnswer>, string]>([
    [{}, 'was answered with 503'],
    [{ outcome: 'timed_out', status_code: null }, 'timed out'],
    [{ outcome: 'unreachable', status_code: null }, 'did not reach the receiver'],
    [{ outcome: 'invalid_answer', status_code: null }, 'got an answer that is not valid HTTP'],
    [{ outcome: 'blocked', status_code: null }, 'was blocked, because its address may not be called'],
    [{ outcome: 'crashed', status_code: null }, 'was cut off when its deliverer died'],
  ])('says why it is tried again: %j', (fields, why) => {
    expect(sentence({ next_attempt_at_utc: at(40), attempts: [attempt(fields)] })).toBe(
      `It waits for try 2 of 3, in 40 s, because the last one ${why}.`,
    );
  });

  test('says that somebody asked for another call after a success', () => {
    expect(sentence({ next_attempt_at_utc: at(40), attempts: [attempt({ status_code: 200 })] })).toBe(
      'It waits to be called again, as somebody asked, in 40 s.',
    );
  });

  test('says that its call starts when it is due', () => {
    expect(sentence({ next_attempt_at_utc: at(-0.5) })).toBe('It is due now, and its call starts.');
  });

  test('says that its call may be under way for as long as an answer may take', () => {
    expect(sentence({ next_attempt_at_utc: at(-4) })).toBe(
      'It was due 4 s ago. Its call is probably under way: an answer may take 5 s.',
    );
  });

  test('says that it was not called yet when no call can be under way', () => {
    expect(sentence({ next_attempt_at_utc: at(-90) })).toBe(
      'It was due 1 min 30 s ago and has not been called yet. The queue has much to do, or its host has as many calls as it may have at the same time.',
    );
  });

  test.each([
    [40, 'It is due in 40 s.'],
    [-90, 'It was due 1 min 30 s ago.'],
    [0, 'It was due just now.'],
  ])('says that the queue is paused, and when it is due: %d s', (seconds, when) => {
    expect(sentence({ next_attempt_at_utc: at(seconds) }, true)).toBe(
      `It waits because the queue is paused: nothing is called until somebody resumes the queue. ${when}`,
    );
  });
});

describe('an event that has finished', () => {
  test.each<[string, Partial<EventAnswer>, string]>([
    [
      'succeeded at once',
      { status: 'success', attempts: [attempt({ status_code: 204 })] },
      'It succeeded 1 min ago: the first attempt was answered with 204.',
    ],
    [
      'succeeded later',
      { status: 'success', attempts: [attempt({}), attempt({ number: 2, status_code: 200 })] },
      'It succeeded 1 min ago: attempt 2 was answered with 200.',
    ],
    [
      'was cancelled before its first attempt',
      { status: 'cancelled' },
      'It was cancelled 1 min ago, before its first attempt. It is not called any more.',
    ],
    [
      'was skipped',
      { status: 'cancelled', ended_because: 'overlapped' },
      'It was skipped 1 min ago: the run of its schedule before it had not finished. It is not called any more.',
    ],
    [
      'was cancelled after attempts',
      { status: 'cancelled', attempts: [attempt({}), attempt({ number: 2 })] },
      'It was cancelled 1 min ago, after 2 attempts. It is not called any more.',
    ],
    [
      'has no tries left',
      {
        status: 'max_try_count_reached',
        attempts: [attempt({}), attempt({ outcome: 'timed_out', status_code: null })],
      },
      'It failed 1 min ago: its 3 tries are used up, and the last one timed out. It is not tried again by itself.',
    ],
    [
      'had one try',
      { status: 'max_try_count_reached', max_try_count: 1, attempts: [attempt({ status_code: 404 })] },
      'It failed 1 min ago: its only try was answered with 404. It is not tried again by itself.',
    ],
    [
      'was blocked',
      { status: 'max_try_count_reached', ended_because: 'blocked', attempts: [attempt({ outcome: 'blocked' })] },
      'It failed 1 min ago: its address may not be called. It is not tried again by itself.',
    ],
    [
      'was stopped by its receiver',
      {
        status: 'max_try_count_reached',
        ended_because: 'stopped_by_receiver',
        attempts: [attempt({ status_code: 410 })],
      },
      'It failed 1 min ago: the receiver asked for no more calls, with 410. It is not tried again by itself.',
    ],
  ])('says how: it %s', (_, fields, expected) => {
    expect(sentence({ finished_at_utc: at(-60), ...fields })).toBe(expected);
  });

  test('says the same while the queue is paused', () => {
    const fields: Partial<EventAnswer> = { status: 'cancelled', finished_at_utc: at(-60) };
    expect(sentence(fields, true)).toBe(sentence(fields));
  });
});

function at(seconds: number): string {
  return new Date(NOW + seconds * 1_000).toISOString();
}

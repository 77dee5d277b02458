import { expect, test } from '@jest/globals';
import type { EventAnswer } from '../../../console/state/api-types.ts';
import { dueAt, hostOf, latenessOf, urlParts } from '../../../console/text/event-summary.ts';

const NOW = Date.UTC(2026, 10, 29, 12);

function event(fields: Partial<EventAnswer>): EventAnswer {
  return {
    timestamp_for_execution_to_start: NOW / 1_000 - 60,
    next_attempt_at_utc: null,
    attempts: [],
    timeout_for_request: 5,
    ...fields,
  } as unknown as EventAnswer;
}

const attempt = { late_ms: 12 } as EventAnswer['attempts'][number];

test('an event that waits is due at its next attempt, and a finished one was due at its first', () => {
  expect(dueAt(event({}))).toBe(NOW - 60_000);
  expect(dueAt(event({ next_attempt_at_utc: new Date(NOW).toISOString() }))).toBe(NOW);
});

test('lateness is that of the last attempt, and grows when the next one is overdue beyond its timeout', () => {
  expect(latenessOf(event({}), NOW)).toBeUndefined();
  expect(latenessOf(event({ attempts: [attempt] }), NOW)).toEqual({ milliseconds: 12, isGrowing: false });
  const overdue = event({ attempts: [attempt], next_attempt_at_utc: new Date(NOW - 6_000).toISOString() });
  expect(latenessOf(overdue, NOW)).toEqual({ milliseconds: 6_000, isGrowing: true });
  expect(latenessOf(overdue, NOW - 1)).toEqual({ milliseconds: 12, isGrowing: false });
});

test('a URL is split so that its end is always shown, and only https:// is left out', () => {
  expect(urlParts('https://api.example.com/orders/42/paid')).toEqual({
    start: 'api.example.com/',
    end: 'orders/42/paid',
  });
  expect(urlParts('http://a.example/')).toEqual({ start: 'htt', end: 'p://a.example/' });
  expect(urlParts('https://a.io/')).toEqual({ start: '', end: 'a.io/' });
});

test('the host of a URL has its port', () => {
  expect([hostOf('http://127.0.0.1:81/x'), hostOf('nonsense')]).toEqual(['127.0.0.1:81', 'nonsense']);
});

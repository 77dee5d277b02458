import { expect, test } from '@jest/globals';
import { type Facts, troublesIn } from '../../../console/screens/overview/troubles.ts';
import type { PeriodAnswer, StatisticsAnswer } from '../../../console/state/api-types.ts';

const now = Date.parse('2026-03-02T14:30:00Z');
const clock = (instant: number) => new Date(instant).toISOString().slice(11, 16);
const none = { answered: 0, timed_out: 0, unreachable: 0, invalid_answer: 0, blocked: 0, crashed: 0 };

const counts = {
  accepted: 0,
  attempts: none,
  succeeded: 0,
  exhausted: 0,
  cancelled: 0,
  late_ms: null,
  duration_ms: null,
};

function periodAt(started_at_utc: string, changed: Partial<PeriodAnswer> = {}): PeriodAnswer {
  return { started_at_utc, ...counts, ...changed };
}

function statistics(
  range: 'hour' | 'day',
  periods: readonly PeriodAnswer[],
  failures: Readonly<Record<string, number>> = {},
): StatisticsAnswer {
  return {
    range,
    periods: [...periods],
    total: { ...counts, exhausted: periods.reduce((total, { exhausted }) => total + exhausted, 0) },
    hosts: Object.entries(failures).map(([host, events_failed]) => ({
      host,
      attempts_succeeded: 0,
      attempts_failed: 2 * events_failed,
      events_failed,
      last_error: null,
    })),
    other_hosts: { attempts_succeeded: 0, attempts_failed: 0, events_failed: 0 },
    complete: true,
  };
}

const calm: Facts = {
  now,
  isPaused: false,
  due: { count: 0, complete: true },
  lateSample: [],
  hour: statistics('hour', [periodAt('2026-03-02T13:31:00Z')]),
  day: statistics('day', [periodAt('2026-03-01T15:00:00Z')]),
  clock,
};

function sentences(changed: Partial<Facts>): string[] {
  return troublesIn({ ...calm, ...changed }).map(({ subject, rest }) => `${subject} ${rest}`);
}

test('nothing is wrong while events are called in time and none has failed', () => {
  expect(sentences({})).toEqual([]);
  expect(sentences({ due: { count: 40, complete: true } })).toEqual([]);
});

test('a pause is in the way of the events that are due', () => {
  expect(sentences({ isPaused: true, due: { count: 312, complete: true } })).toEqual([
    '312 events are due and wait for the end of the pause.',
  ]);
  expect(sentences({ isPaused: true, due: { count: 1, complete: true } })).toEqual([
    '1 event is due and waits for the end of the pause.',
  ]);
  expect(sentences({ isPaused: true })).toEqual([]);
});

test('an event whose attempt should have ended a minute ago is not called in time', () => {
  const lateSample = [
    { next_attempt_at_utc: '2026-03-02T14:28:55Z', timeout_for_request: 4 },
    { next_attempt_at_utc: '2026-03-02T14:02:00Z', timeout_for_request: 4 },
  ];
  expect(sentences({ lateSample })).toEqual([
    'Waiting events are not called in time: one should have been called at 14:02 and still waits.',
  ]);
});

test.each([
  ['waits for its next attempt', '2026-03-02T14:40:00Z', 6],
  ['may be called at this moment', '2026-03-02T14:20:00Z', 840],
])('an event that was due long ago is not late if it %s', (_, next_attempt_at_utc, timeout_for_request) => {
  expect(sentences({ lateSample: [{ next_attempt_at_utc, timeout_for_request }] })).toEqual([]);
});

test('a pause explains why events are late', () => {
  const lateSample = [{ next_attempt_at_utc: '2026-03-02T14:02:00Z', timeout_for_request: 4 }];
  const late_ms = { p50: 90_000, p95: 90_000, p99: 90_000 };
  const hour = statistics('hour', [periodAt('2026-03-02T14:29:00Z', { late_ms })]);
  expect(sentences({ isPaused: true, lateSample, hour })).toEqual([]);
});

test.each([
  [{ p50: 65_000, p95: 70_000, p99: 80_000 }, 'Half of the attempts started 1 min 5 s'],
  [{ p50: 5, p95: 70_000, p99: 80_000 }, 'One attempt in twenty started 1 min 10 s'],
  [{ p50: 5, p95: 10, p99: 80_000 }, 'One attempt in a hundred started 1 min 20 s'],
])('lateness of %j is told of the largest share', (late_ms, beginning) => {
  expect(sentences({ hour: statistics('hour', [periodAt('2026-03-02T14:29:00Z', { late_ms })]) })).toEqual([
    `${beginning} or more after its time, in the minute from 14:29.`,
  ]);
});

test('lateness is judged by the worst of the last five minutes', () => {
  const minutes = [80_000, 5, 70_000, 61_000, 5, 5].map((p99, at) =>
    periodAt(`2026-03-02T14:2${at}:00Z`, { late_ms: { p50: 1, p95: 2, p99 } }),
  );
  expect(sentences({ hour: statistics('hour', minutes) })).toEqual([
    'One attempt in a hundred started 1 min 10 s or more after its time, in the minute from 14:22.',
  ]);
});

const quietHour = periodAt('2026-03-01T15:00:00Z');
const nineOClock = (exhausted: number) => periodAt('2026-03-02T09:00:00Z', { exhausted });
const fourteenOTwo = (exhausted: number) => periodAt('2026-03-02T14:02:00Z', { exhausted });

test('hosts to which events failed are named, most failures first', () => {
  const day = statistics('day', [quietHour, nineOClock(313)], {
    'one.example': 1,
    'api.example.com': 312,
    'well.example': 0,
  });
  expect(sentences({ day })).toEqual([
    'Events to api.example.com have failed 312 times since 09:00.',
    'One event to one.example has failed since 09:00.',
  ]);
});

test('the first failure is told to the minute if all failures are in the last hour', () => {
  const hour = statistics('hour', [periodAt('2026-03-02T13:31:00Z'), fourteenOTwo(10)], {
    'a.example': 7,
    'b.example': 3,
  });
  const day = statistics('day', [quietHour, nineOClock(13)], { 'a.example': 7, 'b.example': 6 });
  expect(sentences({ hour, day })).toEqual([
    'Events to a.example have failed 7 times since 14:02.',
    'Events to b.example have failed 6 times since 09:00.',
  ]);
});

test('failures beyond those of the named hosts are told in one sentence', () => {
  const day = statistics('day', [quietHour, nineOClock(160)], { a: 40, b: 39, c: 38, d: 37 });
  expect(sentences({ day }).slice(2)).toEqual([
    'Events to c have failed 38 times since 09:00.',
    'Events to other hosts have failed 43 times since 09:00.',
  ]);
  expect(sentences({ day: statistics('day', [quietHour, nineOClock(160)]) })).toEqual([
    'Events have failed 160 times since 09:00.',
  ]);
});

test('what stops all events stands above what failed', () => {
  const lateSample = [{ next_attempt_at_utc: '2026-03-02T14:02:00Z', timeout_for_request: 4 }];
  const day = statistics('day', [nineOClock(1)]);
  const late_ms = { p50: 5, p95: 10, p99: 80_000 };
  const hour = statistics('hour', [periodAt('2026-03-02T14:29:00Z', { late_ms })]);
  expect(troublesIn({ ...calm, lateSample, hour, day }).map(({ leadsTo }) => leadsTo)).toEqual([
    'late',
    'lateness',
    'failed',
  ]);
});

import { describe, expect, test } from '@jest/globals';
import { withLateAttempt } from '../../../core/delivery/late-attempt.ts';
import { DAY, HOUR, MINUTE, SECOND, WEEK } from '../../../core/durations.ts';
import type { QueuedEvent, RetryPolicy } from '../../../core/event/event.ts';
import { expiresAt, laterExpiry, progressExpiresAt, reopenedExpiresAt } from '../../../core/event/expiry.ts';
import { cancelled, firstProgress, reopened, retryDelay, settle, triesLeft } from '../../../core/event/lifecycle.ts';
import type { CallResult, Finished, Progress, Waiting } from '../../../core/event/progress.ts';
import { answered, queuedEvent } from '../../support/sample-event.ts';

const DUE = Date.parse('2030-01-01T00:00:00Z');

describe('settle', () => {
  test.each([200, 201, 204, 299])('makes an event a success when it is answered with %i', (status) => {
    expect(settled(queuedEvent(DUE), answered(status))).toMatchObject({ status: 'success', tryCount: 1, version: 1 });
  });

  test.each([300, 302, 404, 409, 411, 500, 599])('tries again when it is answered with %i', (status) => {
    expect(settled(queuedEvent(DUE), answered(status))).toMatchObject({
      status: 'waiting_execution',
      nextAttempt: 2,
      nextAttemptAt: DUE + 150 + MINUTE,
    });
  });

  test.each(['timed_out', 'unreachable', 'invalid_answer'] as const)('tries again when the call was %s', (outcome) => {
    const progress = settled(queuedEvent(DUE), { outcome, error: 'No answer.' });
    expect(progress).toMatchObject({ status: 'waiting_execution', attempts: [{ outcome, error: 'No answer.' }] });
  });

  test('ends an event with its last failed attempt, in the same step', () => {
    const progress = settled(queuedEvent(DUE, { maxTryCount: 1 }), answered(500));
    expect(progress).toMatchObject({ status: 'failed', finishedAt: DUE + 150, tryCount: 1 });
    expect(progress).not.toHaveProperty('endedBecause');
  });

  test('ends a blocked event at once, and says why', () => {
    const progress = settled(queuedEvent(DUE), { outcome: 'blocked', error: 'Not a public host.' });
    expect(progress).toMatchObject({ status: 'failed', endedBecause: 'blocked', tryCount: 1 });
  });

  test.each<[string, CallResult]>([
    ['answered with 410', answered(410)],
    ['told to stop', answered(500, [['event-queue-stop', 'true']])],
    ['told to stop in other letters', answered(503, [['event-queue-stop', ' TRUE ']])],
  ])('ends an event at once if it is %s, and says why', (_, result) => {
    const progress = settled(queuedEvent(DUE), result);
    expect(progress).toMatchObject({
      status: 'failed',
      endedBecause: 'stopped_by_receiver',
      tryCount: 1,
    });
  });

  test('takes no other answer for a request to stop, and least of all a success', () => {
    for (const value of ['false', '1', '', 'yes'])
      expect(settled(queuedEvent(DUE), answered(500, [['event-queue-stop', value]])).status).toBe('waiting_execution');
    const stopped = settled(queuedEvent(DUE), answered(200, [['event-queue-stop', 'true']]));
    expect(stopped.status).toBe('success');
    expect(stopped).not.toHaveProperty('endedBecause');
  });

  test('records when an attempt started, how late, how long it took, and its answer', () => {
    expect(settled(queuedEvent(DUE), answered(500)).attempts).toEqual([
      { number: 1, startedAt: DUE + 50, late: 50, duration: 100, outcome: 'answered', statusCode: 500 },
    ]);
  });

  test.each([
    [1, [4, 2, 1]],
    [2, [4, 3, 1]],
    [3, [4, 3, 2]],
    [4, [4, 3, 2, 1]],
  ])('takes a request that goes out twice in attempt %i for two of four tries', (twice, expected) => {
    const event = queuedEvent(DUE, { maxTryCount: 4 });
    const left: number[] = [];
    let progress: Progress = firstProgress(event);
    while (progress.status === 'waiting_execution') {
      left.push(triesLeft(event, progress));
      expect(left.length).toBeLessThan(10);
      progress = settled(
        event,
        progress.nextAttempt === twice ? { ...answered(500), requests: 2 } : answered(500),
        progress,
      );
    }
    expect(left).toEqual(expected);
    expect(progress.attempts.map(({ requests }) => requests)).toEqual(
      expected.map((_, n) => (n + 1 === twice ? 2 : undefined)),
    );
    expect(triesLeft(event, reopened(progress, DUE))).toBe(4);
  });

  test('leaves a callback pending only if the failure has a URL to report it to', () => {
    const without = queuedEvent(DUE, { maxTryCount: 1 });
    expect(settled(without, answered(500))).not.toHaveProperty('callbackPending');
    const withUrl = queuedEvent(DUE, { maxTryCount: 1, failureUrl: 'https://example.com/failed' });
    expect(settled(withUrl, answered(500))).toHaveProperty('callbackPending', true);
  });

  test('grows the delay of exponential retries by attempts, not by requests', () => {
    const event = queuedEvent(DUE, { maxTryCount: 9, retry: policy('exponential') });
    const first = settled(event, { ...answered(500), requests: 2 }) as Waiting;
    expect(first.nextAttemptAt - (DUE + 150)).toBe(MINUTE);
  });

  test('keeps the latest answer when a later attempt has none', () => {
    const first = settled(queuedEvent(DUE), answered(500)) as Waiting;
    const second = settled(queuedEvent(DUE), { outcome: 'timed_out', error: 'Too slow.' }, first);
    expect(second.lastAnswer?.statusCode).toBe(500);
  });

  test('keeps the first ten and the last ten attempts, and counts them all', () => {
    let progress: Progress = firstProgress(queuedEvent(DUE));
    for (let n = 1; n <= 50; n++)
      progress = settled(queuedEvent(DUE, { maxTryCount: 100 }), answered(500), progress as Waiting);
    const numbers = progress.attempts.map(({ number }) => number);
    expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50]);
    expect(progress.tryCount).toBe(50);
  });

  test('keeps a finished event readable for keep_result_for', () => {
    expect(settled(queuedEvent(DUE), answered(200))).toMatchObject({ readableUntil: DUE + 150 + DAY });
  });

  test.each<[string, Partial<QueuedEvent>, readonly [failure: number, others: number]]>([
    ['nothing said', {}, [DAY, DAY]],
    ['keep_failed_for', { keepFailedFor: 90 * DAY }, [90 * DAY, DAY]],
    ['a shorter keep_failed_for', { keepFailedFor: MINUTE }, [MINUTE, DAY]],
    ['what the owner chose', { defaultKeepFailedFor: WEEK, keepResultFor: HOUR }, [WEEK, HOUR]],
    ['both', { keepFailedFor: 2 * DAY, defaultKeepFailedFor: WEEK }, [2 * DAY, DAY]],
  ])(
    'with %s, keeps a failure readable for as long, and a success and a cancelled event for keep_result_for',
    (_, wishes, [failure, others]) => {
      const event = queuedEvent(DUE, { maxTryCount: 1, ...wishes });
      const failures = [answered(500), answered(410), { outcome: 'blocked', error: '' } as const];
      for (const result of failures)
        expect(settled(event, result)).toMatchObject({ readableUntil: DUE + 150 + failure });
      expect(settled(event, answered(200))).toMatchObject({ readableUntil: DUE + 150 + others });
      expect(cancelled(event, firstProgress(event), DUE)).toMatchObject({ readableUntil: DUE + others });
    },
  );

  test('keeps a failure that became a late success for keep_result_for', () => {
    const event = queuedEvent(DUE, { maxTryCount: 1, keepFailedFor: 90 * DAY });
    const late = { startedAt: DUE, endedAt: DUE + MINUTE, result: answered(200) };
    const success = withLateAttempt(
      event,
      settled(event, answered(500)),
      { key: event.key, attempt: 1, at: DUE },
      late,
    );
    expect(success).toMatchObject({ status: 'success', readableUntil: DUE + MINUTE + DAY });
  });
});

describe('Retry-After', () => {
  test.each([
    ['120', 2 * MINUTE],
    ['30', MINUTE],
    ['86400', HOUR],
    ['Tue, 01 Jan 2030 00:10:00 GMT', 10 * MINUTE - 150],
    ['Tuesday, 01-Jan-30 00:10:00 GMT', 10 * MINUTE - 150],
    ['Tue Jan  1 00:10:00 2030', 10 * MINUTE - 150],
    ['Mon, 31 Dec 2029 00:00:00 GMT', MINUTE],
    ['1 Jan 2030 00:10:00', MINUTE],
    ['on Tue, 01 Jan 2030 00:10:00 GMT', MINUTE],
    ['soon', MINUTE],
    ['-5', MINUTE],
    ['1e3', MINUTE],
    ['', MINUTE],
  ])('%j moves a delay of 60 s to %i ms', (value, delay) => {
    const progress = settled(queuedEvent(DUE), answered(503, [['retry-after', value]])) as Waiting;
    expect(progress.nextAttemptAt - (DUE + 150)).toBe(delay);
  });
});

describe('retryDelay', () => {
  test('is the same each time if it is fixed', () => {
    expect([1, 2, 50].map((failed) => retryDelay(policy('fixed'), failed, 0.9))).toEqual([MINUTE, MINUTE, MINUTE]);
  });

  test('doubles up to its bound if it is exponential', () => {
    const delays = [1, 2, 3, 6, 7, 1_000].map((failed) => retryDelay(policy('exponential'), failed, 0.5));
    expect(delays).toEqual([MINUTE, 2 * MINUTE, 4 * MINUTE, 32 * MINUTE, HOUR, HOUR]);
  });

  test('is the one of the list for each failed attempt, and the last one beyond the list', () => {
    const listed = { ...policy('fixed'), delay: HOUR, delays: [SECOND, HOUR, MINUTE] };
    const delays = [1, 2, 3, 4, 1_000].map((failed) => retryDelay(listed, failed, 0.9));
    expect(delays).toEqual([SECOND, HOUR, MINUTE, MINUTE, MINUTE]);
  });

  test('is spread by a fifth to both sides if it is exponential', () => {
    expect(retryDelay(policy('exponential'), 1, 0)).toBe(0.8 * MINUTE);
    expect(retryDelay(policy('exponential'), 1, 0.999_999)).toBe(1.2 * MINUTE);
  });
});

describe('expiry', () => {
  test('is never before the last possible moment at which a result is readable, and a week', () => {
    let progress: Progress = firstProgress(queuedEvent(DUE));
    let tries = 0;
    while (progress.status === 'waiting_execution') {
      expect(tries++).toBeLessThan(100);
      const startedAt = progress.nextAttemptAt;
      const call = { startedAt, endedAt: startedAt + 5_000, result: answered(503, [['retry-after', '99999']]) };
      progress = settle(queuedEvent(DUE), progress, call, 0.5);
    }
    expect(expiresAt(queuedEvent(DUE))).toBeGreaterThanOrEqual(progress.readableUntil + WEEK);
  });

  test("of a progress is a week behind its event's, and covers a result that came later than ever expected", () => {
    const late = settle(
      queuedEvent(DUE),
      firstProgress(queuedEvent(DUE)),
      { startedAt: DUE + 90 * DAY, endedAt: DUE + 90 * DAY, result: answered(200) },
      0,
    );
    expect(progressExpiresAt(queuedEvent(DUE), late)).toBeGreaterThanOrEqual(DUE + 91 * DAY + 14 * DAY);
    const first = firstProgress(queuedEvent(DUE));
    expect(progressExpiresAt(queuedEvent(DUE), first)).toBe(expiresAt(queuedEvent(DUE)) + WEEK);
  });

  test('moves on once an event is unfinished past its longest possible life, and progress recorded later is not behind', () => {
    const event = queuedEvent(DUE);
    const end = expiresAt(event) - WEEK;
    expect(laterExpiry(event, end)).toBeUndefined();
    expect(laterExpiry(event, end + 1)).toBeGreaterThan(end + WEEK);
    const movedTo = laterExpiry(event, end + 30 * DAY) ?? 0;
    expect(movedTo).toBeGreaterThan(end + 37 * DAY);
    const claim = { attempt: 1, by: 'one', startedAt: end + 30 * DAY, until: end + 31 * DAY };
    expect(progressExpiresAt(event, { ...firstProgress(event), claim })).toBeGreaterThanOrEqual(movedTo + WEEK);
    const call = { startedAt: end + 30 * DAY, endedAt: end + 30 * DAY, result: answered(500) };
    expect(progressExpiresAt(event, settle(event, firstProgress(event), call, 0))).toBeGreaterThanOrEqual(
      movedTo + WEEK,
    );
  });

  test('of the progress of an event that failed is a week behind that failure, whatever becomes of the event', () => {
    const event = queuedEvent(DUE, { maxTryCount: 1, keepFailedFor: 90 * DAY });
    const failure = settled(event, answered(500)) as Finished;
    const named = { key: event.key, attempt: 1, at: DUE };
    const late = { startedAt: DUE, endedAt: DUE + MINUTE, result: answered(200) };
    const triedAgain = reopened(failure, DUE + HOUR);
    for (const progress of [
      failure,
      withLateAttempt(event, failure, named, late) as Finished,
      triedAgain,
      settle(event, triedAgain, late, 0),
      cancelled(event, triedAgain, DUE + HOUR),
    ])
      expect(progressExpiresAt(event, progress)).toBeGreaterThanOrEqual(failure.readableUntil + WEEK);
  });

  test('of an event that is tried again is not before its failure was to be forgotten', () => {
    const event = queuedEvent(DUE, { maxTryCount: 1, keepFailedFor: 90 * DAY });
    const failure = settled(event, answered(500)) as Finished;
    expect(reopenedExpiresAt(event, failure, DUE + HOUR)).toBeGreaterThanOrEqual(failure.readableUntil);
    expect(reopenedExpiresAt(event, failure, DUE + 80 * DAY)).toBeGreaterThanOrEqual(DUE + 88 * DAY + HOUR);
  });

  test('of an event that is tried again long after it finished allows for all its tries from then on', () => {
    const event = queuedEvent(DUE);
    const success = settled(event, answered(200)) as Finished;
    const life = expiresAt(event) - DUE;
    expect(reopenedExpiresAt(event, success, DUE + 80 * DAY)).toBe(DUE + 80 * DAY + life);
  });

  test.each(['fixed', 'exponential'] as const)('allows for the longest delays of %s retries', (backoff) => {
    const retry = { backoff, delay: backoff === 'fixed' ? DAY : MINUTE, maxDelay: DAY };
    const event = queuedEvent(DUE, { retry, maxTryCount: 2 });
    const longestDelay = retryDelay(retry, 100, 1);
    const readableUntil = DUE + 2 * (event.timeout + longestDelay) + event.keepResultFor;
    expect(expiresAt(event)).toBe(readableUntil + WEEK);
  });

  test.each([
    [2, 2 * DAY],
    [3, 2 * DAY + 2 * HOUR],
    [5, 2 * DAY + 2 * HOUR + 2 * 3 * HOUR],
  ])(
    'allows for the delays that %i tries use of a list, of which a receiver may make each an hour',
    (maxTryCount, sum) => {
      const retry = { ...policy('fixed'), delay: DAY, delays: [DAY, DAY, 2 * HOUR, 3 * HOUR] };
      const event = queuedEvent(DUE, { retry, maxTryCount });
      expect(expiresAt(event)).toBe(DUE + maxTryCount * event.timeout + sum + event.keepResultFor + WEEK);
      const short = { ...policy('fixed'), delays: [SECOND] };
      const shortEvent = queuedEvent(DUE, { retry: short, maxTryCount });
      expect(expiresAt(shortEvent)).toBe(DUE + maxTryCount * (event.timeout + HOUR) + event.keepResultFor + WEEK);
    },
  );

  test('of an event does not count on a failure: most events have none', () => {
    expect(expiresAt(queuedEvent(DUE, { keepFailedFor: 90 * DAY }))).toBe(expiresAt(queuedEvent(DUE)));
  });
});

function settled(of: QueuedEvent, result: CallResult, progress: Waiting = firstProgress(of)): Progress {
  return settle(of, { ...progress, nextAttemptAt: DUE }, { startedAt: DUE + 50, endedAt: DUE + 150, result }, 0.5);
}

function policy(backoff: RetryPolicy['backoff']): RetryPolicy {
  return { backoff, delay: MINUTE, maxDelay: HOUR };
}

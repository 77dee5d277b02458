import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { withClaim } from '../../../core/delivery/claim.ts';
import { isMissing, withLateAttempt } from '../../../core/delivery/late-attempt.ts';
import { SECOND } from '../../../core/durations.ts';
import {
  attemptOf,
  type Call,
  cancelled,
  firstProgress,
  isReopened,
  reopened,
  settle,
} from '../../../core/event/lifecycle.ts';
import type { Attempt, CallResult, Finished, Progress } from '../../../core/event/progress.ts';
import { answered, queuedEvent } from '../../support/sample-event.ts';
import { START } from '../../support/simulation.ts';

const event = queuedEvent(START, { maxTryCount: 1_000 });

type Step = 'fail' | 'cancel' | 'cancelInCall' | 'retry' | 'late';
type Made = { readonly number: number; readonly run: number };

test('through any history, late attempts are counted once, in their order and for the run in which they were made', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.constant<Step>('fail') },
    fc.constantFrom<Step>('cancel', 'cancelInCall', 'retry', 'retry', 'late'),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100, size: 'max' }), (history) => {
      const life = longLife();
      for (const one of history) {
        life[one]();
        life.check();
      }
    }),
    { numRuns: 100 },
  );
});

/** Steps of an event that fails, is cancelled and is tried again, and the history that it should have. */
function longLife() {
  let progress: Progress = firstProgress(event);
  let run = 0;
  const made: Made[] = [];
  const untold: Made[] = [];

  function cancel(inCall = false): void {
    if (progress.status !== 'waiting_execution') return;
    if (inCall) untold.push({ number: progress.nextAttempt, run });
    progress = cancelled(event, progress, START);
  }

  return {
    fail() {
      if (progress.status !== 'waiting_execution') return;
      made.push({ number: progress.nextAttempt, run });
      progress = settle(event, progress, callOf(answered(500)), 0);
    },
    cancel: () => cancel(),
    cancelInCall: () => cancel(true),
    retry() {
      if (progress.status === 'waiting_execution') return;
      progress = reopened(progress, START);
      run++;
      expect(isReopened(progress)).toBe(true);
    },
    late() {
      const one = untold.shift();
      if (one === undefined || !isMissing(named(one), progress)) return;
      const { version } = progress;
      progress = withLateAttempt(event, progress, named(one), callOf(answered(500))) as Progress;
      made.push(one);
      expect([progress.version, isMissing(named(one), progress)]).toEqual([version + 1, false]);
    },
    check() {
      const numbers = made.map(({ number }) => number).sort((one, other) => one - other);
      const kept = numbers.filter((_, index) => index < 10 || index >= numbers.length - 10);
      expect(progress.attempts.map(({ number }) => number)).toEqual(kept);
      expect(progress.tryCount).toBe(made.length);
      expect(progress.triedBefore ?? 0).toBe(made.filter((one) => one.run < run).length);
    },
  } satisfies Record<Step | 'check', () => void>;
}

test('an attempt that would stand between the first ten and the last ten is not missing', () => {
  const attempts = [...numbered(1, 10), ...numbered(21, 30)];
  const progress: Progress = { ...cancelled(event, firstProgress(event), START), attempts };
  const missing = Array.from({ length: 35 }, (_, number) => number).filter((attempt) =>
    isMissing({ attempt }, progress),
  );
  expect(missing).toEqual([0, 31, 32, 33, 34]);
  expect(isMissing({ attempt: 15 }, { ...progress, attempts: attempts.slice(1) })).toBe(true);
});

test.each<[string, Progress['status'], CallResult, number | undefined]>([
  ['the answer of the later attempt stays', 'failed', answered(501), 500],
  ['without another answer it is that of the late one', 'cancelled', answered(501), 501],
  ['a success is what the event ended with', 'success', answered(201), 201],
  ['no answer takes none away', 'failed', { outcome: 'timed_out', error: 'Slow.' }, 500],
])('of the last answer: %s', (_, status, result, statusCode) => {
  const first = cancelled(event, firstProgress(event), START);
  const oneTry = { ...event, maxTryCount: 1 };
  const again = reopened(first, START);
  const current = status === 'cancelled' ? first : settle(oneTry, again, callOf(answered(500)), 0);
  const late = withLateAttempt(event, current, named({ number: 1 }), callOf(result));
  expect([late?.status, late?.lastAnswer?.statusCode]).toEqual([status, statusCode]);
});

test.each(['waiting_execution', 'failed', 'cancelled'])(
  'an attempt that succeeds makes a success of an event that is %s, as of its own end, and no number is given again',
  (status) => {
    const failing = { ...event, maxTryCount: 1, failureUrl: 'https://example.com/told' };
    const again = reopened(cancelled(event, firstProgress(event), START), START);
    const failed = settle(failing, again, callOf({ outcome: 'blocked', error: 'Not public.' }), 0);
    const before = {
      waiting_execution: again,
      failed,
      cancelled: cancelled(event, again, START),
    };
    const current = before[status as keyof typeof before];
    expect(current.status).toBe(status);
    const late = withLateAttempt(failing, current, named({ number: 1 }), callOf(answered(200)));
    expect(late).toMatchObject({
      status: 'success',
      finishedAt: START + SECOND,
      attempts: [{ number: 1 }, ...current.attempts],
    });
    expect(late).not.toHaveProperty('endedBecause');
    expect(late).not.toHaveProperty('callbackPending');
    expect(late).not.toHaveProperty('nextAttempt');
    expect(reopened(late as Finished, START).nextAttempt).toBe(3);
  },
);

function callOf(result: CallResult): Call {
  return { startedAt: START, endedAt: START + SECOND, result };
}

function named({ number }: Pick<Made, 'number'>) {
  return { key: event.key, attempt: number, at: START };
}

function numbered(from: number, to: number): Attempt[] {
  const length = to - from + 1;
  return Array.from({ length }, (_, index) => attemptOf(from + index, START, callOf(answered(500))));
}

describe('an attempt that another deliverer has recorded or claimed', () => {
  const first = firstProgress(event);

  test('changes nothing if it fails', () => {
    const recorded = settle(event, first, callOf(answered(500)), 0);
    const claimed = withClaim(event, first, 'another', START);
    for (const progress of [recorded, claimed])
      expect(withLateAttempt(event, progress, named({ number: 1 }), callOf(answered(502)))).toBeUndefined();
  });

  test('changes nothing if its event is a success', () => {
    const recorded = settle(event, first, callOf(answered(200)), 0);
    expect(withLateAttempt(event, recorded, named({ number: 1 }), callOf(answered(201)))).toBeUndefined();
  });

  test.each([1, 3])('takes the place of its failure if it succeeds, of %i tries', (maxTryCount) => {
    const one = { ...event, maxTryCount };
    const recorded = settle(one, first, callOf(answered(500)), 0);
    const late = withLateAttempt(one, recorded, named({ number: 1 }), callOf(answered(201)));
    expect(late).toMatchObject({ status: 'success', tryCount: 1, lastAnswer: { statusCode: 201 } });
    expect(late?.attempts.map(({ statusCode }) => statusCode)).toEqual([201]);
  });

  test('is recorded in place of the claim if it succeeds', () => {
    const claimed = withClaim(event, first, 'another', START);
    const late = withLateAttempt(event, claimed, named({ number: 1 }), callOf(answered(201)));
    expect(late).toMatchObject({ status: 'success', version: 2, tryCount: 1, attempts: [{ statusCode: 201 }] });
  });
});

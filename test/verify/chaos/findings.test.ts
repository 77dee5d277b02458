import { describe, expect, test } from '@jest/globals';
import type { EventAnswer } from '../../../api/event-answer.ts';
import { MINUTE } from '../../../core/durations.ts';
import { parsePublicKey, publicKey } from '../../../core/event/event-key.ts';
import {
  BEHIND_THE_LONGEST,
  BEHIND_THE_TIMEOUT,
  RECORDED_THROUGH_FAULTS_WITHIN,
  RECORDED_WITHIN,
} from '../../../verify/chaos/causes.ts';
import { checkHistory } from '../../../verify/chaos/findings.ts';
import type { History, Kill, RecordWrite, SentMessage, Wanted } from '../../../verify/chaos/history.ts';
import { deedOf, type MoodyCall, moodyPath } from '../../../verify/shared/moody-receiver.ts';

const AT = 1_000_000;
const TIMEOUT = 4_000;
const UUID = '01234567-89ab-4cde-8f01-23456789abcd';
const GOOD_KEY = `1.000-${UUID}`;
const FLAKY_KEY = `2.000-${UUID}`;
const RESULT_KEY = `3.000-${UUID}`;
const good = moodyPath('good', { deed: 'answers 200', attempts: 0 });
const flaky = moodyPath('flaky', { deed: 'answers 503', attempts: 1 });
const result = moodyPath('result', { deed: 'answers 200', attempts: 0 });
const stranger = moodyPath('stranger', { deed: 'answers 200', attempts: 0 });

/** The history of two events, one of which is called twice, and of one whose acceptance is unknown. */
const fine: History = {
  wanted: [wanted(good, GOOD_KEY), wanted(flaky, FLAKY_KEY), { path: stranger, maxTryCount: 3, timeout: TIMEOUT }],
  schedules: [],
  schedulesUntil: AT,
  calls: [call(good, 1), call(flaky, 1), call(flaky, 2, AT + 1_000), call(stranger, 1)],
  kills: [],
  writes: 'unknown',
  messages: 'unknown',
  records: new Map([
    [GOOD_KEY, record(good, 'success', [[1, 'answered', 200]])],
    [
      FLAKY_KEY,
      record(flaky, 'success', [
        [1, 'answered', 503],
        [2, 'answered', 200],
      ]),
    ],
  ]),
};

test('a history in which everything is as promised shows nothing', () => {
  expect(found(fine)).toEqual({});
});

describe('shows', () => {
  test.each<[string, Partial<History>, string[]]>([
    ['an event that is gone', { records: without(GOOD_KEY) }, ['lost']],
    [
      'an event that is not finished',
      { records: withRecord(GOOD_KEY, record(good, 'waiting_execution', [[1, 'answered', 200]])) },
      ['lost', 'mismatched'],
    ],
    ['a call of what nobody wanted', { calls: [...fine.calls, call('/else/stalls/0', 1)] }, ['unexpected']],
    ['a call beyond the tries', { calls: [...fine.calls, call(good, 4)] }, ['unexpected', 'mismatched']],
    [
      'a second callback of one end',
      {
        wanted: [...fine.wanted, { ...wanted(result, RESULT_KEY), isCallback: true }],
        calls: [...fine.calls, { ...call(result, 1), key: RESULT_KEY }, { ...call(result, 1), key: FLAKY_KEY }],
        records: withRecord(RESULT_KEY, record(result, 'success', [[1, 'answered', 200]])),
      },
      ['toldAgain', 'unexplained'],
    ],
    ['a call before its instant', { calls: [call(good, 1, AT - 1), ...fine.calls.slice(1)] }, ['early']],
    ['a call that was made twice', { calls: [...fine.calls, call(good, 1, AT + 50)] }, ['unexplained']],
    [
      'a call that was made twice, long after which there was a kill',
      { calls: [...fine.calls, call(good, 1, AT + 9_000)], kills: [killAt(AT + 11 + RECORDED_WITHIN)] },
      ['unexplained'],
    ],
    [
      'a call that was made twice before a kill',
      { calls: [...fine.calls, call(good, 1, AT + 2)], kills: [killAt(AT + 5)] },
      ['unexplained'],
    ],
    [
      'a call that was made three times with one kill',
      { calls: [...fine.calls, call(good, 1, AT + 500), call(good, 1, AT + 510)], kills: [killAt(AT + 5)] },
      ['explained', 'unexplained'],
    ],
    ['a call that is not recorded', { calls: [...fine.calls, call(good, 2)] }, ['mismatched']],
    [
      'a record of a call that was not made',
      { calls: fine.calls.filter(({ attempt }) => attempt === 1) },
      ['mismatched'],
    ],
    [
      'a record of another answer',
      {
        records: withRecord(
          FLAKY_KEY,
          record(flaky, 'success', [
            [1, 'answered', 500],
            [2, 'answered', 200],
          ]),
        ),
      },
      ['mismatched'],
    ],
    [
      'a record of another outcome',
      {
        records: withRecord(
          FLAKY_KEY,
          record(flaky, 'success', [
            [1, 'timed_out', null],
            [2, 'answered', 200],
          ]),
        ),
      },
      ['mismatched'],
    ],
    [
      'an answered call that is recorded as timed out before its timeout',
      { records: withRecord(FLAKY_KEY, timedOutAfter(TIMEOUT - 1)) },
      ['mismatched'],
    ],
    [
      'another body than was answered',
      {
        records: withRecord(GOOD_KEY, {
          ...record(good, 'success', [[1, 'answered', 200]]),
          request_response_body: '',
        }),
      },
      ['mismatched'],
    ],
    [
      'an end that does not follow from the attempts',
      { records: withRecord(GOOD_KEY, record(good, 'max_try_count_reached', [[1, 'answered', 200]])) },
      ['mismatched'],
    ],
    [
      'a crash without a kill',
      {
        records: withRecord(
          FLAKY_KEY,
          record(flaky, 'success', [
            [1, 'crashed', null],
            [2, 'answered', 200],
          ]),
        ),
      },
      ['mismatched'],
    ],
  ])('%s', (_, change, kinds) => {
    expect(Object.keys(found({ ...fine, ...change }))).toEqual(kinds);
  });
});

test('a kill explains a repetition of what was in flight, or had just ended', () => {
  for (const at of [AT - 15, AT, AT + 10, AT + 10 + RECORDED_WITHIN]) {
    const history = { ...fine, calls: [...fine.calls, call(good, 1, AT + 9_000)], kills: [killAt(at)] };
    expect(Object.keys(found(history))).toEqual(['explained']);
  }
});

describe('a schedule that runs each minute', () => {
  const path = moodyPath('each-minute', { deed: 'answers 503', attempts: 1 });
  const instants = [AT, AT + MINUTE, AT + 2 * MINUTE];
  const keyAt = (dueAt: number, uuid = UUID) => publicKey({ dueAt, uuid });
  const runs = (keys: readonly string[]) =>
    keys.map((key) => {
      const dueAt = parsePublicKey(key)?.dueAt ?? Number.NaN;
      return { ...wanted(path, key), accepted: { key, dueAt }, isRun: true as const };
    });
  const callsOf = (key: string) => {
    const { dueAt } = parsePublicKey(key) ?? { dueAt: AT };
    return [
      { ...call(path, 1, dueAt), key },
      { ...call(path, 2, dueAt + 1_000), key },
    ];
  };
  const ended = record(path, 'success', [
    [1, 'answered', 503],
    [2, 'answered', 200],
  ]);
  const history = (keys: readonly string[]): History => ({
    ...fine,
    wanted: [...fine.wanted, ...runs(keys)],
    schedules: [{ id: 'each-minute', path, firstAt: AT }],
    schedulesUntil: AT + 2 * MINUTE,
    calls: [...fine.calls, ...keys.flatMap(callsOf)],
    records: new Map([...fine.records, ...keys.map((key) => [key, ended] as const)]),
  });
  const whole = history(instants.map((at) => keyAt(at)));
  const [first = '', ...others] = instants.map((at) => keyAt(at));

  test('shows nothing if each instant has one run', () => {
    expect(found(whole)).toEqual({});
  });

  test.each([0, 1, 2])('has an instant without a run, which is found: instant %i', (missing) => {
    const keys = instants.filter((_, index) => index !== missing).map((at) => keyAt(at));
    const at = new Date(instants[missing] ?? AT).toISOString();
    expect(found(history(keys))).toEqual({ missedInstants: [`each-minute has no run at ${at}`] });
  });

  test('misses each instant if it has no run at all, and none behind the end', () => {
    expect(found(history([])).missedInstants).toHaveLength(3);
    expect(found({ ...history([]), schedulesUntil: AT + 2 * MINUTE - 1 }).missedInstants).toHaveLength(2);
  });

  test.each([
    ['a second run of an instant', keyAt(AT + MINUTE, UUID.replace('01', '02'))],
    ['a run between two instants', keyAt(AT + MINUTE + 1)],
    ['a run before the first instant', keyAt(AT - MINUTE)],
  ])('has %s, which is found', (_, key) => {
    expect(Object.keys(found(history([first, ...others, key])))).toEqual(['extraRuns']);
  });

  test('has a run that is not in the records, or that was called again without a reason', () => {
    const records = new Map([...whole.records].filter(([key]) => key !== first));
    expect(Object.keys(found({ ...whole, records }))).toEqual(['lost']);
    const again = { ...call(path, 2, AT + 2_000), key: first };
    expect(Object.keys(found({ ...whole, calls: [...whole.calls, again] }))).toEqual(['unexplained']);
    const killed = { ...whole, calls: [...whole.calls, again], kills: [killAt(AT + 1_500)] };
    expect(Object.keys(found(killed))).toEqual(['explained']);
  });
});

describe('of several workers', () => {
  const again = { ...call(good, 1, AT + 9_000), worker: 'another' };
  const refused: RecordWrite = { uuid: UUID, attempt: 1, worker: 'one', at: AT + 20, how: 'refused' };

  test.each<[string, Partial<History>, string[]]>([
    [
      'the kill of the one that called explains a repetition',
      { kills: [{ ...killAt(AT), worker: 'one' }] },
      ['explained'],
    ],
    [
      'it does so although the call was noted long afterwards',
      { kills: [{ ...killAt(AT - 900), worker: 'one' }] },
      ['explained'],
    ],
    ['the kill of another does not', { kills: [{ ...killAt(AT), worker: 'another' }] }, ['unexplained']],
    [
      'its kill does not, long after the call had ended',
      { kills: [{ ...killAt(AT + 11 + RECORDED_THROUGH_FAULTS_WITHIN), worker: 'one' }] },
      ['unexplained'],
    ],
    ['its kill does not after the repetition', { kills: [{ ...killAt(AT + 9_000), worker: 'one' }] }, ['unexplained']],
    ['a refused record of its call explains a repetition', { writes: [refused] }, ['refused']],
    [
      'and so does the entry of its end, if it was not told that it is kept',
      { writes: [{ ...refused, attempt: 'last', how: 'done unanswered' }] },
      ['refused'],
    ],
    ['the refused record of another event does not', { writes: [{ ...refused, uuid: 'other' }] }, ['unexplained']],
    ['nor of another attempt', { writes: [{ ...refused, attempt: 2 }] }, ['unexplained']],
    ['nor of another worker', { writes: [{ ...refused, worker: 'another' }] }, ['unexplained']],
    ['nor before its call', { writes: [{ ...refused, at: AT - 1 }] }, ['unexplained']],
    ['nor after the repetition', { writes: [{ ...refused, at: AT + 9_001 }] }, ['unexplained']],
    [
      'nothing explains a repetition of what was recorded',
      {
        kills: [{ ...killAt(AT), worker: 'one' }],
        writes: [refused, { ...refused, at: AT + 50, how: 'done unanswered' }],
      },
      ['unexplained'],
    ],
  ])('%s', (_, change, kinds) => {
    expect(Object.keys(found({ ...fine, calls: [...fine.calls, again], ...change }))).toEqual(kinds);
  });

  test.each<[string, Partial<History>, string[]]>([
    ['the kill of the one that called explains a crash', { kills: [{ ...killAt(AT), worker: 'one' }] }, []],
    ['the kill of another does not', { kills: [{ ...killAt(AT), worker: 'another' }] }, ['mismatched']],
    ['a refused record explains a crash', { writes: [refused] }, []],
    [
      'and so does a claim that nobody was told to be kept',
      { writes: [{ ...refused, attempt: 0, how: 'done unanswered' }] },
      [],
    ],
    ['a claim that was kept does not', { writes: [{ ...refused, attempt: 0, how: 'done' }] }, ['mismatched']],
    ['a record that was refused before does not', { writes: [{ ...refused, at: AT - 1 }] }, ['mismatched']],
  ])('%s', (_, change, kinds) => {
    const crashed = record(flaky, 'success', [
      [1, 'crashed', null],
      [2, 'answered', 200],
    ]);
    expect(Object.keys(found({ ...fine, records: withRecord(FLAKY_KEY, crashed), ...change }))).toEqual(kinds);
  });
});

test('an answered call may be recorded as timed out after its whole timeout', () => {
  expect(found({ ...fine, records: withRecord(FLAKY_KEY, timedOutAfter(TIMEOUT)) })).toEqual({});
});

describe('an attempt whose connection was closed', () => {
  const hung = moodyPath('hung', { deed: 'hangs up', attempts: 3 });
  const key = `3.000-${UUID}`;
  const ended = (attempts: EventAnswer['attempts']) =>
    new Map([
      ...fine.records,
      [key, { ...record(hung, 'max_try_count_reached', []), try_count: attempts.length, attempts }],
    ]);
  const [first, second, third] = record(hung, 'max_try_count_reached', [
    [1, 'unreachable', null],
    [2, 'unreachable', null],
    [3, 'unreachable', null],
  ]).attempts as [Attempt, Attempt, Attempt];
  const twice = { ...first, requests: 2 as const };
  const history = (calls: readonly MoodyCall[], attempts: EventAnswer['attempts']): History => ({
    ...fine,
    wanted: [...fine.wanted, wanted(hung, key)],
    calls: [...fine.calls, ...calls],
    records: ended(attempts),
  });
  const repeated = [call(hung, 1), call(hung, 1, AT + 40)];

  test('may send its request twice, which uses two tries', () => {
    expect(Object.keys(found(history([...repeated, call(hung, 2, AT + 900)], [twice, second])))).toEqual([
      'reconnected',
    ]);
  });

  test('that sent it twice without using two tries is found, as is the call too many', () => {
    const calls = [...repeated, call(hung, 2, AT + 900), call(hung, 3, AT + 1_800)];
    expect(Object.keys(found(history(calls, [twice, second, third])))).toEqual(
      expect.arrayContaining(['unexpected', 'mismatched']),
    );
    expect(Object.keys(found(history(calls, [first, second, third])))).toEqual(expect.arrayContaining(['unexpected']));
  });

  test('may have sent it twice before its process died in it', () => {
    const crashed = { ...first, outcome: 'crashed' as const };
    const calls = [...repeated, call(hung, 2, AT + 900), call(hung, 3, AT + 1_800)];
    const killed = { ...history(calls, [crashed, second, third]), kills: [{ ...killAt(AT + 60), worker: 'one' }] };
    expect(Object.keys(found(killed))).toEqual(['reconnected']);
  });

  test('explains no repetition that comes later, by another process, or after an answer', () => {
    const kinds = (again: MoodyCall) =>
      Object.keys(found(history([call(hung, 1), again, call(hung, 2, AT + 60_000)], [twice, second])));
    const latest = AT + TIMEOUT + BEHIND_THE_TIMEOUT;
    expect(kinds(call(hung, 1, latest))).toEqual(['reconnected']);
    expect(kinds(call(hung, 1, latest + 1))).toContain('unexplained');
    expect(kinds({ ...call(hung, 1, AT + 40), worker: 'another' })).toContain('unexplained');
    expect(Object.keys(found({ ...fine, calls: [...fine.calls, call(good, 1, AT + 40)] }))).toEqual(['unexplained']);
  });
});

type Attempt = EventAnswer['attempts'][number];

describe('of a message that was sent twice', () => {
  const dueAt = AT - 6_000;
  const comesAt = dueAt + TIMEOUT + BEHIND_THE_LONGEST;
  const first: SentMessage = {
    uuid: UUID,
    attempt: 1,
    dueAt,
    isMarked: false,
    worker: 'three',
    at: dueAt,
    how: 'done unanswered',
  };
  const second: SentMessage = { ...first, isMarked: true, how: 'done' };
  const claim: RecordWrite = { uuid: UUID, attempt: 0, worker: 'another', at: comesAt, how: 'done' };
  const stalled = { ...call(good, 1), endedAt: AT + TIMEOUT };
  const again = { ...call(good, 1, comesAt), worker: 'another' };
  const overtaken = {
    calls: [stalled, again, ...fine.calls.slice(1)],
    messages: [first, second],
    writes: [{ ...claim, at: comesAt - 1 }],
  };

  test('the second explains a call that began behind the first, and claimed', () => {
    expect(Object.keys(found({ ...fine, ...overtaken }))).toEqual(['overtaken']);
  });

  test('it does so while the record of the first may be under way, and no longer', () => {
    const kindsIfEnded = (endedAt: number) => {
      const calls = [{ ...stalled, endedAt }, ...overtaken.calls.slice(1)];
      return Object.keys(found({ ...fine, ...overtaken, calls }));
    };
    expect(kindsIfEnded(comesAt - RECORDED_THROUGH_FAULTS_WITHIN)).toEqual(['overtaken']);
    expect(kindsIfEnded(comesAt - RECORDED_THROUGH_FAULTS_WITHIN - 1)).toEqual(['unexplained']);
  });

  test('what was recorded of the attempt before is no claim', () => {
    const writes = [{ ...claim, at: dueAt - 1, worker: 'one' }, ...overtaken.writes];
    expect(Object.keys(found({ ...fine, ...overtaken, writes }))).toEqual(['overtaken']);
  });

  test.each<[string, Partial<History>]>([
    ['a second that came too soon', { messages: [first, second].map((one) => ({ ...one, dueAt: dueAt + 1 })) }],
    ['a second that was not marked', { messages: [first, first] }],
    ['marked ones alone', { messages: [second, second] }],
    ['a second that was refused', { messages: [first, { ...second, how: 'refused' }] }],
    ['a second that was sent afterwards', { messages: [first, { ...second, at: comesAt }] }],
    ['a second for another attempt', { messages: [first, { ...second, attempt: 2 }] }],
    ['a second of another event', { messages: [first, { ...second, uuid: 'other' }] }],
    ['a call that was not claimed', { writes: [] }],
    ['a claim of another attempt', { writes: [{ ...claim, at: comesAt - 1, attempt: 2 }] }],
    ['a claim that was refused', { writes: [{ ...claim, at: comesAt - 1, how: 'refused' }] }],
    ['the claim of whoever called first', { writes: [{ ...claim, at: comesAt - 1, worker: 'one' }] }],
    ['a claim from before the first call', { writes: [{ ...claim, at: AT - 1 }] }],
    ['two claims', { writes: [{ ...claim, at: AT - 1, worker: 'one' }, ...overtaken.writes] }],
  ])('%s does not', (_, change) => {
    expect(Object.keys(found({ ...fine, ...overtaken, ...change }))).toEqual(['unexplained']);
  });
});

/** The record of a process that was killed at an instant and replaced soon afterwards. */
function killAt(at: number): Kill {
  return { at, replacedAt: at + 20 };
}

function found(history: History) {
  const { latestRecord, ...findings } = checkHistory(history);
  return Object.fromEntries(Object.entries(findings).filter(([, examples]) => examples.length > 0));
}

function wanted(path: string, key: string): Wanted {
  return { path, maxTryCount: 3, timeout: TIMEOUT, accepted: { key, dueAt: AT } };
}

function call(path: string, attempt: number, startedAt = AT): MoodyCall {
  return {
    path,
    key: GOOD_KEY,
    attempt,
    worker: 'one',
    deed: deedOf(path, attempt),
    startedAt,
    endedAt: startedAt + 10,
  };
}

function record(path: string, status: EventAnswer['status'], attempts: [number, string, number | null][]): EventAnswer {
  return {
    status,
    try_count: attempts.length,
    request_response_body: path,
    attempts: attempts.map(([number, outcome, status_code]) => ({
      number,
      outcome,
      status_code,
      started_at_utc: new Date(AT).toISOString(),
    })),
  } as EventAnswer;
}

/** The record of the flaky event, changed so that its first attempt timed out. */
function timedOutAfter(duration_ms: number): EventAnswer {
  const said = record(flaky, 'success', [
    [1, 'timed_out', null],
    [2, 'answered', 200],
  ]);
  const [first, ...others] = said.attempts as [EventAnswer['attempts'][number], ...EventAnswer['attempts']];
  return { ...said, attempts: [{ ...first, duration_ms }, ...others] };
}

function withRecord(key: string, changed: EventAnswer): History['records'] {
  return new Map([...fine.records, [key, changed]]);
}

function without(key: string): History['records'] {
  return new Map([...fine.records].filter(([one]) => one !== key));
}

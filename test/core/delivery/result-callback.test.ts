import { describe, expect, test } from '@jest/globals';
import { HOUR, MINUTE, SECOND } from '../../../core/durations.ts';
import { callbackKey } from '../../../core/event/callback-key.ts';
import type { WantedEvent } from '../../../core/event/event.ts';
import { publicKey } from '../../../core/event/event-key.ts';
import type { CallResult, Finished } from '../../../core/event/progress.ts';
import type { EventRecord } from '../../../core/ports.ts';
import { callbacksOf, everyEvent } from '../../support/mixed-events.ts';
import { answered, wantedEvent } from '../../support/sample-event.ts';
import { type Fault, type Operation, simulatedCloud } from '../../support/simulated-cloud.ts';
import { received } from '../../support/simulated-time.ts';
import { START } from '../../support/simulation.ts';

const SHARDS = 4;
const WORK = 'https://example.com/work';
const RESULT = 'https://example.com/result';
const FAILED = 'https://example.com/failed';
const MISHAPS = ['fails', 'is done and fails', 'dies before', 'dies after'] as const;
/** The steps that follow a success: it is recorded, the callback is put and sent, and its mark is taken away. */
const STEPS = ['recordUnlessChanged', 'putEvent', 'send', 'recordUnlessChanged'] as const;

const working = (wishes: Partial<WantedEvent> = {}) =>
  wantedEvent({ url: WORK, maxTryCount: 1, callbackUrl: RESULT, ...wishes });

describe('the end of an event', () => {
  test('is told with its result if the event succeeds, by an event of its own, once', async () => {
    const answer = answered(201, [['x-id', '7']], '{"id":7}');
    const { cloud, record, told } = await lived(working({ tags: ['mails'], timeout: 3 * SECOND }), { work: answer });
    const [{ event, progress }] = told as [EventRecord];
    expect(told).toHaveLength(1);
    expect(progress).toMatchObject({ status: 'success', tryCount: 1 });
    expect(event).toMatchObject({ url: RESULT, method: 'POST', publishedBy: 'web', timeout: 3 * SECOND, tags: [] });
    expect(event).not.toHaveProperty('callbackUrl');
    expect(payloadOf(event)).toEqual({
      type: 'event.succeeded',
      timestamp: new Date(START).toISOString(),
      data: {
        key: publicKey(record.event.key),
        status: 'success',
        ended_because: null,
        url_to_send_request: WORK,
        event_tags: ['mails'],
        try_count: 1,
        last_outcome: 'answered',
        last_error: null,
        request_response_status_code: 201,
        schedule_id: null,
        request_response_headers: { 'x-id': '7' },
        request_response_body: '{"id":7}',
        request_response_body_base64: null,
        request_response_truncated: false,
        attempts: [
          {
            number: 1,
            started_at_utc: new Date(START).toISOString(),
            late_ms: 0,
            duration_ms: 0,
            outcome: 'answered',
            status_code: 201,
            error: null,
          },
        ],
      },
    });
    expect(record.progress).not.toHaveProperty('callbackPending');
    expect(cloud.calls.map(({ at }) => at - START)).toEqual([0, 0]);
  });

  test('is told to both URLs if the event fails, by two events, of which one has the attempts', async () => {
    const { cloud, record, told } = await lived(working({ failureUrl: FAILED }), { work: answered(503, [], 'busy') });
    const payloads = Object.fromEntries(told.map(({ event }) => [event.url, payloadOf(event)]));
    expect(told).toHaveLength(2);
    expect(payloads[RESULT]).toMatchObject({
      type: 'event.failed',
      data: {
        status: 'max_try_count_reached',
        request_response_body: 'busy',
        attempts: [{ number: 1, answer_excerpt: { text: 'busy', binary: false, truncated: false } }],
      },
    });
    expect(payloads[FAILED].data).not.toHaveProperty('attempts');
    const keys = (['failureUrl', 'callbackUrl'] as const).map((field) =>
      callbackKey(record.event, record.progress as Finished, field),
    );
    expect(told.map(({ event }) => event.key.uuid).sort()).toEqual(keys.map(({ uuid }) => uuid).sort());
    expect(callsTo(cloud, RESULT, told) + callsTo(cloud, FAILED, told)).toBe(2);
  });

  test.each<[string, CallResult, object]>([
    ['was blocked', { outcome: 'blocked', error: 'Not public.' }, { ended_because: 'blocked', attempts: [{}] }],
    ['was stopped by its receiver', answered(410), { ended_because: 'stopped_by_receiver' }],
    ['got no answer', { outcome: 'timed_out', error: 'Slow.' }, { request_response_body: null, last_error: 'Slow.' }],
    [
      'got bytes',
      answeredBytes(Uint8Array.of(0xff)),
      { request_response_body: null, request_response_body_base64: '/w==' },
    ],
    [
      'got a text that would be too long in JSON',
      answered(200, [], '\u0001'.repeat(64 * 1_024)),
      { request_response_body: null, request_response_body_base64: expect.stringMatching(/^(AQEB)+AQ==$/) },
    ],
    ['got the longest text', answered(200, [], '"'.repeat(64 * 1_024)), { request_response_body_base64: null }],
  ])('is told of an event that %s', async (_, work, data) => {
    const { told } = await lived(working({ maxTryCount: 1 }), { work });
    expect(told.map(({ event }) => payloadOf(event).data)).toMatchObject([data]);
  });

  test('is not told before it has come, nor if a client asked for it', async () => {
    const { told } = await lived(working({ maxTryCount: 2 }), { work: answered(500), until: START + SECOND });
    expect(told).toEqual([]);
    const cloud = simulatedCloud();
    const { event } = await cloud.queue.publish(working({ asked: { after: MINUTE } }), 'web');
    await cloud.queue.cancel(event.key);
    await cloud.runUntil(START + HOUR);
    expect(cloud.calls).toEqual([]);
  });

  test('is told of a run of a schedule that was skipped, because nobody asked for that', async () => {
    const run = { schedule: 'nightly', skipsOverlap: true } as const;
    const cloud = simulatedCloud({ answerAfter: 2 * MINUTE, longestTimeout: HOUR });
    await cloud.queue.publish(working({ ...run, timeout: HOUR }), 'web');
    const record = await cloud.queue.publish(working({ ...run, asked: { after: MINUTE } }), 'web');
    await cloud.runUntil(START + HOUR);
    const told = await toldOf(cloud, record);
    const data = { status: 'cancelled', ended_because: 'overlapped', schedule_id: 'nightly', attempts: [] };
    expect(told.map(({ event }) => payloadOf(event))).toMatchObject([{ type: 'event.failed', data }]);
    expect(callsTo(cloud, RESULT, told)).toBe(1);
  });

  test('is told again if the event was opened again and has ended once more', async () => {
    const { cloud, record } = await lived(working());
    await cloud.queue.retry(record.event.key);
    await cloud.runUntil(START + 2 * HOUR);
    const told = await toldOf(cloud, record);
    expect(told.map(({ event }) => payloadOf(event).data.try_count).sort()).toEqual([1, 2]);
    expect(callsTo(cloud, RESULT, told)).toBe(2);
  });
});

describe('of an event that was cancelled while it was called', () => {
  test.each([
    [200, ['event.succeeded']],
    [500, []],
  ])('an answer of %i is told as %j', async (status, types) => {
    const cloud = simulatedCloud({
      answerAfter: 2 * SECOND,
      answer: ({ url }) => answered(url === WORK ? status : 200),
    });
    const record = await cloud.queue.publish(working(), 'web');
    await cloud.runUntil(START + SECOND);
    await cloud.queue.cancel(record.event.key);
    await cloud.runUntil(START + HOUR);
    expect((await toldOf(cloud, record)).map(({ event }) => payloadOf(event).type)).toEqual(types);
  });

  test('a success that is recorded long after is told by the audit, though its deliverer died and its message is lost', async () => {
    let hasDied = false;
    const cloud = simulatedCloud({
      answerAfter: 2 * SECOND,
      fault(operation, args) {
        if (isEnd(operation, args) && cloud.clock.now() < START + 40 * MINUTE) return 'fails';
        if (hasDied || !isCallback(operation, args)) return undefined;
        hasDied = true;
        return 'dies before';
      },
    });
    const record = await cloud.queue.publish(working(), 'web');
    await cloud.runUntil(START + SECOND);
    await cloud.queue.cancel(record.event.key);
    while (!hasDied && cloud.clock.now() < START + HOUR) await cloud.runUntil(cloud.clock.now() + SECOND);
    cloud.loseAll();
    expect([hasDied, await toldOf(cloud, record)]).toEqual([true, []]);
    await cloud.runUntil(START + 2 * HOUR);
    const told = await toldOf(cloud, record);
    expect(told.map(({ event }) => payloadOf(event).type)).toEqual(['event.succeeded']);
    expect(callsTo(cloud, RESULT, told)).toBe(1);
  });
});

describe('of two deliverers that make the same attempt, one of which fails,', () => {
  function scene(fault: (operation: Operation, args: readonly unknown[]) => Fault | undefined = () => undefined) {
    let calls = 0;
    return simulatedCloud({
      answerAfter: 2 * SECOND,
      answer: ({ url }) => answered(url !== WORK || calls++ === 1 ? 200 : 500),
      fault,
    });
  }

  async function calledTwice(cloud: Cloud, until = START + HOUR): Promise<EventRecord> {
    const record = await cloud.queue.publish(working({ failureUrl: FAILED }), 'web');
    const [held] = cloud.dueQueue.held();
    await cloud.runUntil(START + SECOND);
    if (held) void cloud.queueWith(SHARDS).deliver([received(held.message, 1)]);
    await cloud.runUntil(until);
    return record;
  }

  const types = async (cloud: Cloud, record: EventRecord) =>
    (await toldOf(cloud, record)).map(({ event }) => `${payloadOf(event).type} ${event.url}`).sort();

  test('the failure and the success that overtakes it are both told if the failure was told before', async () => {
    const cloud = scene();
    const record = await calledTwice(cloud, START + 4 * SECOND);
    const told = await toldOf(cloud, record);
    expect([callsTo(cloud, RESULT, told), callsTo(cloud, FAILED, told)]).toEqual([2, 1]);
    expect(await types(cloud, record)).toEqual([
      `event.failed ${FAILED}`,
      `event.failed ${RESULT}`,
      `event.succeeded ${RESULT}`,
    ]);
  });

  test('only the success is told if it overtakes a failure whose callbacks are pending', async () => {
    const cloud = scene((operation, args) =>
      isCallback(operation, args) && cloud.clock.now() < START + 3 * SECOND ? 'fails' : undefined,
    );
    const record = await calledTwice(cloud);
    expect(await types(cloud, record)).toEqual([`event.succeeded ${RESULT}`]);
    expect((await cloud.store.findEvent(record.event.key))?.progress).not.toHaveProperty('callbackPending');
  });
});

describe.each(STEPS.map((operation, step) => [operation, step] as const))('if %s, step %i of telling,', (_, step) => {
  test.each(MISHAPS)('%s, the success is told once, when the message comes back', async (fault) => {
    const { cloud, told } = await lived(working(), { fault, at: step, until: START + 3 * MINUTE });
    expect([told.length, callsTo(cloud, RESULT, told)]).toEqual([1, 1]);
  });

  test.each(MISHAPS)('%s, and all messages are lost, the success is told once, by the audit', async (fault) => {
    const { cloud, record } = await lived(working(), { fault, at: step, until: START });
    cloud.loseAll();
    await cloud.runUntil(START + HOUR);
    const told = await toldOf(cloud, record);
    expect([told.length, callsTo(cloud, RESULT, told)]).toEqual([1, 1]);
  });

  test.each(MISHAPS)('%s, and the queue is started again, the success is told once, soon', async (fault) => {
    const { cloud, record } = await lived(working(), { fault, at: step, until: START });
    await cloud.restart();
    await cloud.runUntil(START + 20 * SECOND);
    const told = await toldOf(cloud, record);
    expect([told.length, callsTo(cloud, RESULT, told)]).toEqual([1, 1]);
  });
});

type Cloud = ReturnType<typeof simulatedCloud>;

type Scene = {
  readonly work?: CallResult;
  /** What goes wrong, once, at which of the steps of telling a success. */
  readonly fault?: Fault;
  readonly at?: number;
  readonly until?: number;
};

async function lived(wanted: WantedEvent, { work = answered(200), fault, at, until = START + HOUR }: Scene = {}) {
  let step = -1;
  const cloud = simulatedCloud({
    answer: ({ url }) => (url === WORK ? work : answered(200)),
    fault(operation, args) {
      if (step < 0 && !isEnd(operation, args)) return undefined;
      step++;
      return step === at ? fault : undefined;
    },
  });
  const published = await cloud.queue.publish(wanted, 'web');
  await cloud.runUntil(until);
  const record = (await cloud.store.findEvent(published.event.key)) as EventRecord;
  return { cloud, record, told: await toldOf(cloud, record) };
}

async function toldOf({ store }: Cloud, record: EventRecord): Promise<readonly EventRecord[]> {
  return callbacksOf(record, await everyEvent(store, SHARDS)).map((one) => one.record);
}

function callsTo({ calls }: Cloud, url: string, told: readonly EventRecord[]): number {
  const own = new Set(told.filter(({ event }) => event.url === url).map(({ event }) => event.key.uuid));
  return calls.filter(({ uuid }) => own.has(uuid)).length;
}

function isEnd(operation: Operation, [, , progress]: readonly unknown[]): boolean {
  return operation === 'recordUnlessChanged' && (progress as Finished).status === 'success';
}

/** Whether a call puts a callback. */
function isCallback(operation: Operation, [event]: readonly unknown[]): boolean {
  return operation === 'putEvent' && (event as EventRecord['event']).url !== WORK;
}

function payloadOf({ body }: EventRecord['event']) {
  return JSON.parse(new TextDecoder().decode(body?.bytes));
}

function answeredBytes(body: Uint8Array): CallResult {
  return { outcome: 'answered', answer: { statusCode: 200, headers: [], body, truncated: false } };
}

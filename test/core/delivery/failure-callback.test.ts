import { describe, expect, test } from '@jest/globals';
import { HOUR, MINUTE, SECOND } from '../../../core/durations.ts';
import { callbackKey } from '../../../core/event/callback-key.ts';
import type { EventKey } from '../../../core/event/event-key.ts';
import { publicKey, shardOf } from '../../../core/event/event-key.ts';
import type { CallResult, Finished, Progress } from '../../../core/event/progress.ts';
import type { EventRecord } from '../../../core/ports.ts';
import { rest } from '../../../verify/shared/simulated-clock.ts';
import { callbacksOf, everyEvent } from '../../support/mixed-events.ts';
import { answered, queuedEvent, wantedEvent } from '../../support/sample-event.ts';
import { type Fault, simulatedCloud } from '../../support/simulated-cloud.ts';
import { START } from '../../support/simulation.ts';

const SHARDS = 4;
const FAILING = 'https://example.com/failing';
const TOLD = 'https://example.com/told';
const MISHAPS = ['fails', 'is done and fails', 'dies before', 'dies after'] as const;
/**
 * The steps that follow the record of a failure: the callback is put and sent, and the mark that it is pending is taken
 * away.
 */
const STEPS = ['recordUnlessChanged', 'putEvent', 'send', 'recordUnlessChanged'] as const;

const failing = (wishes: Parameters<typeof wantedEvent>[0] = {}) =>
  wantedEvent({ url: FAILING, maxTryCount: 1, failureUrl: TOLD, ...wishes });

describe('the failure of an event', () => {
  test('is reported by an event of its own, once, with how it ended', async () => {
    const { cloud, record, told } = await failed(failing({ tags: ['mails'], timeout: 3 * SECOND }));
    expect(told).toHaveLength(1);
    const [{ event, progress }] = told as [EventRecord];
    expect(progress).toMatchObject({ status: 'success', tryCount: 1 });
    expect(event).toMatchObject({ url: TOLD, method: 'POST', publishedBy: 'web', timeout: 3 * SECOND, tags: [] });
    expect(event).not.toHaveProperty('failureUrl');
    expect(payloadOf(event.body?.bytes)).toEqual({
      type: 'event.failed',
      timestamp: new Date(START).toISOString(),
      data: {
        key: publicKey(record.event.key),
        status: 'max_try_count_reached',
        ended_because: null,
        url_to_send_request: FAILING,
        event_tags: ['mails'],
        try_count: 1,
        last_outcome: 'answered',
        last_error: null,
        request_response_status_code: 500,
      },
    });
    expect(event.key).toEqual(callbackKey(record.event, record.progress as Finished, 'failureUrl'));
    expect(record.progress).not.toHaveProperty('callbackPending');
    expect(cloud.calls.map(({ at }) => at - START)).toEqual([0, 0]);
  });

  test('is reported by an event that is kept as long as the one that failed', async () => {
    const retention = { keepResultFor: MINUTE, keepFailedFor: 2 * HOUR };
    const { told } = await failed(failing(retention));
    expect(told).toMatchObject([{ event: retention }]);
    const { told: byDefault } = await failed(failing({ defaultKeepFailedFor: 3 * HOUR }));
    expect(byDefault).toMatchObject([{ event: { defaultKeepFailedFor: 3 * HOUR } }]);
  });

  test.each<[string, CallResult, object]>([
    [
      'was blocked',
      { outcome: 'blocked', error: 'Not public.' },
      { ended_because: 'blocked', last_error: 'Not public.' },
    ],
    ['was stopped by its receiver', answered(410), { ended_because: 'stopped_by_receiver', last_error: null }],
  ])('is told at once if it %s', async (_, answer, data) => {
    const { told } = await failed(failing({ maxTryCount: 5 }), {
      answer: ({ url }) => (url === TOLD ? answered(200) : answer),
    });
    expect(told.map(({ event }) => payloadOf(event.body?.bytes).data)).toEqual([expect.objectContaining(data)]);
  });

  test('is not reported before its last try, nor if there is no failure or no URL to report it to', async () => {
    const isFlaky = async (attempt: number) =>
      (await failed(failing({ maxTryCount: 3 }), { answer: (_, number) => answered(number < attempt ? 500 : 200) }))
        .told;
    expect(await isFlaky(3)).toEqual([]);
    expect(await isFlaky(4)).toHaveLength(1);
    const { cloud } = await failed(wantedEvent({ url: FAILING, maxTryCount: 1 }));
    expect(cloud.calls).toHaveLength(1);
  });

  test('is not reported of an event that was cancelled', async () => {
    const cloud = simulatedCloud({ answer });
    const { event } = await cloud.queue.publish(failing({ asked: { after: MINUTE } }), 'web');
    await cloud.queue.cancel(event.key);
    await cloud.runUntil(START + HOUR);
    expect(cloud.calls).toEqual([]);
  });

  test('is not reported of an event that was cancelled while its last attempt failed', async () => {
    const cloud = simulatedCloud({ answer, answerAfter: 2 * SECOND });
    const { event } = await cloud.queue.publish(failing(), 'web');
    await cloud.runUntil(START + SECOND);
    await cloud.queue.cancel(event.key);
    await cloud.runUntil(START + HOUR);
    expect((await cloud.queue.read(event.key))?.progress.status).toBe('cancelled');
    expect(await everyEvent(cloud.store, SHARDS)).toHaveLength(1);
  });

  test('leaves nothing pending once its callback is put and sent', async () => {
    const { record, told } = await failed(failing(), { until: START });
    expect(told).toHaveLength(1);
    expect(record.progress).not.toHaveProperty('callbackPending');
  });

  test('is reported again if the event was tried again and failed once more, also when it was not reported yet', async () => {
    for (const fault of ['fails', undefined] as const) {
      const { cloud, record } = await failed(failing(), { fault, at: 1, until: START });
      await cloud.queue.retry(record.event.key);
      await cloud.runUntil(START + 2 * HOUR);
      const records = await everyEvent(cloud.store, SHARDS);
      expect(
        callbacksOf(record, records)
          .map(({ tryCount }) => tryCount)
          .sort(),
      ).toEqual([1, 2]);
      expect(callsTo(TOLD, cloud, records)).toBe(2);
    }
  });

  test('has a callback that may fail as any event, and whose failure is not reported', async () => {
    const { cloud, told } = await failed(failing(), { answer: () => answered(500), until: START + 12 * HOUR });
    expect(told.map(({ progress }) => [progress.status, progress.tryCount])).toEqual([['failed', 10]]);
    expect(await everyEvent(cloud.store, SHARDS)).toHaveLength(2);
  });
});

describe.each(STEPS.map((operation, step) => [operation, step] as const))('if %s, step %i of reporting,', (_, step) => {
  test.each(MISHAPS)(
    '%s, the failure is reported once, when the message of the last attempt comes back',
    async (fault) => {
      const { cloud, record, told } = await failed(failing(), { fault, at: step, until: START + 3 * MINUTE });
      expect(told).toHaveLength(1);
      expect(callsTo(TOLD, cloud, [record, ...told])).toBe(1);
    },
  );

  test.each(MISHAPS)('%s, and all messages are lost, the failure is reported once, by the audit', async (fault) => {
    const { cloud, record } = await failed(failing(), { fault, at: step, until: START });
    cloud.loseAll();
    await cloud.runUntil(START + HOUR);
    await expectToldOnce(cloud, record, step === 0);
  });

  test.each(MISHAPS)('%s, and the queue is started again, the failure is reported once, soon', async (fault) => {
    const { cloud, record } = await failed(failing(), { fault, at: step, until: START });
    await cloud.restart();
    await cloud.runUntil(START + 20 * SECOND);
    await expectToldOnce(cloud, record, step === 0);
  });
});

test('a callback of which the queue has two messages when it is started again is called once', async () => {
  const { cloud, record } = await failed(failing({ timeout: 3 * SECOND }), {
    fault: 'dies after',
    at: 1,
    answerAfter: 2 * SECOND,
    until: START + 2 * SECOND,
  });
  await cloud.restart();
  await cloud.runUntil(START + MINUTE);
  await expectToldOnce(cloud, record, false);
});

test.each([1, 2, 5, 12])(
  'a pending callback has one message when the queue is started again, %i minutes later',
  async (minutes) => {
    const { cloud, record } = await failed(failing(), { fault: 'dies after', at: 0, until: START });
    await cloud.clock.moveTo(START + minutes * MINUTE);
    cloud.sent.length = 0;
    await cloud.restart();
    expect(cloud.sent.map(({ mayBeDuplicate, key }) => [mayBeDuplicate, key.uuid[14]])).toEqual([[undefined, '8']]);
    await cloud.runUntil(START + HOUR);
    await expectToldOnce(cloud, record, false);
  },
);

test('a callback whose two messages come at the same moment, because the first was late, is called once', async () => {
  const isCallback = ({ key }: { readonly key: EventKey }) => key.uuid[14] === '8';
  let hasFailed = false;
  const cloud = simulatedCloud({
    answer,
    answerAfter: 2 * SECOND,
    fault(operation, args) {
      const isMarkTakenAway = operation === 'recordUnlessChanged' && !('callbackPending' in (args[2] as object));
      if (!isMarkTakenAway || hasFailed) return undefined;
      hasFailed = true;
      for (const held of cloud.dueQueue.held()) if (isCallback(held.message)) held.visibleAt = START + 13 * SECOND;
      return 'fails';
    },
  });
  const { event } = await cloud.queue.publish(failing(), 'web');
  await cloud.runUntil(START + 3 * SECOND);
  await cloud.queue.retry(event.key);
  await cloud.runUntil(START + 12 * SECOND);
  expect(cloud.dueQueue.held().filter(({ message }) => isCallback(message))).toHaveLength(2);
  await cloud.runUntil(START + HOUR);
  const told = cloud.calls.filter(({ uuid }) => uuid[14] === '8').map(({ uuid }) => uuid);
  expect([told.length, new Set(told).size]).toEqual([2, 2]);
});

test('a failure that is recorded long after its call is reported though the message of its callback is lost', async () => {
  const cloud = simulatedCloud({
    answer,
    loses: ({ key, mayBeDuplicate }) => key.uuid[14] === '8' && mayBeDuplicate === undefined,
    fault: (operation) =>
      operation === 'recordUnlessChanged' && cloud.clock.now() < START + 25 * MINUTE ? 'fails' : undefined,
  });
  const record = await cloud.queue.publish(failing(), 'web');
  await cloud.runUntil(START + 2 * HOUR);
  await expectToldOnce(cloud, record, false);
});

test('a callback that was put late and whose message is lost is found by the audit', async () => {
  const { cloud, record } = await failed(failing(), { fault: 'dies after', at: 0, until: START });
  cloud.loseAll();
  await untilTold(cloud, record);
  cloud.loseAll();
  await cloud.runUntil(cloud.clock.now() + HOUR);
  await expectToldOnce(cloud, record, false);
});

test('a call of the callback that is under way when its mark cannot be taken away is not made twice', async () => {
  const { cloud, record, told } = await failed(failing(), {
    fault: 'fails',
    at: 3,
    answerAfter: 5 * SECOND,
    visibility: 8 * SECOND,
    until: START + HOUR,
  });
  expect(told).toHaveLength(1);
  expect(callsTo(TOLD, cloud, [record, ...told])).toBe(1);
});

describe('the key of a callback', () => {
  const key: EventKey = { dueAt: START, uuid: '02f1c0de-1234-4abc-9def-0123456789ab' };
  const keyAfter = (number: number, of = key) =>
    callbackKey(
      queuedEvent(START, { key: of }),
      { status: 'failed', attempts: [{ number }], finishedAt: START + 5 } as unknown as Finished,
      'failureUrl',
    );

  test('is the same each time, in the shard of its event, and never that of an event with a random uuid', () => {
    expect(keyAfter(3)).toEqual({ dueAt: START + 5, uuid: '02f1c0de-1234-8abc-9def-0123456789a8' });
    expect(keyAfter(3)).toEqual(keyAfter(3));
    expect(shardOf(keyAfter(3).uuid)).toBe(shardOf(key.uuid));
  });

  test('is another one for each failure', () => {
    const keys = Array.from({ length: 1_000 }, (_, tryCount) => keyAfter(tryCount).uuid);
    expect(new Set(keys).size).toBe(1_000);
    expect(keyAfter(7, { ...key, uuid: 'ffffffff-ffff-4fff-bfff-ffffffffffff' }).uuid).toMatch(
      /-8fff-bfff-fffffffffff8$/,
    );
  });
});

type Scene = {
  readonly answer?: (event: { readonly url: string }, attempt: number) => CallResult;
  /** What goes wrong, once, at which of the steps of reporting a failure. */
  readonly fault?: Fault | undefined;
  readonly at?: number;
  readonly answerAfter?: number;
  readonly visibility?: number;
  readonly until?: number;
};

/** Publishes an event that fails, runs the queue up to an instant, and returns what happened. */
async function failed(wanted: ReturnType<typeof wantedEvent>, scene: Scene = {}) {
  const { fault, at, until = START + HOUR, ...rest } = scene;
  let step = -1;
  const cloud = simulatedCloud({
    answer,
    ...rest,
    fault(operation, args) {
      const isEnd = operation === 'recordUnlessChanged' && (args[2] as Progress).status === 'failed';
      if (step < 0 && !isEnd) return undefined;
      step++;
      return step === at ? fault : undefined;
    },
  });
  const published = await cloud.queue.publish(wanted, 'web');
  await cloud.runUntil(until);
  const record = (await cloud.store.findEvent(published.event.key)) as EventRecord;
  const told = callbacksOf(record, await everyEvent(cloud.store, SHARDS)).map((one) => one.record);
  return { cloud, record, told };
}

function answer({ url }: { readonly url: string }): CallResult {
  return answered(url === TOLD ? 200 : 500);
}

/**
 * Fails unless the failure was reported once. If it was not recorded, its deliverer may have died in the call; then the
 * event has failed all the same.
 */
async function expectToldOnce(cloud: Cloud, { event }: EventRecord, mayBeCalledAgain: boolean): Promise<void> {
  const records = await everyEvent(cloud.store, SHARDS);
  const record = records.find(({ event: { url } }) => url === FAILING) as EventRecord;
  expect([record.event.key, record.progress.status]).toEqual([event.key, 'failed']);
  const told = callbacksOf(record, records).map((one) => one.record);
  expect(told.map(({ progress }) => progress.status)).toEqual(['success']);
  expect(callsTo(TOLD, cloud, records)).toBe(1);
  expect(callsTo(FAILING, cloud, records)).toBeLessThanOrEqual(mayBeCalledAgain ? 2 : 1);
}

async function untilTold(cloud: Cloud, record: EventRecord): Promise<void> {
  for (let minute = 0; minute < 60; minute++) {
    if (callbacksOf(record, await everyEvent(cloud.store, SHARDS)).length > 0) return;
    await cloud.runUntil(cloud.clock.now() + MINUTE);
    await rest();
  }
  throw new Error('It was never told.');
}

type Cloud = ReturnType<typeof simulatedCloud>;

function callsTo(url: string, { calls }: Cloud, records: readonly EventRecord[]): number {
  const own = new Set(records.filter(({ event }) => event.url === url).map(({ event }) => event.key.uuid));
  return calls.filter(({ uuid }) => own.has(uuid)).length;
}

function payloadOf(bytes: Uint8Array | undefined) {
  return JSON.parse(new TextDecoder().decode(bytes));
}

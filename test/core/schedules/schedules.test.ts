import { expect, test } from '@jest/globals';
import { HOUR, MINUTE, SECOND } from '../../../core/durations.ts';
import { BEGINNING, END } from '../../../core/event/entry.ts';
import type { EventRecord, EventStore } from '../../../core/ports.ts';
import type { WantedSchedule } from '../../../core/schedules/change.ts';
import { rest } from '../../../verify/shared/simulated-clock.ts';
import { memoryEventStore } from '../../support/memory-event-store.ts';
import { answered, wantedEvent } from '../../support/sample-event.ts';
import { simulatedCloud } from '../../support/simulated-cloud.ts';
import { START } from '../../support/simulation.ts';

const ID = 'report';
const FIRST_MINUTE = START - 250;

type Cloud = ReturnType<typeof simulatedCloud>;

function everyMinute({ url = 'https://example.com/', ...wishes }: Partial<WantedSchedule> & { url?: string } = {}) {
  const { asked, ...event } = wantedEvent({
    url,
    tags: ['reports'],
    retry: { backoff: 'fixed', delay: 3 * MINUTE, maxDelay: MINUTE },
  });
  const timing = { cron: '* * * * *', timeZone: 'UTC' };
  return {
    timing,
    event,
    overlap: 'allow',
    catchUp: 1,
    isFromGiven: false,
    isPaused: undefined,
    ...wishes,
  } as WantedSchedule;
}

/** A cloud whose receiver takes so long to answer. */
const slowCloud = (answerAfter: number) => simulatedCloud({ answerAfter, visibility: HOUR, longestTimeout: HOUR });

const minute = (number: number) => FIRST_MINUTE + number * MINUTE;
const minutesOf = (instants: readonly number[]) => instants.map((at) => (at - FIRST_MINUTE) / MINUTE);

/** The minutes at which the schedule was called, of which each is asked for by an event. */
async function calledFor(cloud: Cloud): Promise<number[]> {
  const records = await runsOf(cloud);
  const dueAt = new Map(records.map(({ event }) => [event.key.uuid, event.key.dueAt]));
  return minutesOf(cloud.calls.map(({ uuid }) => dueAt.get(uuid) ?? Number.NaN));
}

/** The runs that are in the store, the earliest first. */
async function runsOf({ store }: Cloud): Promise<EventRecord[]> {
  const keys = await store.list({ schedule: ID }, END, BEGINNING, 1_000);
  const records = await Promise.all(keys.map(store.findEvent));
  return records.filter((record) => record !== undefined).toReversed();
}

async function make(cloud: Cloud, wanted = everyMinute()): Promise<void> {
  await cloud.queue.schedules.replace(ID, wanted, 'web');
}

test('publishes its event at each instant, and calls it then', async () => {
  const cloud = simulatedCloud();
  await make(cloud);
  await cloud.runUntil(minute(10) + SECOND);
  expect(minutesOf(cloud.calls.map(({ at }) => at))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  const [{ event } = { event: undefined }] = await runsOf(cloud);
  expect(event).toMatchObject({ schedule: ID, publishedBy: 'web', tags: ['reports'], asked: { at: minute(1) } });
});

test('has no instants outside of from and until', async () => {
  const cloud = simulatedCloud();
  const timing = { every: 2 * MINUTE, from: minute(5), until: minute(11) };
  await make(cloud, everyMinute({ timing, isFromGiven: true }));
  await cloud.runUntil(minute(30));
  expect(await calledFor(cloud)).toEqual([5, 7, 9, 11]);
});

test('an interval that is sent again goes on from where it was', async () => {
  const cloud = simulatedCloud();
  const sent = () => everyMinute({ timing: { every: 7 * MINUTE, from: cloud.now() } });
  await make(cloud, sent());
  for (let number = 3; number < 20; number += 3) {
    await cloud.runUntil(minute(number));
    await make(cloud, sent());
  }
  await cloud.runUntil(minute(22));
  expect(cloud.calls.map(({ at }) => (at - START) / MINUTE)).toEqual([7, 14, 21]);
});

test('is called no more once a pause or a deletion is answered, not even for runs that are made already', async () => {
  for (const stop of ['pause', 'remove'] as const) {
    const cloud = simulatedCloud();
    await make(cloud);
    await cloud.runUntil(minute(5) + 30 * SECOND);
    await cloud.queue.schedules[stop](ID);
    await cloud.runUntil(minute(20));
    expect(await calledFor(cloud)).toEqual([1, 2, 3, 4, 5]);
    expect((await runsOf(cloud)).slice(5).map(({ progress }) => progress.status)).toEqual(['cancelled', 'cancelled']);
  }
});

test('goes on with the next instant when its pause ends, and makes up for none', async () => {
  const cloud = simulatedCloud();
  await make(cloud);
  await cloud.runUntil(minute(3) + SECOND);
  await cloud.queue.schedules.pause(ID);
  await cloud.runUntil(minute(4) + SECOND);
  await cloud.queue.schedules.resume(ID);
  await cloud.runUntil(minute(7) + SECOND);
  expect(await calledFor(cloud)).toEqual([1, 2, 3, 5, 6, 7]);
});

test('stays paused when it is replaced, unless the request says otherwise', async () => {
  const cloud = simulatedCloud();
  await make(cloud, everyMinute({ isPaused: true }));
  await make(cloud);
  await cloud.runUntil(minute(3) + SECOND);
  expect(cloud.calls).toEqual([]);
  await make(cloud, everyMinute({ isPaused: false }));
  await cloud.runUntil(minute(5) + SECOND);
  expect(await calledFor(cloud)).toEqual([4, 5]);
});

test('a change of its timing takes away the runs that are to come, and makes those of the new timing', async () => {
  const cloud = simulatedCloud();
  await make(cloud);
  await cloud.runUntil(minute(4) + SECOND);
  await make(cloud, everyMinute({ timing: { cron: '*/5 * * * *', timeZone: 'UTC' } }));
  await cloud.runUntil(minute(16));
  expect(await calledFor(cloud)).toEqual([1, 2, 3, 4, 5, 10, 15]);
});

test('a change of its event calls no instant twice, and the next runs have the new event', async () => {
  const cloud = slowCloud(SECOND);
  await make(cloud);
  await cloud.runUntil(minute(4) + SECOND);
  await make(cloud, everyMinute({ url: 'https://example.com/new' }));
  await cloud.runUntil(minute(9));
  expect(await calledFor(cloud)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect((await runsOf(cloud)).slice(4).every(({ event }) => event.url.endsWith('/new'))).toBe(true);
});

test('can be made anew at once after it was deleted', async () => {
  const cloud = simulatedCloud();
  await make(cloud);
  await cloud.runUntil(minute(2) + SECOND);
  await cloud.queue.schedules.remove(ID);
  await make(cloud);
  await cloud.runUntil(minute(5) + SECOND);
  expect(await calledFor(cloud)).toEqual([1, 2, 3, 4, 5]);
});

test.each([
  [0, []],
  [1, [25]],
  [3, [23, 24, 25]],
])(
  'after half an hour without a dispatcher, catch_up %i makes up for as many of what was missed',
  async (catchUp, caughtUp) => {
    let isDown = false;
    const cloud = simulatedCloud({ dispatches: () => !isDown });
    await make(cloud, everyMinute({ catchUp }));
    await cloud.runUntil(minute(5) + 30 * SECOND);
    isDown = true;
    await cloud.runUntil(minute(29) + 30 * SECOND);
    isDown = false;
    await cloud.runUntil(minute(32) + SECOND);
    const made = [1, 2, 3, 4, 5, 6, 7, ...caughtUp, 26, 27, 28, 29, 30, 31, 32];
    expect((await calledFor(cloud)).toSorted((one, other) => one - other)).toEqual(made);
  },
);

test('on one’s own machine, what was missed while the queue was not running is made up for at its start', async () => {
  let isRunning = true;
  const cloud = simulatedCloud({ dispatches: () => isRunning });
  await make(cloud, everyMinute({ catchUp: 2 }));
  await cloud.runUntil(minute(2) + 30 * SECOND);
  isRunning = false;
  cloud.loseAll();
  await cloud.runUntil(minute(14) + 30 * SECOND);
  expect(await calledFor(cloud)).toEqual([1, 2]);
  isRunning = true;
  await cloud.restart();
  await cloud.runUntil(minute(16) + SECOND);
  const accepted = [1, 2, 3, 4];
  expect((await calledFor(cloud)).toSorted((one, other) => one - other)).toEqual([
    ...accepted,
    8,
    9,
    10,
    11,
    12,
    13,
    14,
    15,
    16,
  ]);
});

test('a pause of the queue makes no runs, and at its end catch_up decides', async () => {
  const cloud = simulatedCloud();
  await make(cloud);
  await cloud.runUntil(minute(3) + 30 * SECOND);
  await cloud.queue.pause();
  await cloud.runUntil(minute(20) + 30 * SECOND);
  expect(await runsOf(cloud)).toHaveLength(5);
  void cloud.queue.resume();
  await cloud.runUntil(minute(22) + SECOND);
  const made = [1, 2, 3, 4, 5, 15, 16, 17, 18, 19, 20, 21, 22];
  expect((await calledFor(cloud)).toSorted((one, other) => one - other)).toEqual(made);
});

test('with overlap skip, a run is not called while an earlier one has not finished', async () => {
  const cloud = slowCloud(150 * SECOND);
  await make(cloud, everyMinute({ overlap: 'skip' }));
  await cloud.runUntil(minute(9) + SECOND);
  expect(await calledFor(cloud)).toEqual([1, 4, 7]);
  const [first, second, third] = await runsOf(cloud);
  for (const skipped of [second, third])
    expect(skipped?.progress).toMatchObject({
      status: 'cancelled',
      endedBecause: 'overlapped',
      overlapsWith: first?.event.key,
    });
});

test('with overlap skip, a run waits for none if the earlier one waits for its next try in vain', async () => {
  const cloud = simulatedCloud({ answer: (_, attempt) => answered(attempt === 1 ? 500 : 200) });
  await make(cloud, everyMinute({ overlap: 'skip' }));
  await cloud.runUntil(minute(8) + SECOND);
  expect(await calledFor(cloud)).toEqual([1, 1, 5, 5]);
});

test('with overlap skip, a run that takes longer than many intervals is not forgotten', async () => {
  const cloud = slowCloud(12 * MINUTE + 30 * SECOND);
  await make(cloud, everyMinute({ overlap: 'skip' }));
  await cloud.runUntil(minute(15));
  expect(await calledFor(cloud)).toEqual([1, 14]);
});

test('with overlap skip, a run by hand is called at once, and the next run waits for it', async () => {
  const cloud = slowCloud(90 * SECOND);
  await make(cloud, everyMinute({ overlap: 'skip', timing: { cron: '*/5 * * * *', timeZone: 'UTC' } }));
  await cloud.runUntil(minute(4) + 30 * SECOND);
  await cloud.queue.schedules.runNow(ID, 'web');
  await cloud.runUntil(minute(12));
  const [byHand, next, third] = await runsOf(cloud);
  expect(cloud.calls.map(({ uuid }) => uuid)).toEqual([byHand?.event.key.uuid, third?.event.key.uuid]);
  expect(next?.progress).toMatchObject({ endedBecause: 'overlapped', overlapsWith: byHand?.event.key });
});

test('a retry of a skipped run calls it', async () => {
  const cloud = slowCloud(90 * SECOND);
  await make(cloud, everyMinute({ overlap: 'skip' }));
  await cloud.runUntil(minute(2) + SECOND);
  const [, skipped] = await runsOf(cloud);
  await cloud.queue.retry(skipped?.event.key as EventRecord['event']['key']);
  await cloud.runUntil(minute(2) + 10 * SECOND);
  expect(await calledFor(cloud)).toEqual([1, 2]);
});

test('the audit goes on with a schedule whose cue a version without schedules has passed over', async () => {
  let isOld = true;
  const store = memoryEventStore();
  const entries: EventStore['entries'] = async (...args) => {
    const page = await store.entries(...args);
    return isOld ? { ...page, cues: [] } : page;
  };
  const cloud = simulatedCloud({ store: { ...store, entries } });
  await make(cloud);
  await cloud.runUntil(minute(6));
  expect(await calledFor(cloud)).toEqual([1, 2, 3]);
  isOld = false;
  await cloud.runUntil(minute(40));
  expect((await calledFor(cloud)).slice(-20)).toEqual(Array.from({ length: 20 }, (_, n) => 21 + n));
});

test('a schedule whose instants cannot be computed stands still, and holds up no other', async () => {
  const cloud = simulatedCloud();
  await make(cloud);
  await cloud.queue.schedules.replace('other', everyMinute(), 'web');
  const broken = await cloud.schedules.find('other');
  await cloud.schedules.save(broken, { ...broken, timing: { cron: '* * * * *', timeZone: 'Nowhere' } } as never);
  await cloud.runUntil(minute(8));
  expect((await calledFor(cloud)).filter((one) => one > 0)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test('a change that dies behind its write is completed when it is repeated', async () => {
  let isDeadly = false;
  const fault = (operation: string) => (isDeadly && operation === 'send' ? ('dies before' as const) : undefined);
  const cloud = simulatedCloud({ fault });
  await make(cloud);
  await cloud.runUntil(minute(4) + SECOND);
  isDeadly = true;
  const changed = everyMinute({ timing: { cron: '*/2 * * * *', timeZone: 'UTC' } });
  void cloud.queue.schedules.replace(ID, changed, 'web');
  await rest();
  isDeadly = false;
  await make(cloud, changed);
  await cloud.runUntil(minute(12) + SECOND);
  expect(await calledFor(cloud)).toEqual([1, 2, 3, 4, 6, 8, 10, 12]);
});

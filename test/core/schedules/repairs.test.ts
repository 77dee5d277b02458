import { expect, test } from '@jest/globals';
import { uuidFor } from '../../../adapters/uuid-for.ts';
import { HOUR, MINUTE, SECOND } from '../../../core/durations.ts';
import type { Change } from '../../../core/event/change.ts';
import { BEGINNING, END } from '../../../core/event/entry.ts';
import type { Message } from '../../../core/event/message.ts';
import type { EventStore } from '../../../core/ports.ts';
import { openQueue } from '../../../core/queue.ts';
import type { WantedSchedule } from '../../../core/schedules/change.ts';
import { cueAt } from '../../../core/schedules/cue.ts';
import type { ScheduleStore } from '../../../core/schedules/schedule-store.ts';
import { memoryEventStore } from '../../support/memory-event-store.ts';
import { memorySchedules } from '../../support/memory-schedules.ts';
import { quietDependencies } from '../../support/quiet-dependencies.ts';
import { answered, wantedEvent } from '../../support/sample-event.ts';
import { received } from '../../support/simulated-time.ts';

const START = Date.parse('2030-01-01T00:00:30Z');
const ID = 'report';

/** Processes that share a store and a clock, which the test moves. */
function processes() {
  const store = memoryEventStore();
  const schedules = memorySchedules();
  const sent: Message[] = [];
  const calls: number[] = [];
  const reported: unknown[] = [];
  const changes: Change[] = [];
  const clock = { now: START };
  let ids = 0;

  /** Opens the queue in a process. */
  function open(over: { store?: Partial<EventStore>; schedules?: Partial<ScheduleStore>; random?: number } = {}) {
    return openQueue({
      ...quietDependencies,
      store: { ...store, ...over.store },
      schedules: { ...schedules, ...over.schedules },
      dueQueue: { send: async (message) => void sent.push(message), backlog: async () => 0 },
      call: async ({ key }) => {
        calls.push(key.dueAt);
        return answered(200);
      },
      now: () => clock.now,
      sleep: async () => {},
      newId: () => uuidFor(`id ${ids++}`),
      random: () => over.random ?? 0,
      onChange: (change) => void changes.push(change),
      report: (error) => void reported.push(error),
    });
  }

  async function deliverAll(): Promise<void> {
    for (const message of sent.splice(0)) if (message.at <= clock.now) await open().deliver([received(message)]);
  }

  /** The instants and statuses of the runs in the store, the earliest first. */
  async function runs() {
    const keys = await store.list({ schedule: ID }, END, BEGINNING, 1_000);
    const records = await Promise.all(keys.map(store.findEvent));
    return records.toReversed().map((record) => record?.progress.status);
  }

  return { store, schedules, sent, calls, changes, reported, clock, open, deliverAll, runs };
}

function everyMinute(wishes: Partial<WantedSchedule> = {}): WantedSchedule {
  const { asked, ...event } = wantedEvent();
  const timing = { cron: '* * * * *', timeZone: 'UTC' };
  return { timing, event, overlap: 'allow', catchUp: 1, isFromGiven: false, isPaused: undefined, ...wishes };
}

test('the audit goes on although the instants of a schedule cannot be computed', async () => {
  const { store, schedules, reported, clock, open } = processes();
  const queue = open();
  await queue.schedules.replace(ID, everyMinute(), 'web');
  const schedule = await queue.schedules.read(ID);
  if (schedule === undefined) throw new Error('The schedule was not stored.');
  const unknown = { ...schedule, version: 2, timing: { cron: '* * * * *', timeZone: 'Nowhere/Else' } };
  await schedules.save(schedule, unknown);
  await store.putCue(cueAt(unknown, START + 5 * MINUTE, uuidFor), START + HOUR);
  for (let minute = 0; minute < 40; minute++) {
    clock.now += MINUTE;
    await queue.dispatch();
  }
  expect(reported).not.toEqual([]);
  expect((await queue.dispatch())?.auditLag).toBeLessThan(2 * MINUTE);
});

test('making a schedule again takes away the runs that a deletion which failed has left', async () => {
  const { runs, open } = processes();
  await open({ random: 0 }).schedules.replace(ID, everyMinute(), 'web');
  const dying = open({ store: { recordUnlessChanged: () => Promise.reject(new Error('It died.')) } });
  await expect(dying.schedules.remove(ID)).rejects.toThrow('It died.');
  await open({ random: 0.99 }).schedules.replace(ID, everyMinute(), 'web');
  expect((await runs()).sort()).toEqual([...Array(3).fill('cancelled'), ...Array(3).fill('waiting_execution')]);
});

test.each(['pause', 'remove'] as const)('no run that was missed is made up for after a %s', async (stop) => {
  const { calls, clock, open, deliverAll } = processes();
  await open().schedules.replace(ID, everyMinute({ catchUp: 3 }), 'web');
  await open().dispatch();
  clock.now += HOUR;
  await deliverAll();
  calls.splice(0);
  const other = open();
  const find: ScheduleStore['find'] = async (id) => {
    const found = await other.schedules.read(id);
    await other.schedules[stop](id);
    return found;
  };
  await open({ schedules: { find } }).dispatch();
  clock.now += 5 * SECOND;
  await deliverAll();
  expect(calls).toEqual([]);
});

test('schedules whose runs take longer to be put than the lease lasts are not followed twice', async () => {
  const { store, clock, open } = processes();
  const made = open();
  for (let number = 0; number < 250; number++) await made.schedules.replace(`report-${number}`, hourly(), 'web');
  clock.now += 58 * MINUTE;
  const others: Promise<unknown>[] = [];
  let puts = 0;
  const putEvent: EventStore['putEvent'] = async (event) => {
    puts++;
    clock.now += 400;
    if (clock.now % (10 * SECOND) < 400) others.push(dispatch());
    await store.putEvent(event);
  };
  const dispatch = () => open({ store: { putEvent, entries: inPagesOf(200, store) } }).dispatch();
  await dispatch();
  await Promise.all(others);
  expect(others.length).toBeGreaterThan(0);
  expect(puts).toBe(250);
});

test('a run has the new event after a change, although a dispatcher has read the schedule before it', async () => {
  const { store, schedules, clock, open } = processes();
  const queue = open();
  await queue.schedules.replace(ID, everyMinute(), 'web');
  clock.now += 2 * MINUTE;
  let isChanged = false;
  const find: ScheduleStore['find'] = async (id) => {
    const found = await schedules.find(id);
    const { event } = everyMinute();
    if (!isChanged) await queue.schedules.replace(ID, everyMinute({ event: { ...event, method: 'PATCH' } }), 'web');
    isChanged = true;
    return found;
  };
  await open({ schedules: { find } }).dispatch();
  const keys = await store.list({ schedule: ID }, END, BEGINNING, 1_000);
  const records = await Promise.all(keys.filter(({ dueAt }) => dueAt > clock.now).map(store.findEvent));
  expect(records.map((record) => record?.event.method)).toEqual(['PATCH', 'PATCH', 'PATCH']);
});

test('runs have the event of the later of two changes, although the earlier one is slower', async () => {
  const { store, clock, open } = processes();
  const queue = open();
  const withMethod = (method: 'PUT' | 'PATCH') => everyMinute({ event: { ...everyMinute().event, method } });
  let isOvertaken = false;
  const putEvent: EventStore['putEvent'] = async (event) => {
    if (!isOvertaken) {
      isOvertaken = true;
      await queue.schedules.replace(ID, withMethod('PATCH'), 'web');
    }
    await store.putEvent(event);
  };
  await open({ store: { putEvent } }).schedules.replace(ID, withMethod('PUT'), 'web');
  const keys = await store.list({ schedule: ID }, END, BEGINNING, 1_000);
  const records = await Promise.all(keys.filter(({ dueAt }) => dueAt > clock.now).map(store.findEvent));
  expect(records.map((record) => record?.event.method)).toEqual(['PATCH', 'PATCH', 'PATCH']);
});

test('each run counts as accepted once and as finished once, however often its schedule is changed', async () => {
  const { changes, clock, open } = processes();
  const { schedules } = open();
  await schedules.replace(ID, everyMinute(), 'web');
  await schedules.replace(ID, everyMinute({ catchUp: 2 }), 'web');
  await schedules.replace(ID, everyMinute({ timing: { cron: '*/2 * * * *', timeZone: 'UTC' } }), 'web');
  clock.now += MINUTE;
  await schedules.pause(ID);
  const counted = changes.map(({ kind, event }) => `${kind} ${event.key.dueAt}`);
  const instants = [1, 2, 3].map((minute) => Math.floor(START / MINUTE) * MINUTE + minute * MINUTE);
  const once = instants.flatMap((at) => [`accepted ${at}`, `finished ${at}`]);
  expect(counted.toSorted()).toEqual(once.toSorted());
});

function hourly(): WantedSchedule {
  return everyMinute({ timing: { cron: '0 * * * *', timeZone: 'UTC' } });
}

/** Reads pages of a store that are as large as those of a table. */
function inPagesOf(most: number, { entries }: EventStore): EventStore['entries'] {
  return async (shard, after, until) => {
    let page = await entries(shard, after, until);
    while (page.entries.length + page.cues.length < most) {
      const next = await entries(shard, page.reached, until);
      if (next.reached === page.reached) break;
      page = { ...next, entries: [...page.entries, ...next.entries], cues: [...page.cues, ...next.cues] };
    }
    return page;
  };
}

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { HOUR, MINUTE, SECOND } from '../../../core/durations.ts';
import type { WantedEvent } from '../../../core/event/event.ts';
import type { CallResult } from '../../../core/event/progress.ts';
import type { EventRecord, EventStore } from '../../../core/ports.ts';
import type { SearchInStatus } from '../../../core/query/counter.ts';
import type { Search, SortedSearch } from '../../../core/query/search.ts';
import { memoryEventStore } from '../../support/memory-event-store.ts';
import { answered, wantedEvent } from '../../support/sample-event.ts';
import { simulatedCloud } from '../../support/simulated-cloud.ts';
import { START } from '../../support/simulation.ts';

describe('events are found', () => {
  test('latest due first, page by page, each once', async () => {
    const { queue } = simulatedCloud();
    for (let n = 0; n < 95; n++) await queue.publish(wantedEvent({ asked: { after: (n % 10) * HOUR } }), 'web');
    const pages = await everyPage(queue, { tags: [] }, 20);
    expect(pages.map((page) => page.length)).toEqual([20, 20, 20, 20, 15]);
    const instants = pages.flat().map(({ event }) => event.key.dueAt);
    expect(instants).toEqual([...instants].sort((one, other) => other - one));
    expect(new Set(pages.flat().map(({ event }) => event.key.uuid)).size).toBe(95);
  });

  test('for some seconds at most, and the answer says where to go on', async () => {
    const memory = memoryEventStore();
    let reads = 0;
    const store: EventStore = {
      ...memory,
      async findEvent(key) {
        reads++;
        jump(50);
        return memory.findEvent(key);
      },
    };
    const { queue, jump } = simulatedCloud({ store });
    for (let n = 0; n < 400; n++) await queue.publish(wantedEvent({ asked: { after: HOUR + n } }), 'web');
    const { records, next } = await queue.find({ status: 'success', tags: [] }, 100);
    expect([records, next]).toEqual([[], expect.any(String)]);
    expect(reads).toBe(202);
  });

  test('exactly as a filter over a list of all events finds them, whatever is asked', async () => {
    const { queue, runUntil } = await lived();
    await runUntil(START + HOUR);
    const all = (await everyPage(queue, { tags: [] }, 100)).flat();
    expect(all).toHaveLength(60);
    const statuses = ['waiting_execution', 'success', 'failed', 'cancelled', undefined] as const;
    const instants = fc.option(
      fc.integer({ min: -10, max: 200 }).map((minutes) => START + minutes * MINUTE),
      { nil: undefined },
    );
    const search = fc.record({
      status: fc.constantFrom(...statuses),
      tags: fc.subarray(['even', 'third', 'none']),
      dueAfter: instants,
      dueBefore: instants,
      host: fc.constantFrom(undefined, { name: 'example.com' }, { name: 'example.com', port: 8443 }, { name: 'none' }),
      outcome: fc.constantFrom(undefined, undefined, 'answered', 'timed_out'),
      statusCodes: fc.constantFrom<Search['statusCodes'][]>(undefined, undefined, [500, 599], [503, 503]),
    });
    await fc.assert(
      fc.asyncProperty(search, fc.integer({ min: 1, max: 30 }), async (asked, limit) => {
        const pages = await everyPage(queue, asked, limit);
        const found = pages.flat().map(({ event }) => event.key.uuid);
        expect(found).toEqual(all.filter((record) => fits(record, asked)).map(({ event }) => event.key.uuid));
        expect(pages).toHaveLength(Math.max(1, Math.ceil(found.length / limit)));
        const reversed = await everyPage(queue, { ...asked, earliestFirst: true }, limit);
        expect(reversed.flat().map(({ event }) => event.key.uuid)).toEqual(found.toReversed());
        expect(reversed.map((page) => page.length)).toEqual(pages.map((page) => page.length));
      }),
      { numRuns: 200 },
    );
  });

  test.each<[string, Search]>([
    ['all', { tags: [] }],
    ['those of a tag', { tags: ['even'] }],
    ['those of two tags', { tags: ['even', 'third'] }],
    ['those that wait', { status: 'waiting_execution', tags: [] }],
    ['those that succeeded', { status: 'success', tags: [] }],
    ['those that failed', { status: 'failed', tags: [] }],
    ['those that failed of a tag', { status: 'failed', tags: ['third'] }],
    ['those that were cancelled', { status: 'cancelled', tags: ['even'] }],
    ['those of a span of time', { tags: [], dueAfter: START + 30 * MINUTE, dueBefore: START + 90 * MINUTE }],
    ['none', { tags: ['none'] }],
    ['those to a host', { tags: [], host: { name: 'example.com' } }],
    ['those to a port of it', { tags: ['third'], host: { name: 'example.com', port: 8443 } }],
    ['those whose last attempt timed out', { tags: [], outcome: 'timed_out' }],
    ['those whose last attempt was answered with 5xx', { status: 'failed', tags: [], statusCodes: [500, 599] }],
  ])('on full pages up to the last one, however many a page has: %s', async (_, asked) => {
    const { queue, runUntil } = await lived();
    await runUntil(START + HOUR);
    const all = (await queue.find({ tags: [] }, 100)).records.filter((record) => fits(record, asked));
    for (let limit = 1; limit <= all.length + 1; limit++) {
      const pages = await everyPage(queue, asked, limit);
      expect(pages.flat()).toEqual(all);
      const sizes = pages.map((page) => page.length);
      expect(sizes.slice(0, -1)).toEqual(Array(Math.max(0, Math.ceil(all.length / limit) - 1)).fill(limit));
      if (all.length > 0) expect(sizes.at(-1)).toBeGreaterThan(0);
    }
  });

  test('on a full last page although others of its list no longer fit', async () => {
    const { queue, runUntil } = simulatedCloud();
    for (let n = 0; n < 40; n++) await queue.publish(wantedEvent({ keepResultFor: MINUTE, tags: ['a'] }), 'web');
    for (let n = 0; n < 20; n++) await queue.publish(wantedEvent({ asked: { after: SECOND + n }, tags: ['a'] }), 'web');
    await runUntil(START + 2 * MINUTE);
    for (const tags of [[], ['a']]) {
      expect((await everyPage(queue, { tags }, 20)).map((page) => page.length)).toEqual([20]);
      expect((await everyPage(queue, { tags }, 10)).map((page) => page.length)).toEqual([10, 10]);
    }
  });

  test('with one more look than a page has events', async () => {
    const { store, read } = counting(memoryEventStore());
    const { queue } = simulatedCloud({ store });
    for (let n = 0; n < 150; n++) await queue.publish(wantedEvent({ asked: { after: HOUR + n } }), 'web');
    const reads: number[] = [];
    for (const limit of [1, 24, 25, 100]) {
      read.clear();
      await queue.find({ tags: [] }, limit);
      reads.push(read.size);
    }
    expect(reads).toEqual([25, 25, 26, 101]);
  });

  test('by their last attempt alone, however those before ended', async () => {
    const { queue, runUntil } = simulatedCloud({
      answer: ({ url }, attempt) => {
        const isTimedOut = url.endsWith(attempt === 1 ? 'late-first' : 'late-then');
        return isTimedOut ? { outcome: 'timed_out', error: 'No answer.' } : answered(500 + attempt);
      },
    });
    for (const path of ['late-first', 'late-then', 'none'])
      await queue.publish(
        wantedEvent({
          url: `https://example.com/${path}`,
          maxTryCount: 2,
          asked: { after: path === 'none' ? HOUR : 0 },
        }),
        'web',
      );
    await runUntil(START + 10 * MINUTE);
    const found = async (search: Partial<Search>) =>
      (await queue.find({ tags: [], ...search }, 100)).records.map(({ event }) => event.url.split('/').at(-1));
    expect(await found({ outcome: 'timed_out' })).toEqual(['late-then']);
    expect(await found({ outcome: 'answered' })).toEqual(['late-first']);
    expect(await found({ statusCodes: [502, 502] })).toEqual(['late-first']);
    expect(await found({ statusCodes: [501, 501] })).toEqual([]);
    expect(await found({ outcome: 'timed_out', statusCodes: [500, 599] })).toEqual([]);
  });

  test('by their order at the time, although others come and go between the pages', async () => {
    const { queue } = simulatedCloud();
    for (let n = 0; n < 40; n++) await queue.publish(wantedEvent({ asked: { after: n * MINUTE } }), 'web');
    const first = await queue.find({ tags: [] }, 10);
    await queue.publish(wantedEvent({ asked: { after: 2 * HOUR } }), 'web');
    await queue.publish(wantedEvent({ asked: { after: 0 } }), 'web');
    const second = await queue.find({ tags: [] }, 10, first.next);
    const minutes = (records: readonly EventRecord[]) => records.map(({ event }) => (event.key.dueAt - START) / MINUTE);
    expect(minutes(first.records)).toEqual([39, 38, 37, 36, 35, 34, 33, 32, 31, 30]);
    expect(minutes(second.records)).toEqual([29, 28, 27, 26, 25, 24, 23, 22, 21, 20]);
  });

  test('next due first without a look at those that have finished', async () => {
    const { store, read } = counting(memoryEventStore());
    const { queue, runUntil } = simulatedCloud({ store });
    for (let n = 0; n < 200; n++) await queue.publish(wantedEvent({ asked: { after: n } }), 'web');
    for (let n = 0; n < 5; n++) await queue.publish(wantedEvent({ asked: { after: HOUR + n * MINUTE } }), 'web');
    await runUntil(START + MINUTE);
    read.clear();
    const page = await queue.find({ tags: [], dueAfter: START + MINUTE, earliestFirst: true }, 3);
    const instants = page.records.map(({ event }) => event.key.dueAt - START - HOUR);
    expect([instants, read.size]).toEqual([[0, MINUTE, 2 * MINUTE], 5]);
  });

  test('no longer than their results are kept', async () => {
    const { queue, runUntil } = simulatedCloud();
    for (let n = 0; n < 30; n++) await queue.publish(wantedEvent({ keepResultFor: MINUTE }), 'web');
    await queue.publish(wantedEvent(), 'web');
    await runUntil(START + 30 * SECOND);
    expect((await queue.find({ tags: [] }, 100)).records).toHaveLength(31);
    await runUntil(START + 2 * MINUTE);
    const { records, next } = await queue.find({ tags: [] }, 20);
    expect([records.length, next]).toEqual([1, undefined]);
  });

  test.each<[string, Partial<Search>]>([
    ['a host', { host: { name: 'elsewhere.example' } }],
    ['an outcome', { outcome: 'answered' }],
    ['a status code', { statusCodes: [500, 599] }],
  ])('by looking at 1,000 of them for a page at most where few have %s, and none is passed over', async (_, filter) => {
    const { store, read } = counting(memoryEventStore());
    const { queue, runUntil } = simulatedCloud({ store, answer: () => answered(503) });
    for (let n = 0; n < 1_500; n++) await queue.publish(wantedEvent({ asked: { after: HOUR + n } }), 'web');
    await queue.publish(wantedEvent({ url: 'https://elsewhere.example/', maxTryCount: 1 }), 'web');
    await runUntil(START + MINUTE);
    read.clear();
    const first = await queue.find({ tags: [], ...filter }, 20);
    expect([first.records, read.size]).toEqual([[], 1_000]);
    const second = await queue.find({ tags: [], ...filter }, 20, first.next);
    expect(second.records.map(({ event }) => event.url)).toEqual(['https://elsewhere.example/']);
    expect(second.next).toBeUndefined();
  });

  test('by looking at 1,000 of them for a page at most, which then says where to go on', async () => {
    const { store, read } = counting(memoryEventStore());
    const { queue } = simulatedCloud({ store });
    for (let n = 0; n < 2_500; n++) await queue.publish(wantedEvent({ asked: { after: HOUR + n } }), 'web');
    read.clear();
    const page = await queue.find({ status: 'success', tags: [] }, 20);
    expect(page.records).toEqual([]);
    expect(page.next).toBeDefined();
    expect(read.size).toBe(1_000);
    expect(await everyPage(queue, { status: 'success', tags: [] }, 20)).toEqual([[], [], []]);
    read.clear();
    await queue.find({ status: 'success', tags: [] }, 100);
    expect(read.size).toBe(1_000);
    const before = START + HOUR + 2_000;
    expect(await everyPage(queue, { status: 'success', tags: [], dueBefore: before }, 20)).toEqual([[], []]);
  });

  test('in shards that are no longer used', async () => {
    const { queueWith, queue } = simulatedCloud({ shards: 1 });
    const old = queueWith(8);
    for (let n = 0; n < 20; n++) await old.publish(wantedEvent({ asked: { after: HOUR + n } }), 'web');
    await old.dispatch();
    expect((await queue.find({ tags: [] }, 100)).records).toHaveLength(20);
  });
});

describe('events are counted', () => {
  test('as many as are found, whatever is asked', async () => {
    const { queue, runUntil } = await lived();
    for (const at of [0, HOUR, 2 * HOUR]) {
      await runUntil(START + at);
      const all = (await everyPage(queue, { tags: [] }, 100)).flat();
      const search = fc.record({
        status: fc.constantFrom('waiting_execution', 'success', 'failed', 'cancelled'),
        tags: fc.subarray(['even', 'third', 'none']),
        dueAfter: fc.constantFrom(undefined, START + 30 * MINUTE),
        dueBefore: fc.constantFrom(undefined, START + 90 * MINUTE, 0),
        host: fc.constantFrom(undefined, { name: 'example.com' }, { name: 'example.com', port: 8443 }),
        outcome: fc.constantFrom(undefined, undefined, 'answered', 'timed_out'),
        statusCodes: fc.constantFrom<Search['statusCodes'][]>(undefined, undefined, [500, 599], [503, 503]),
      });
      await fc.assert(
        fc.asyncProperty(search, async (asked) => {
          const count = all.filter((record) => fits(record, asked)).length;
          expect(await queue.count(100, asked)).toEqual({ count, complete: true });
        }),
        { numRuns: 100 },
      );
    }
  });

  test('but for those whose result is no longer kept', async () => {
    const { queue, runUntil } = simulatedCloud();
    for (const keepResultFor of [MINUTE, HOUR]) await queue.publish(wantedEvent({ keepResultFor }), 'web');
    await runUntil(START + 2 * MINUTE);
    expect(await queue.count(100, { status: 'success', tags: [] })).toEqual({ count: 1, complete: true });
  });

  test.each<[string, SearchInStatus, most: number]>([
    ['that wait for a host', { status: 'waiting_execution', tags: [], host: { name: 'example.com' } }, 30],
    ['that wait, of a tag', { status: 'waiting_execution', tags: ['a'] }, 30],
    ['that succeeded', { status: 'success', tags: [] }, 600],
    ['of a tag', { status: 'success', tags: ['a'] }, 600],
    ['that failed', { status: 'failed', tags: [], outcome: 'timed_out' }, 0],
  ])('from as many pages as without a filter, and it is said that there is more: %s', async (_, search, most) => {
    const { store, read } = counting(memoryEventStore());
    const { queue } = simulatedCloud({ store, shards: 1 });
    for (let n = 0; n < 700; n++) await queue.publish(wantedEvent({ asked: { after: HOUR + n }, tags: ['a'] }), 'web');
    read.clear();
    const { count, complete } = await queue.count(3, search);
    expect([count, complete]).toEqual([search.status === 'waiting_execution' ? most : 0, most === 0]);
    expect(read.size).toBeLessThanOrEqual(most);
  });

  test('without reading them as a whole, unless their host or tags are asked for', async () => {
    const memory = memoryEventStore();
    let [whole, open, most] = [0, 0, 0];
    const store: EventStore = {
      ...memory,
      findEvent(key) {
        whole++;
        most = Math.max(most, ++open);
        return memory.findEvent(key).finally(() => open--);
      },
    };
    const { queue } = simulatedCloud({ store });
    for (let n = 0; n < 300; n++) await queue.publish(wantedEvent({ asked: { after: HOUR } }), 'web');
    await queue.count(100, { status: 'success', tags: [], statusCodes: [200, 299] });
    expect(whole).toBe(0);
    await queue.count(100, { status: 'waiting_execution', tags: [], host: { name: 'example.com' } });
    expect([whole, most]).toEqual([300, 100]);
  });

  test('for some seconds at most, and the answer says that there is more', async () => {
    const memory = memoryEventStore();
    const store: EventStore = {
      ...memory,
      async findEvent(key) {
        jump(50);
        return memory.findEvent(key);
      },
    };
    const { queue, jump } = simulatedCloud({ store });
    for (let n = 0; n < 400; n++) await queue.publish(wantedEvent({ asked: { after: HOUR } }), 'web');
    const search = { status: 'waiting_execution', tags: [], host: { name: 'example.com' } } as const;
    expect(await queue.count(100, search)).toEqual({ count: 200, complete: false });
  });
});

describe('events that wait are counted', () => {
  test('exactly, whatever has finished, waits for long or is between two tries', async () => {
    const { queue, runUntil } = await lived();
    for (const at of [0, MINUTE, 30 * MINUTE, 6 * HOUR]) {
      await runUntil(START + at);
      const waiting = (await everyPage(queue, { status: 'waiting_execution', tags: [] }, 100)).flat();
      expect(await queue.count(100)).toEqual({ count: waiting.length, complete: true });
    }
  });

  test('from what lies ahead of the audit cursor: a day of finished events is not looked at', async () => {
    const { store, read } = counting(memoryEventStore());
    const { queue, runUntil } = simulatedCloud({ store });
    for (let n = 0; n < 500; n++) await queue.publish(wantedEvent({ asked: { after: n * MINUTE } }), 'web');
    await runUntil(START + 500 * MINUTE);
    for (let n = 0; n < 3; n++) await queue.publish(wantedEvent({ asked: { after: HOUR } }), 'web');
    read.clear();
    expect(await queue.count(100)).toEqual({ count: 3, complete: true });
    expect(read.size).toBeLessThan(3 + 15);
  });

  test('as far as so many pages go', async () => {
    const { queue } = simulatedCloud({ shards: 1 });
    for (let n = 0; n < 45; n++) await queue.publish(wantedEvent({ asked: { after: HOUR + n } }), 'web');
    expect(await queue.count(3)).toEqual({ count: 30, complete: false });
    expect(await queue.count(5)).toEqual({ count: 45, complete: true });
  });
});

type Queue = ReturnType<typeof simulatedCloud>['queue'];

/**
 * Publishes sixty events of every kind: some succeed, fail in several ways, wait or are cancelled. They have tags, and
 * go to two ports of a host.
 */
async function lived() {
  const cloud = simulatedCloud({ answer: ({ url }) => answerOf(url) });
  for (let n = 0; n < 60; n++) {
    const wish: Partial<WantedEvent> = {
      url: `https://example.com${n % 3 === 0 ? ':8443' : ''}/${n % 4 === 0 ? (['bad', 'busy', 'late'][n % 3] ?? '') : 'good'}`,
      asked: { after: n * 3 * MINUTE },
      tags: [...(n % 2 === 0 ? ['even'] : []), ...(n % 3 === 0 ? ['third'] : [])],
    };
    const { event } = await cloud.queue.publish(wantedEvent(wish), 'web');
    if (n % 5 === 4) await cloud.queue.cancel(event.key);
  }
  return cloud;
}

function answerOf(url: string): CallResult {
  if (url.endsWith('late')) return { outcome: 'timed_out', error: 'No answer.' };
  if (url.endsWith('good')) return answered(200);
  return answered(url.endsWith('bad') ? 500 : 503);
}

function fits({ event, progress }: EventRecord, search: Search): boolean {
  const { status, tags, dueAfter, dueBefore, host, outcome, statusCodes: [least, most] = [0, 999] } = search;
  const { dueAt } = event.key;
  const { hostname, port } = new URL(event.url);
  const last = progress.attempts.at(-1);
  return (
    (host === undefined || (hostname === host.name && (host.port === undefined || port === String(host.port)))) &&
    (outcome === undefined || last?.outcome === outcome) &&
    (search.statusCodes === undefined || (least <= (last?.statusCode ?? 0) && (last?.statusCode ?? 0) <= most)) &&
    (status === undefined || progress.status === status) &&
    tags.every((tag) => event.tags.includes(tag)) &&
    (dueAfter === undefined || dueAt >= dueAfter) &&
    (dueBefore === undefined || dueAt < dueBefore)
  );
}

async function everyPage(queue: Queue, search: SortedSearch, limit: number): Promise<(readonly EventRecord[])[]> {
  const pages: (readonly EventRecord[])[] = [];
  for (let after: string | undefined; ; ) {
    const { records, next } = await queue.find(search, limit, after);
    pages.push(records);
    if (next === undefined) return pages;
    after = next;
  }
}

/** A store that notes which events are looked up. */
function counting(store: EventStore) {
  const read = new Set<string>();
  const findEvent: EventStore['findEvent'] = (key) => {
    read.add(key.uuid);
    return store.findEvent(key);
  };
  const findProgress: EventStore['findProgress'] = (key) => {
    read.add(key.uuid);
    return store.findProgress(key);
  };
  return { store: { ...store, findEvent, findProgress }, read };
}

import { createHash, randomUUID } from 'node:crypto';
import { CreateTableCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dynamoTable, tableSchema } from '../../adapters/dynamo-table.ts';
import type { ItemKey, Table } from '../../adapters/table.ts';
import { tableEventStore } from '../../adapters/table-event-store.ts';
import { DAY, HOUR, MINUTE, SECOND, WEEK } from '../../core/durations.ts';
import { BEGINNING, END, type Entry, positionAt, positionBefore, positionOf } from '../../core/event/entry.ts';
import type { QueuedEvent } from '../../core/event/event.ts';
import { type EventKey, inShard, offsetOf } from '../../core/event/event-key.ts';
import { firstProgress, settle } from '../../core/event/lifecycle.ts';
import type { Finished, Progress, Waiting } from '../../core/event/progress.ts';
import type { Cursors, EventStore } from '../../core/ports.ts';
import { type Meter, meter } from './consumed-capacity.ts';
import { compareBytesAsAWhole } from './equal-bytes.ts';
import type { Database } from './open-dynalite.ts';
import { answered, queuedEvent } from './sample-event.ts';

const TABLE_NAME = 'events';
const DUE = Date.parse('2030-01-01T00:00:00.250Z');
const KB = 1_024;

compareBytesAsAWhole();

/** The contract that every event store passes: what core relies on, whatever technology holds the events. */
export function eventStoreContract(
  name: string,
  open: () => Promise<{ store: EventStore; close(): Promise<void> }>,
): void {
  describe(`an event store on ${name}`, () => {
    let store: EventStore;
    let close: () => Promise<void>;

    beforeAll(async () => {
      ({ store, close } = await open());
    });
    afterAll(() => close());

    test.each([
      ['one with nothing but a URL', {}],
      ['an elaborate one', elaborate],
      ['one with an empty body', { body: { kind: 'bytes', bytes: new Uint8Array() } }],
      ['one with a text body', { body: { kind: 'text', bytes: bytesOf('\ufeff grüße\r\n') } }],
      ['one with a JSON body', { body: { kind: 'json', bytes: bytesOf('{"n": 12345678901234567890, "n": 1.0}') } }],
      ['one with a body of 256 KiB', { body: { kind: 'bytes', bytes: everyByte(256 * KB) } }],
      ['one asked for at an instant', { asked: { at: DUE } }],
      ['one asked for after a second and a half', { asked: { after: 1.5 * SECOND } }],
      ['one of every header there may be', { headers: Array.from({ length: 50 }, (_, n) => [`x-${n}`, 'v'] as const) }],
    ] satisfies [string, Partial<QueuedEvent>][])('finds an event with everything in it: %s', async (_, wishes) => {
      const event = newEvent(wishes);
      await store.putEvent(event);
      expect((await store.findEvent(event.key))?.event).toEqual(event);
    });

    test('finds each of many events put in the same moment', async () => {
      const events = Array.from({ length: 60 }, (_, n) => newEvent({ publishedBy: `key ${n}`, tags: ['many'] }));
      await Promise.all(events.map(store.putEvent));
      const found = await Promise.all(events.map(({ key }) => store.findEvent(key)));
      expect(found.map((record) => record?.event)).toEqual(events);
    });

    test('finds the runs of a schedule, the latest first, and no other events', async () => {
      const schedule = randomUUID();
      const keys = [0, 1, 2].map((n) => ({ dueAt: DUE + n, uuid: randomUUID() }));
      await Promise.all(keys.map((key) => store.putEvent(queuedEvent(DUE, { key, schedule, skipsOverlap: true }))));
      await store.putEvent(newEvent({ schedule: randomUUID() }));
      expect(await store.list({ schedule }, END, BEGINNING, 10)).toEqual(keys.toReversed());
      expect(await store.list({ schedule }, positionOf(keys[2] as EventKey), BEGINNING, 1)).toEqual([keys[1]]);
      expect((await store.findEvent(keys[0] as EventKey))?.event).toMatchObject({ schedule, skipsOverlap: true });
    });

    test('finds a cue at its instant, apart from the entries of events', async () => {
      // No other test has events in these days, in whichever shard.
      const dueAt = DUE + 35 * DAY;
      const [before, behind] = [positionAt(dueAt - 1), positionAt(dueAt + DAY)];
      const event = newEvent({ key: { dueAt, uuid: inShard(randomUUID(), 77) } });
      const cue = { uuid: inShard(randomUUID(), 77), at: dueAt + 1, schedule: 'daily.report', life: 'a', edition: 3 };
      await store.putEvent(event);
      await store.putCue(cue, dueAt + WEEK);
      await store.putCue(cue, dueAt + 2 * WEEK);
      const { entries, cues } = await store.entries(77, before, dueAt + 1);
      expect(entries.map(({ key }) => key)).toEqual([event.key]);
      expect(cues).toEqual([cue]);
      expect((await store.entries(77, before, dueAt)).cues).toEqual([]);
      expect(await store.list({ shard: 77 }, behind, positionBefore(dueAt), 10)).toEqual([event.key]);
    });

    test('finds nothing under a key that was never put', async () => {
      expect(await store.findEvent(newKey())).toBeUndefined();
    });

    test('finds nothing under the uuid of an event with another due instant', async () => {
      const { key } = await stored();
      expect(await store.findEvent({ ...key, dueAt: key.dueAt + 1 })).toBeUndefined();
    });

    test('answers the first progress for an event of which nothing was recorded', async () => {
      const event = await stored();
      expect(await progressOf(event)).toEqual(firstProgress(event));
    });

    test('records a progress with all of its fields', async () => {
      const event = await stored({ maxTryCount: 1_000 });
      const long = longProgress(event);
      await store.recordSuccess(event, long);
      expect(await progressOf(event)).toEqual(long);
    });

    test('finds the progress of an event alone, if there is any', async () => {
      const event = await stored();
      expect(await store.findProgress(event.key)).toBeUndefined();
      expect(await store.findKey(event.key.uuid)).toBeUndefined();
      const [progress] = await recordedFailures(event, 1);
      expect(await store.findProgress(event.key)).toEqual(progress);
      expect(await store.findKey(event.key.uuid)).toEqual(event.key);
    });

    test('lists events latest due first, by shard, by tag of a shard and by failure, from one position to another', async () => {
      const tag = `listed ${randomUUID()}`;
      const shard = 9;
      const events = Array.from({ length: 12 }, (_, n) => {
        const uuid = inShard(randomUUID(), shard);
        return newEvent({ key: { dueAt: DUE + 100 * DAY + n * SECOND, uuid }, tags: n % 2 ? [tag] : [] });
      });
      for (const event of events) await store.putEvent(event);
      for (const event of events.slice(0, 4)) await store.putFailedEntry(event, failed(event, firstProgress(event)));
      for (const event of events) {
        const at = event.key.dueAt + SECOND / 2;
        await store.putReminder(event, { kind: 'audit', key: event.key, at });
      }
      const latestFirst = events.map(({ key }) => key).reverse();
      const [start, end] = [positionAt(DUE + 101 * DAY), positionBefore(DUE + 100 * DAY)];
      expect(await store.list({ shard }, start, end, 100)).toEqual(latestFirst);
      expect(await store.list({ shard }, start, end, 5)).toEqual(latestFirst.slice(0, 5));
      const fifth = latestFirst[4] as EventKey;
      const ninth = latestFirst[8] as EventKey;
      expect(await store.list({ shard }, positionOf(fifth), positionOf(ninth), 100)).toEqual(latestFirst.slice(5, 9));
      expect(await store.list({ shard }, positionAt(fifth.dueAt), end, 100)).toEqual(latestFirst.slice(4));
      expect(await store.list({ shard }, start, positionBefore(ninth.dueAt), 100)).toEqual(latestFirst.slice(0, 9));
      const tagged = latestFirst.filter((_, index) => index % 2 === 0);
      expect(await store.list({ tag, taggedShard: shard }, END, BEGINNING, 100)).toEqual(tagged);
      expect(await store.list({ tag, taggedShard: shard + 1 }, END, BEGINNING, 100)).toEqual([]);
      expect(await store.list({ failedShard: shard }, END, BEGINNING, 100)).toEqual(latestFirst.slice(8));
      expect(await store.list({ tag: 'none', taggedShard: shard }, END, BEGINNING, 100)).toEqual([]);
      expect(await store.list({ shard }, end, start, 100)).toEqual([]);

      const earliestFirst = latestFirst.toReversed();
      expect(await store.list({ shard }, end, start, 100, true)).toEqual(earliestFirst);
      expect(await store.list({ shard }, end, start, 5, true)).toEqual(earliestFirst.slice(0, 5));
      expect(await store.list({ shard }, positionOf(ninth), positionOf(fifth), 100, true)).toEqual(
        earliestFirst.slice(4, 8),
      );
      expect(await store.list({ tag, taggedShard: shard }, BEGINNING, END, 100, true)).toEqual(tagged.toReversed());
      expect(await store.list({ shard }, start, end, 100, true)).toEqual([]);
    });

    describe('reserves a deduplication id', () => {
      const OWN = { heldBy: 'this request' };
      const wish = { body: { kind: 'bytes', bytes: everyByte(KB) }, asked: { at: DUE } } as const;
      const reserving = (wishes: Partial<QueuedEvent>) => newEvent({ ...wish, createdAt: DUE, ...wishes });

      test('for one of fifty simultaneous requests, and tells all others which event has it', async () => {
        const deduplicationId = randomUUID();
        const rivals = Array.from({ length: 50 }, (_, n) => reserving({ deduplicationId, createdAt: DUE + n }));
        const verdicts = await Promise.all(rivals.map((rival) => store.reserve(rival)));
        const won = verdicts.findIndex(({ heldBy }) => heldBy === 'this request');
        const { key, createdAt } = rivals[won] ?? {};
        expect(verdicts.toSpliced(won, 1)).toEqual(Array(49).fill({ heldBy: 'the same request', key, createdAt }));
      });

      test('for each publisher, whatever both of them hold', async () => {
        const id = randomUUID();
        const own = await store.reserve(reserving({ publishedBy: 'a', deduplicationId: `b#${id}` }));
        const other = await store.reserve(reserving({ publishedBy: 'a#b', deduplicationId: id }));
        expect([own, other]).toEqual([OWN, OWN]);
      });

      test.each<[string, Partial<QueuedEvent>]>([
        ['URL', { url: 'https://example.com/else' }],
        ['body', { body: { kind: 'bytes', bytes: everyByte(KB).fill(0, 5, 6) } }],
        ['kind of body', { body: { kind: 'text', bytes: everyByte(KB) } }],
        ['due time', { asked: { after: 0 } }],
        ['number of tries', { maxTryCount: 7 }],
        ['header', { headers: [['x-a', 'one']] }],
        ['tag', { tags: ['one'] }],
      ])('and knows a request with another %s', async (_, change) => {
        const deduplicationId = randomUUID();
        await store.reserve(reserving({ deduplicationId }));
        expect(await store.reserve(reserving({ deduplicationId, ...change }))).toEqual({
          heldBy: 'another request',
        });
      });

      test('and knows the same request with headers and tags in another order, and names of headers in other letters', async () => {
        const deduplicationId = randomUUID();
        const headers = [
          ['x-a', 'A'],
          ['x-b', ''],
        ] as const;
        const otherHeaders = [
          ['X-B', ''],
          ['X-a', 'A'],
        ] as const;
        await store.reserve(reserving({ deduplicationId, headers, tags: ['a', 'b'] }));
        const again = reserving({ deduplicationId, headers: otherHeaders, tags: ['b', 'a'] });
        expect(await store.reserve(again)).toMatchObject({ heldBy: 'the same request' });
      });

      test('for a day, or until one that knows the reserved key takes its place', async () => {
        const deduplicationId = randomUUID();
        const first = reserving({ deduplicationId });
        await store.reserve(first);
        expect(await store.reserve(reserving({ deduplicationId, createdAt: DUE + DAY - 1 }))).not.toEqual(OWN);
        expect(await store.reserve(reserving({ deduplicationId }), newKey())).not.toEqual(OWN);
        const second = reserving({ deduplicationId });
        expect(await store.reserve(second, first.key)).toEqual(OWN);
        expect(await store.reserve(reserving({ deduplicationId }), first.key)).not.toEqual(OWN);
        expect(await store.reserve(reserving({ deduplicationId, createdAt: DUE + DAY }))).toEqual(OWN);
      });

      test('for the window of the first request, whatever the window of the next one', async () => {
        const deduplicationId = randomUUID();
        await store.reserve(reserving({ deduplicationId, deduplicationWindow: MINUTE }));
        const next = { deduplicationId, deduplicationWindow: HOUR };
        const early = await store.reserve(reserving({ ...next, createdAt: DUE + MINUTE - 1 }));
        expect(early).toMatchObject({ heldBy: 'the same request', createdAt: DUE });
        expect(await store.reserve(reserving({ ...next, createdAt: DUE + MINUTE }))).toEqual(OWN);
        const short = reserving({ deduplicationId, deduplicationWindow: MINUTE, createdAt: DUE + HOUR });
        expect(await store.reserve(short)).not.toEqual(OWN);
      });
    });

    test('records a failure with what is pending next', async () => {
      const event = await stored();
      const read = firstProgress(event);
      const progress = failed(event, read);
      expect(await store.recordUnlessChanged(event, read, progress)).toBe(true);
      expect(await progressOf(event)).toEqual(progress);
    });

    test('records a failure that ends the event', async () => {
      const event = await stored({ maxTryCount: 1 });
      const read = firstProgress(event);
      const progress = failed(event, read);
      expect(await store.recordUnlessChanged(event, read, progress)).toBe(true);
      expect(await progressOf(event)).toMatchObject({ status: 'failed', finishedAt: DUE + SECOND });
      expect(await store.recordUnlessChanged(event, read, progress)).toBe(false);
    });

    test('records one failure of ten that read the same progress, at every version', async () => {
      const event = await stored({ maxTryCount: 1_000 });
      let read: Progress = firstProgress(event);
      for (const version of [0, 1, 2, 3]) {
        expect(read.version).toBe(version);
        const rivals: Waiting[] = Array.from({ length: 10 }, (_, n) => failed(event, read as Waiting, n + 1));
        const verdicts = await Promise.all(rivals.map((rival) => store.recordUnlessChanged(event, read, rival)));
        expect(verdicts.filter(Boolean)).toHaveLength(1);
        read = await progressOf(event);
        expect(read).toEqual(rivals[verdicts.indexOf(true)]);
      }
    });

    test('records no failure that was computed from an outdated progress', async () => {
      const event = await stored();
      const [first, second] = await recordedFailures(event, 2);
      expect(await store.recordUnlessChanged(event, firstProgress(event), failed(event, firstProgress(event)))).toBe(
        false,
      );
      expect(await store.recordUnlessChanged(event, first, failed(event, first, 7))).toBe(false);
      expect(await progressOf(event)).toEqual(second);
    });

    test('records a success over every other progress, whatever its version', async () => {
      const event = await stored({ maxTryCount: 2 });
      const success = succeeded(event, firstProgress(event));
      await recordedFailures(event, 1);
      await store.recordSuccess(event, success);
      expect(await progressOf(event)).toEqual(success);

      const failed = await stored({ maxTryCount: 2 });
      await recordedFailures(failed, 2);
      expect(await progressOf(failed)).toMatchObject({ status: 'failed', version: 2 });
      await store.recordSuccess(failed, success);
      expect(await progressOf(failed)).toEqual(success);
    });

    test('records no failure over a success, even if their versions are equal', async () => {
      const event = await stored();
      const [read] = await recordedFailures(event, 1);
      const success = succeeded(event, firstProgress(event));
      expect(success.version).toBe(read.version);
      await store.recordSuccess(event, success);
      expect(await store.recordUnlessChanged(event, read, failed(event, read))).toBe(false);
      expect(await store.recordUnlessChanged(event, firstProgress(event), failed(event, firstProgress(event)))).toBe(
        false,
      );
      expect(await progressOf(event)).toEqual(success);
    });

    test('keeps the progress of every event apart', async () => {
      const [one, other] = [await stored(), await stored()];
      await recordedFailures(one, 1);
      expect(await progressOf(other)).toEqual(firstProgress(other));
    });

    describe('lists the entries of a shard', () => {
      const shard = 0x77;
      const from = DUE + 50 * DAY;
      const inShard = (second: number, wishes: Partial<QueuedEvent> = {}) => {
        const { key } = newEvent();
        return newEvent({ key: { dueAt: from + second * SECOND, uuid: `77${key.uuid.slice(2)}` }, ...wishes });
      };
      const everything = async (after: string, until: number) => {
        const found: Entry[] = [];
        for (let position = after; position > positionAt(until); ) {
          const page = await store.entries(shard, position, until);
          found.push(...page.entries);
          position = page.reached;
        }
        return found;
      };

      test('earliest first, from behind a position up to and with an instant, in pages that leave out nothing', async () => {
        const events = Array.from({ length: 450 }, (_, n) =>
          inShard(Math.floor(n / 2), n % 3 ? {} : { messageSentByPublish: true }),
        );
        await Promise.all(events.map(store.putEvent));
        const until = from + 200 * SECOND;
        const found = await everything(positionAt(from - 1), until);
        const expected = events.filter(({ key }) => key.dueAt <= until);
        expect(found.map(({ key }) => key.dueAt)).toEqual(expected.map(({ key }) => key.dueAt));
        expect(new Set(found.map(({ key }) => key.uuid))).toEqual(new Set(expected.map(({ key }) => key.uuid)));
        for (const [index, { key, messageSentByPublish }] of expected.entries()) {
          if (index % 50 === 0)
            expect(found).toContainEqual({ kind: 'event', key, messageSentByPublish: messageSentByPublish === true });
        }

        const rest = await everything(positionAt(until), from + 300 * SECOND);
        expect(rest.map(({ key }) => key.dueAt)).toEqual(
          events.filter(({ key }) => key.dueAt > until).map(({ key }) => key.dueAt),
        );
        expect(await everything(positionAt(from + 300 * SECOND), from + 300 * SECOND)).toEqual([]);
      });

      test('with its reminders, and two reminders of one event at one instant are one', async () => {
        const event = inShard(1_000);
        const at = from + 2_000 * SECOND;
        const attempt = { kind: 'attempt', key: event.key, attempt: 7, at } as const;
        const look = { kind: 'audit', key: event.key, at: at + 1 } as const;
        for (const reminder of [attempt, look, look]) await store.putReminder(event, reminder);
        expect(await everything(positionAt(at - 1), at + SECOND)).toEqual([attempt, look]);
      });

      test('of no other shard', async () => {
        const page = await store.entries(0x78, positionAt(from), from + 9_000 * SECOND);
        expect(page.entries).toEqual([]);
      });
    });

    test('saves the cursors of one of ten runs that read the same cursors', async () => {
      const cursors = (version: number): Cursors => ({
        version,
        writtenAt: DUE,
        leasedUntil: 5,
        promote: ['~', '1'],
        audit: ['~', '~'],
      });
      expect(await store.findCursors()).toBeUndefined();
      for (const version of [1, 2, 3]) {
        const read = await store.findCursors();
        const results = await Promise.all(Array.from({ length: 10 }, () => store.saveCursors(read, cursors(version))));
        expect(results.filter(Boolean)).toHaveLength(1);
        expect(await store.findCursors()).toEqual(cursors(version));
      }
    });

    async function stored(wishes: Partial<QueuedEvent> = {}): Promise<QueuedEvent> {
      const event = newEvent(wishes);
      await store.putEvent(event);
      return event;
    }

    async function progressOf({ key }: QueuedEvent): Promise<Progress> {
      return (await store.findEvent(key))?.progress as Progress;
    }

    async function recordedFailures(event: QueuedEvent, count: number): Promise<[Waiting, ...Waiting[]]> {
      const all = [firstProgress(event)];
      for (let n = 0; n < count; n++) {
        const read = all.at(-1) as Waiting;
        const progress = failed(event, read);
        expect(await store.recordUnlessChanged(event, read, progress)).toBe(true);
        all.push(progress);
      }
      return all.slice(1) as [Waiting, ...Waiting[]];
    }
  });
}

/** Tests of the items that are in the table, and of the write units that it costs to put them there. */
export function eventTableContract(name: string, open: () => Promise<Database>): void {
  describe(`the table of events on ${name}`, () => {
    let database: Database;
    let store: EventStore;
    let metered: Meter;

    beforeAll(async () => {
      database = await open();
      store = await openEventStore(database.client);
      metered = meter(database.client);
    });
    afterAll(() => database.close());

    describe('holds items of format 1', () => {
      test('an event with its tag entries and its progress, as spelled here', async () => {
        await store.putEvent(storedEvent);
        await store.recordSuccess(storedEvent, storedProgress);
        expect(await itemOf(eventItem)).toEqual(eventItem);
        expect(await itemOf(tagItem)).toEqual(tagItem);
        expect(await itemOf(progressItem)).toEqual(progressItem);
      });

      test('a progress that names its event, which the version before passes over', async () => {
        const { eventDueAt: _, ...before } = progressItem;
        const uuid = '01345678-9abc-4def-8123-456789abcdef';
        await putItem({ ...before, pk: `progress#${uuid}` });
        expect(await store.findProgress({ dueAt: DUE, uuid })).toEqual(storedProgress);
        expect(await store.findKey(uuid)).toBeUndefined();
        await putItem({ ...progressItem, pk: `progress#${uuid}` });
        expect(await store.findProgress({ dueAt: DUE, uuid })).toEqual(storedProgress);
      });

      test('which are read as spelled here', async () => {
        const uuid = '02345678-9abc-4def-8123-456789abcdef';
        const key = { dueAt: DUE, uuid };
        await putItem({ ...eventItem, pk: 'shard#2', sk: `98106543999.750#${uuid}` });
        expect(await store.findEvent(key)).toEqual({
          event: { ...storedEvent, key },
          progress: firstProgress({ ...storedEvent, key }),
        });
        await putItem({ ...progressItem, pk: `progress#${uuid}` });
        expect((await store.findEvent(key))?.progress).toEqual(storedProgress);
      });

      test('the entries of tags that are not spread over shards, as versions before wrote them', async () => {
        const tag = `1#${randomUUID()}`;
        const [former, latter] = [newKey(), newKey()];
        await putItem({ ...tagItem, pk: `tag#${tag}`, sk: sortKeyOf(former) });
        await store.putEvent(newEvent({ key: latter, tags: [tag] }));
        expect(await store.list({ tag }, END, BEGINNING, 100)).toEqual([former]);
      });

      test('the names that the version before knows, in events, progress and cursors', async () => {
        const event = newEvent({
          maxTryCount: 1,
          failureUrl: 'https://example.com/failed',
          messageSentByPublish: true,
        });
        const end = settled(event, firstProgress(event), 500, 1);
        await store.putEvent(event);
        await store.recordUnlessChanged(event, firstProgress(event), end);
        expect(await itemOf(eventKeyOf(event))).toMatchObject({ sent: true });
        expect(await itemOf(progressKeyOf(event))).toMatchObject({
          status: 'max_try_count_reached',
          callbackOwed: true,
        });
        expect(end).toMatchObject({ status: 'failed', callbackPending: true });
        expect(await store.findEvent(event.key)).toEqual({ event, progress: end });
        const told = newEvent({ failureUrl: 'https://example.com/failed', callbackUrl: 'https://example.com/result' });
        const success = settled(told, firstProgress(told), 200, 1);
        await store.putEvent(told);
        await store.recordUnlessChanged(told, firstProgress(told), success);
        const item = await itemOf(progressKeyOf(told));
        expect(item).toMatchObject({ status: 'success', resultOwed: true });
        expect(item).not.toHaveProperty('callbackOwed');
        expect(await store.findEvent(told.key)).toEqual({ event: told, progress: success });
        expect(success).toHaveProperty('callbackPending', true);
        const [promote, audit, expiryWalk] = [['3'], ['2'], ['1']];
        const cursors = {
          version: 1,
          writtenAt: DUE,
          leasedUntil: 0,
          promote,
          audit,
          expiryWalk,
          expiryWalkSince: DUE,
        };
        await store.saveCursors(undefined, cursors);
        const hands = await itemOf({ pk: 'hands', sk: 'hands' });
        expect(hands).toMatchObject({ leading: ['3'], trailing: ['2'], keeping: ['1'], keepingSince: DUE });
        expect(await store.findCursors()).toEqual(cursors);
      });

      test('a failed progress in the place of any other', async () => {
        const event = newEvent();
        await store.recordUnlessChanged(event, firstProgress(event), failed(event, firstProgress(event)));
        expect(await itemOf(progressKeyOf(event))).toMatchObject({
          format: 1,
          status: 'waiting_execution',
          version: 1,
        });
      });

      test('a record whose answer was lost, so that the SDK repeated it, was made all the same', async () => {
        const event = newEvent();
        const progress = failed(event, firstProgress(event));
        loseNextAnswer(database.client);
        expect(await store.recordUnlessChanged(event, firstProgress(event), progress)).toBe(true);
        expect(await store.recordUnlessChanged(event, firstProgress(event), progress)).toBe(false);
      });

      test('a reservation of the version before, by which the same request is known in the same spelling', async () => {
        const wanted = {
          headers: [
            ['X-B', 'b'],
            ['x-a', 'a'],
          ] as const,
          tags: ['b', 'a'],
          deduplicationId: 'order 42',
        };
        const event = newEvent({ ...wanted, createdAt: DUE });
        const { key, publishedBy, createdAt, deduplicationId, ...request } = event;
        const reservation = {
          pk: `dedup#${sha256([publishedBy, deduplicationId])}`,
          sk: 'dedup',
          format: 1,
          expires_at: Math.ceil((createdAt + DAY) / SECOND),
          key: `${offsetOf(key.dueAt)}-${key.uuid}`,
          createdAt,
          request: sha256(request),
        };
        await putItem(reservation);
        const again = newEvent({ ...wanted, createdAt: DUE });
        expect(await store.reserve(again)).toEqual({ heldBy: 'the same request', key, createdAt });
        expect(await store.reserve({ ...again, tags: ['c'] })).toEqual({ heldBy: 'another request' });
      });

      test('an event without a body has no attribute for one', async () => {
        const event = newEvent({ body: undefined });
        await store.putEvent(event);
        expect(await itemOf(eventKeyOf(event))).not.toHaveProperty('body');
      });
    });

    test.each(['00', '03', '7f', 'ff'])('keeps an event in the shard that its uuid begins with: %s', async (first) => {
      const event = newEvent({ key: { dueAt: DUE, uuid: first + randomUUID().slice(2) } });
      await store.putEvent(event);
      expect(await itemOf({ pk: `shard#${Number(`0x${first}`)}`, sk: sortKeyOf(event.key) })).toBeDefined();
    });

    test('puts one entry for each tag in the shard of its event, and none without tags', async () => {
      const tags = ['orders', 'grüße 🦊', 'a#b', '1#a', '__proto__'].map((tag) => `${tag} ${randomUUID()}`);
      const tagged = newEvent({ tags });
      metered.reset();
      await Promise.all([store.putEvent(tagged), store.putEvent(newEvent({ tags: [] }))]);
      expect(metered.writes).toBe(2 + tags.length);
      for (const tag of tags) expect(await sortKeysIn(tagPartitionOf(tagged, tag))).toEqual([sortKeyOf(tagged.key)]);
    });

    describe('expires_at', () => {
      test('is, for an event and its tag entries, the longest its tries may take and a week after its result', async () => {
        const tag = randomUUID();
        const event = newEvent({ ...elaborate, tags: [tag], maxTryCount: 2, keepResultFor: DAY });
        await store.putEvent(event);
        const tries = 2 * (5.5 + 7_200 * 1.2);
        const seconds = Math.ceil((DUE + (tries * SECOND + DAY + WEEK)) / SECOND);
        expect(await expiryOf(eventKeyOf(event))).toBe(seconds);
        expect(await expiryOf({ pk: tagPartitionOf(event, tag), sk: sortKeyOf(event.key) })).toBe(seconds);
      });

      test('counts with receivers that ask for an hour between the tries', async () => {
        const event = newEvent({ maxTryCount: 1_000, keepResultFor: 60 * SECOND });
        await store.putEvent(event);
        const seconds = Math.ceil(DUE / SECOND) + (1_000 * (5 * SECOND + HOUR) + MINUTE + WEEK) / SECOND;
        expect(await expiryOf(eventKeyOf(event))).toBe(seconds);
      });

      test('is, for progress, a week behind that of its event, and moves on with every attempt', async () => {
        const event = newEvent({ keepResultFor: 60 * SECOND });
        await store.putEvent(event);
        const eventExpiry = await expiryOf(eventKeyOf(event));
        const life = eventExpiry - DUE / SECOND;
        const waiting = failed(event, firstProgress(event));
        await store.recordUnlessChanged(event, firstProgress(event), waiting);
        expect(await expiryOf(progressKeyOf(event))).toBeCloseTo(
          waiting.nextAttemptAt / SECOND + life + WEEK / SECOND,
          -1,
        );
        await store.recordSuccess(event, succeeded(event, firstProgress(event)));
        expect(await expiryOf(progressKeyOf(event))).toBeGreaterThanOrEqual(eventExpiry + WEEK / SECOND);
      });

      test('is, for the progress of an event that finished very late, no less than a week after its result', async () => {
        const event = newEvent();
        const finishedAt = DUE + 400 * DAY;
        const late = { ...succeeded(event, firstProgress(event)), finishedAt, readableUntil: finishedAt + DAY };
        await store.recordSuccess(event, late);
        expect(await expiryOf(progressKeyOf(event))).toBeGreaterThanOrEqual((finishedAt + 8 * DAY) / SECOND);
      });

      test('is, for a reminder, no less than what an event of its time would have', async () => {
        const event = newEvent();
        const at = DUE + 30 * DAY;
        await store.putReminder(event, { kind: 'audit', key: event.key, at });
        const { uuid } = event.key;
        const expiry = await expiryOf({ pk: eventKeyOf(event).pk, sk: `${sortKeyOf({ dueAt: at, uuid })}#r` });
        expect(expiry).toBeGreaterThanOrEqual((at + 8 * DAY) / SECOND);
      });

      test('is, for the entry of a failure, no less than that of the progress that tells of it', async () => {
        const event = newEvent();
        const late = { ...failed(event, firstProgress(event)), nextAttemptAt: DUE + 400 * DAY };
        await store.putFailedEntry(event, late);
        const { pk } = eventKeyOf(event);
        const expiry = await expiryOf({ ...eventKeyOf(event), pk: pk.replace('shard', 'failed') });
        expect(expiry).toBeGreaterThanOrEqual((DUE + 408 * DAY) / SECOND);
      });

      test('moves on for the event, the entries of its tags and, a week behind, its progress', async () => {
        const tag = `moved on ${randomUUID()}`;
        const event = newEvent({ tags: [tag] });
        await store.putEvent(event);
        const instant = DUE + 4_000 * DAY;
        await store.extendExpiry({ event, progress: firstProgress(event) }, instant);
        expect(await expiryOf(eventKeyOf(event))).toBe(Math.ceil(instant / SECOND));
        expect(await expiryOf({ ...eventKeyOf(event), pk: tagPartitionOf(event, tag) })).toBe(
          Math.ceil(instant / SECOND),
        );
        expect(await store.findEvent(event.key)).toEqual({ event, progress: firstProgress(event) });

        await store.recordUnlessChanged(event, firstProgress(event), failed(event, firstProgress(event)));
        await store.extendExpiry({ event, progress: firstProgress(event) }, instant + DAY);
        expect(await expiryOf(eventKeyOf(event))).toBe(Math.ceil((instant + DAY) / SECOND));
        expect(await expiryOf(progressKeyOf(event))).toBe(Math.ceil((instant + 8 * DAY) / SECOND));
      });
    });

    describe('costs', () => {
      test.each([1, 2, 5])('for an event of %i KB as many write units, and one more for its success', async (size) => {
        const fullest = newEvent({ method: 'POST', body: bodyOf(size * KB - ATTRIBUTES_OF_AN_EVENT) });
        metered.reset();
        await store.putEvent(fullest);
        expect(metered.writes).toBe(size);
        await store.recordSuccess(fullest, succeeded(fullest, firstProgress(fullest)));
        expect(metered.writes).toBe(size + 1);

        metered.reset();
        await store.putEvent(newEvent({ method: 'POST', body: bodyOf(size * KB) }));
        expect(metered.writes).toBe(size + 1);
      });

      test('one write unit for a failure', async () => {
        const event = newEvent();
        metered.reset();
        await store.recordUnlessChanged(event, firstProgress(event), failed(event, firstProgress(event)));
        expect(metered).toMatchObject({ writes: 1, calls: { PutItem: 1 } });
      });

      test('one call for ten finds of the same moment', async () => {
        const events = Array.from({ length: 10 }, () => newEvent());
        await Promise.all(events.map(store.putEvent));
        metered.reset();
        const found = await Promise.all(events.map(({ key }) => store.findEvent(key)));
        expect(found.map((record) => record?.event)).toEqual(events);
        expect(metered.calls).toEqual({ BatchGetItem: 1 });
        expect(metered.reads).toBeGreaterThanOrEqual(10);
      });

      test('one call for ten successes of the same moment', async () => {
        const events = Array.from({ length: 10 }, () => newEvent());
        metered.reset();
        await Promise.all(events.map((event) => store.recordSuccess(event, succeeded(event, firstProgress(event)))));
        expect(metered).toMatchObject({ writes: 10, calls: { BatchWriteItem: 1 } });
        expect(Object.keys(metered.calls)).toEqual(['BatchWriteItem']);
      });
    });

    async function itemOf({ pk, sk }: ItemKey): Promise<Record<string, unknown> | undefined> {
      const command = new GetCommand({ TableName: TABLE_NAME, Key: { pk, sk }, ConsistentRead: true });
      return (await database.client.send(command)).Item;
    }

    async function expiryOf(key: ItemKey): Promise<number> {
      return Number((await itemOf(key))?.expires_at);
    }

    async function putItem(Item: ItemKey): Promise<void> {
      await database.client.send(new PutCommand({ TableName: TABLE_NAME, Item }));
    }

    async function sortKeysIn(pk: string): Promise<unknown[]> {
      const query = {
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': pk },
        ConsistentRead: true,
      };
      const { Items = [] } = await database.client.send(new QueryCommand({ TableName: TABLE_NAME, ...query }));
      return Items.map(({ sk }) => sk);
    }
  });
}

/** Opens the store under test, on a new table. */
export async function openEventStore(client: DynamoDBDocumentClient): Promise<EventStore> {
  return tableEventStore(await openTable(client));
}

export async function openTable(client: DynamoDBDocumentClient): Promise<Table> {
  await client.send(new CreateTableCommand({ TableName: TABLE_NAME, ...tableSchema }));
  await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 0.01, maxDelay: 0.1 }, { TableName: TABLE_NAME });
  return dynamoTable(client, TABLE_NAME);
}

function sha256(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

const elaborate: Partial<QueuedEvent> = {
  publishedBy: 'a1b2c3d4e5f60718',
  createdAt: DUE - 12.5 * SECOND,
  asked: { after: 12.5 * SECOND },
  url: 'https://example.com:8443/path?q=%E2%9C%93#fragment',
  method: 'PATCH',
  headers: [
    ['X-Twice', 'first'],
    ['x-twice', 'second'],
    ['__proto__', 'a name as any other'],
    ['X-Empty', ''],
  ],
  body: { kind: 'bytes', bytes: everyByte(256) },
  timeout: 5.5 * SECOND,
  maxTryCount: 1_000,
  retry: { backoff: 'exponential', delay: 1.25 * SECOND, maxDelay: 7_200 * SECOND },
  tags: ['grüße 🦊', '日本', 'e\u0301', '#', ' '],
  keepResultFor: 30 * DAY,
};

/**
 * The shapes below are in tables of deployed queues. A change of a shape needs a higher format, and format 1 must still
 * be readable.
 */
const storedEvent: QueuedEvent = {
  key: { dueAt: DUE, uuid: '01234567-89ab-4cde-8f01-23456789abcd' },
  publishedBy: 'a1b2c3d4e5f60718',
  createdAt: 1_893_455_990_250,
  asked: { after: 10_000 },
  url: 'https://example.com/orders',
  method: 'POST',
  headers: [['Content-Type', 'text/plain']],
  body: { kind: 'text', bytes: bytesOf('hello') },
  timeout: 5_000,
  maxTryCount: 3,
  retry: { backoff: 'fixed', delay: 60_000, maxDelay: 3_600_000 },
  tags: ['orders'],
  keepResultFor: 86_400_000,
};

const storedProgress: Finished = {
  status: 'success',
  version: 1,
  tryCount: 1,
  attempts: [{ number: 1, startedAt: 1_893_456_000_251, late: 1, duration: 30, outcome: 'answered', statusCode: 204 }],
  lastAnswer: { statusCode: 204, headers: [['server', 'test']], body: new Uint8Array([0, 255]), truncated: false },
  finishedAt: 1_893_456_000_281,
  readableUntil: 1_893_542_400_281,
};

const eventItem = {
  pk: 'shard#1',
  sk: '98106543999.750#01234567-89ab-4cde-8f01-23456789abcd',
  format: 1,
  expires_at: 1_894_158_016,
  publishedBy: 'a1b2c3d4e5f60718',
  createdAt: 1_893_455_990_250,
  asked: { after: 10_000 },
  url: 'https://example.com/orders',
  method: 'POST',
  headers: [['Content-Type', 'text/plain']],
  body: { kind: 'text', bytes: bytesOf('hello') },
  timeout: 5_000,
  maxTryCount: 3,
  retry: { backoff: 'fixed', delay: 60_000, maxDelay: 3_600_000 },
  tags: ['orders'],
  keepResultFor: 86_400_000,
};

const tagItem = {
  pk: 'tagged#1#orders',
  sk: '98106543999.750#01234567-89ab-4cde-8f01-23456789abcd',
  format: 1,
  expires_at: 1_894_158_016,
};

const progressItem = {
  pk: 'progress#01234567-89ab-4cde-8f01-23456789abcd',
  sk: 'progress',
  format: 1,
  expires_at: 1_894_762_816,
  status: 'success',
  version: 1,
  tryCount: 1,
  attempts: [{ number: 1, startedAt: 1_893_456_000_251, late: 1, duration: 30, outcome: 'answered', statusCode: 204 }],
  lastAnswer: { statusCode: 204, headers: [['server', 'test']], body: new Uint8Array([0, 255]), truncated: false },
  finishedAt: 1_893_456_000_281,
  readableUntil: 1_893_542_400_281,
  eventDueAt: 1_893_456_000_250,
};

/**
 * The largest size of a stored event without its body, in bytes. The events of these tests have short URLs, so they
 * stay below this size.
 */
const ATTRIBUTES_OF_AN_EVENT = 512;

/** A client whose connection breaks after a write was made, so that its answer is lost. */
function loseNextAnswer(client: Database['client']): void {
  const name = 'loseNextAnswer';
  client.middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args);
      client.middlewareStack.remove(name);
      throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError', answer });
    },
    { name, step: 'finalizeRequest', priority: 'low' },
  );
}

function newKey(): EventKey {
  return { dueAt: DUE, uuid: randomUUID() };
}

function newEvent(wishes: Partial<QueuedEvent> = {}): QueuedEvent {
  return queuedEvent(DUE, { key: newKey(), ...wishes });
}

function failed(event: QueuedEvent, read: Waiting, seconds = 1): Waiting {
  return settled(event, read, 500, seconds) as Waiting;
}

function succeeded(event: QueuedEvent, read: Waiting): Finished {
  return settled(event, read, 200, 1) as Finished;
}

function settled(event: QueuedEvent, read: Waiting, statusCode: number, seconds: number): Progress {
  const { nextAttemptAt: startedAt } = read;
  return settle(event, read, { startedAt, endedAt: startedAt + seconds * SECOND, result: answered(statusCode) }, 0.5);
}

/** The longest progress: twenty attempts and the longest answer that is stored. */
function longProgress(event: QueuedEvent): Finished {
  let read = firstProgress(event);
  for (let n = 0; n < 25; n++) read = failed(event, read);
  const last = succeeded(event, read);
  expect(last.attempts).toHaveLength(20);
  const headers = [['set-cookie', 'a=1\nb=2'] as const, ['x-long', 'x'.repeat(16 * KB)] as const];
  return { ...last, lastAnswer: { statusCode: 200, headers, body: everyByte(64 * KB), truncated: true } };
}

function bodyOf(length: number): QueuedEvent['body'] {
  return { kind: 'bytes', bytes: everyByte(length) };
}

function everyByte(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => at % 256);
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function sortKeyOf({ dueAt, uuid }: EventKey): string {
  return `${offsetOf(dueAt)}#${uuid}`;
}

function eventKeyOf({ key }: QueuedEvent): ItemKey {
  return { pk: `shard#${Number(`0x${key.uuid.slice(0, 2)}`)}`, sk: sortKeyOf(key) };
}

function tagPartitionOf({ key }: QueuedEvent, tag: string): string {
  return `tagged#${Number(`0x${key.uuid.slice(0, 2)}`)}#${tag}`;
}

function progressKeyOf({ key }: QueuedEvent): ItemKey {
  return { pk: `progress#${key.uuid}`, sk: 'progress' };
}

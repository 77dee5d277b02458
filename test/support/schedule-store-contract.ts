import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Schedule } from '../../core/schedules/schedule.ts';
import type { ScheduleStore } from '../../core/schedules/schedule-store.ts';
import { wantedEvent } from './sample-event.ts';

const CREATED = Date.parse('2030-01-01T00:00:00.250Z');

/** The contract that every store of schedules passes: what core relies on, whatever technology holds the schedules. */
export function scheduleStoreContract(
  name: string,
  open: () => Promise<{ schedules: ScheduleStore; close(): Promise<void> }>,
): void {
  describe(`a store of schedules on ${name}`, () => {
    let schedules: ScheduleStore;
    let close: () => Promise<void>;
    let ids = 0;

    beforeAll(async () => {
      ({ schedules, close } = await open());
    });
    afterAll(() => close());

    const newId = () => `schedule-${String(ids++).padStart(3, '0')}`;

    test('finds a schedule with everything in it', async () => {
      const whole = sampleSchedule(newId(), { pausedAt: CREATED + 1, former: [formerTiming] });
      expect(await schedules.save(undefined, whole)).toBe(true);
      expect(await schedules.find(whole.id)).toEqual(whole);
    });

    test('finds nothing under an id that was never used', async () => {
      expect(await schedules.find('nothing')).toBeUndefined();
    });

    test('makes a schedule once', async () => {
      const one = sampleSchedule(newId());
      expect(await schedules.save(undefined, one)).toBe(true);
      expect(await schedules.save(undefined, { ...one, catchUp: 5 })).toBe(false);
      expect(await schedules.find(one.id)).toEqual(one);
    });

    test('writes one change of ten that were made to the same version', async () => {
      const one = sampleSchedule(newId());
      await schedules.save(undefined, one);
      const changes = Array.from({ length: 10 }, (_, catchUp) => ({ ...one, version: 2, catchUp }));
      const saved = await Promise.all(changes.map((change) => schedules.save(one, change)));
      const winner = changes[saved.indexOf(true)];
      expect(saved.filter(Boolean)).toHaveLength(1);
      expect(await schedules.find(one.id)).toEqual(winner);
    });

    test('stores what is left of a deleted schedule', async () => {
      const one = sampleSchedule(newId());
      await schedules.save(undefined, one);
      const deleted = { ...one, version: 2, deletedAt: CREATED + 1 };
      expect(await schedules.save(one, deleted)).toBe(true);
      expect(await schedules.find(one.id)).toEqual(deleted);
      expect(await schedules.save(deleted, { ...one, version: 3 })).toBe(true);
    });

    test('lists ids in their order, page by page', async () => {
      const all = ['a', 'A', 'b.1', 'b-2', 'b_3', '0'].map((id) => `list.${id}`);
      await Promise.all(all.map((id) => schedules.putEntry(sampleSchedule(id))));
      const listed: string[] = [];
      for (let after: string | undefined = 'list', page: readonly string[] = []; ; after = page.at(-1)) {
        page = await schedules.list(after, 4);
        listed.push(...page.filter((id) => id.startsWith('list.')));
        if (page.length < 4) break;
      }
      expect(listed).toEqual(all.toSorted());
      expect((await schedules.list(undefined, 100)).filter((id) => id.startsWith('list.'))).toEqual(all.toSorted());
    });
  });
}

export function sampleSchedule(id: string, wishes: Partial<Schedule> = {}): Schedule {
  const { asked, ...event } = wantedEvent({
    method: 'POST',
    headers: [['__proto__', 'a name as any other']],
    body: { kind: 'json', bytes: new TextEncoder().encode('{"n": 1.0}') },
    tags: ['grüße 🦊'],
  });
  return {
    id,
    version: 1,
    edition: 1,
    life: '01234567-89ab-4cde-8f01-23456789abcd',
    shard: 2,
    timing: { cron: '0 9 * * 1-5', timeZone: 'Europe/Berlin', until: CREATED + 1 },
    event,
    overlap: 'skip',
    catchUp: 1,
    publishedBy: 'web',
    createdAt: CREATED,
    changedAt: CREATED,
    former: [],
    ...wishes,
  };
}

const formerTiming: Schedule['former'][number] = {
  life: 'fedcba98-89ab-4cde-8f01-23456789abcd',
  shard: 1,
  timing: { every: 60_000, from: CREATED },
  endedAt: CREATED,
  event: sampleSchedule('').event,
};

import { HOUR, SECOND } from '../core/durations.ts';
import type { Schedule } from '../core/schedules/schedule.ts';
import type { ScheduleStore } from '../core/schedules/schedule-store.ts';
import { SCHEDULE_FORMAT } from './item-format.ts';
import type { Condition, Item, ItemKey, Table } from './table.ts';

/**
 * The partition that lists all schedules by id. The item of a schedule itself has a partition of its own, and partitions
 * cannot be listed.
 */
const LIST = 'schedules';
/** What is left of a deleted schedule is stored for this many milliseconds, so that requests can be repeated. */
const LEFT_FOR = HOUR;
/** Ids consist of characters between these two texts, which are no ids. */
const [FIRST, LAST] = ['!', '~'];

/** Stores schedules in a table. */
export function tableSchedules(table: Table): ScheduleStore {
  return {
    async find(id) {
      const item = await table.get(scheduleKey(id));
      return item && scheduleFrom(item);
    },

    save: (read, schedule) => table.putIf(scheduleItem(schedule), unchangedSince(read)),

    putEntry: ({ id, version }) => table.put({ ...entryKey(id), format: SCHEDULE_FORMAT, version }),

    /**
     * The entry is left to expire, under the condition that no later version has put it again. A request that makes the
     * schedule anew at this moment would otherwise lose its entry.
     */
    async removeEntry({ id, version, deletedAt = 0 }) {
      const item = { ...entryKey(id), format: SCHEDULE_FORMAT, version, expires_at: leftUntil(deletedAt) };
      await table.putIf(item, [{ kind: 'at most', attribute: 'version', value: version }]);
    },

    async list(after = FIRST, limit) {
      const found: string[] = [];
      for (let from = after, isLast = false; found.length < limit && !isLast; ) {
        // One more is read, because the id at which a page begins is not part of it.
        const range = { pk: LIST, from, to: LAST, attributes: ['sk'], limit: limit + 1 };
        const page = await table.query({ ...range, ascending: true });
        found.push(...page.items.map(({ sk }) => sk).filter((id) => id !== from));
        from = page.items.at(-1)?.sk ?? from;
        isLast = page.isLast;
      }
      return found.slice(0, limit);
    },
  };
}

function scheduleItem(schedule: Schedule): Item {
  const { deletedAt } = schedule;
  const expiry = deletedAt === undefined ? {} : { expires_at: leftUntil(deletedAt) };
  return { ...scheduleKey(schedule.id), format: SCHEDULE_FORMAT, ...expiry, ...schedule };
}

function scheduleFrom({ pk, sk, format, expires_at, ...schedule }: Item): Schedule {
  return schedule as unknown as Schedule;
}

function unchangedSince(read: Schedule | undefined): Condition {
  return read === undefined ? [{ kind: 'absent' }] : [{ kind: 'equal', attributes: { version: read.version } }];
}

function scheduleKey(id: string): ItemKey {
  return { pk: `schedule#${id}`, sk: 'schedule' };
}

function entryKey(id: string): ItemKey {
  return { pk: LIST, sk: id };
}

function leftUntil(deletedAt: number): number {
  return Math.ceil((deletedAt + LEFT_FOR) / SECOND);
}

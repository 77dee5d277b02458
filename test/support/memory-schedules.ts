import type { Schedule } from '../../core/schedules/schedule.ts';
import type { ScheduleStore } from '../../core/schedules/schedule-store.ts';

/** A store of schedules in memory, which passes the same contract as `tableSchedules`. */
export function memorySchedules(): ScheduleStore {
  const schedules = new Map<string, Schedule>();
  const entries = new Map<string, number>();
  return {
    find: async (id) => schedules.get(id),
    async save(read, schedule) {
      if (schedules.get(schedule.id)?.version !== read?.version) return false;
      schedules.set(schedule.id, schedule);
      return true;
    },
    async putEntry({ id, version }) {
      entries.set(id, version);
    },
    async removeEntry({ id, version }) {
      if ((entries.get(id) ?? 0) <= version) entries.delete(id);
    },
    async list(after = '', limit) {
      return [...entries.keys()]
        .sort()
        .filter((id) => id > after)
        .slice(0, limit);
    },
  };
}

import type { Cue } from '../event/entry.ts';
import { inShard } from '../event/event-key.ts';
import { isActive, type Schedule, type UuidFor } from './schedule.ts';

/**
 * The cue of an edition of a schedule at an instant. Its uuid follows from all of these, so the cue of an edition that
 * was never written does not take the place of the one that was.
 */
export function cueAt({ id, life, edition, shard }: Schedule, at: number, uuidFor: UuidFor): Cue {
  const uuid = inShard(uuidFor(`cue ${id} ${life} ${edition} ${at}`), shard);
  return { uuid, at, schedule: id, life, edition };
}

/**
 * Whether a cue belongs to a schedule as it is now. Any other cue was left behind by a change, or by a request that died
 * before it wrote the schedule, and leads to nothing.
 */
export function isCurrent({ life, edition }: Cue, schedule: Schedule | undefined): schedule is Schedule {
  return isActive(schedule) && schedule.life === life && schedule.edition === edition;
}

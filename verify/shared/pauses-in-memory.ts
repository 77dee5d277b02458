import type { Pause } from '../../core/event/pause.ts';
import type { Pauses } from '../../core/ports.ts';

/** Returns a store of pauses in the memory of this process. */
export function pausesInMemory(): Pauses {
  let latest: Pause | undefined;
  const read = async () => latest;
  return {
    find: read,
    read,
    async change(known, pause) {
      if (latest?.version !== known?.version) return false;
      latest = pause;
      return true;
    },
  };
}

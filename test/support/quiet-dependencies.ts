import { uuidFor } from '../../adapters/uuid-for.ts';
import { unlimitedConcurrency } from '../../core/delivery/concurrency-limit.ts';
import type { Dependencies } from '../../core/dependencies.ts';
import { MINUTE } from '../../core/durations.ts';
import { pausesInMemory } from '../../verify/shared/pauses-in-memory.ts';
import { memorySchedules } from './memory-schedules.ts';
import { secrets } from './sample-event.ts';

/** The dependencies that hardly any test is about. */
export const quietDependencies = {
  signingSecrets: { cached: async () => secrets },
  concurrency: unlimitedConcurrency,
  /** Each queue gets pauses of its own. */
  get pauses() {
    return pausesInMemory();
  },
  /** Each queue gets schedules of its own. */
  get schedules() {
    return memorySchedules();
  },
  uuidFor,
  shards: 4,
  longestTimeout: 6_000,
  visibility: MINUTE,
  onChange: () => {},
  report: () => {},
  instance: 'one',
  isAlone: false,
} satisfies Partial<Dependencies>;

import { expect, test } from '@jest/globals';
import { MINUTE } from '../../../core/durations.ts';
import { scheduleWorld } from '../../support/schedule-world.ts';

const WORLDS = Number(process.env.WORLDS ?? 100);
const LONGEST_RUN = 60 * MINUTE;

/** More worlds are tried by `WORLDS=2000 npm run jest -- test/core/schedules/worlds`. */
test(
  `in ${WORLDS} worlds every instant of a schedule is called once, and none after it was stopped`,
  async () => {
    let calls = 0;
    for (let seed = 1; seed <= WORLDS; seed++) {
      const world = await scheduleWorld(seed, { shards: 1 + (seed % 3), clocksDiffer: seed % 2 === 0 });
      calls += world.calls;
      expect(world.faults.map((fault) => `world ${seed}: ${fault}`)).toEqual([]);
    }
    expect(calls).toBeGreaterThan(10 * WORLDS);
  },
  LONGEST_RUN,
);

import { expect, test } from '@jest/globals';
import { rememberedStatistics } from '../../adapters/remembered-statistics.ts';
import { SECOND } from '../../core/durations.ts';
import type { StatisticsRange } from '../../core/ports.ts';

let now = 0;

function statistics(answers: readonly ('fails' | 'answers')[] = []) {
  const reads: StatisticsRange[] = [];
  const { read } = rememberedStatistics(
    {
      async read(range) {
        reads.push(range);
        if (answers[reads.length - 1] === 'fails') throw new Error('The table is not there.');
        return { periods: [], hosts: new Map(), complete: true };
      },
    },
    () => now,
    () => now,
  );
  return { read, reads };
}

test('statistics are read once in five seconds, each range by itself', async () => {
  const { read, reads } = statistics();
  await Promise.all([read('hour'), read('hour'), read('day')]);
  now += 5 * SECOND - 1;
  await read('hour');
  expect(reads).toEqual(['hour', 'day']);
  now += 1;
  await read('hour');
  expect(reads).toEqual(['hour', 'day', 'hour']);
});

test('statistics that could not be read are read again at once', async () => {
  const { read, reads } = statistics(['fails']);
  await expect(read('hour')).rejects.toThrow('The table is not there.');
  await read('hour');
  expect(reads).toEqual(['hour', 'hour']);
});

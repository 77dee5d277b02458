import { expect, test } from '@jest/globals';
import { pages } from '../../../core/dispatch/cursor-walk.ts';
import { HOUR } from '../../../core/durations.ts';
import { BEGINNING } from '../../../core/event/entry.ts';
import { memoryEventStore } from '../../support/memory-event-store.ts';
import { START } from '../../support/simulation.ts';

test('the cues of a page come from its shards in turn, so that no partition gets all writes of a portion', async () => {
  const store = memoryEventStore();
  for (const [shard, count] of [3, 1, 2].entries()) {
    for (let at = START; at < START + count; at++) await store.putCue(cueOf(shard, at), START + HOUR);
  }
  const [page] = await Array.fromAsync(pages(store, [BEGINNING, BEGINNING, BEGINNING], START + HOUR, 3));
  expect(page?.cues.map(({ schedule, at }) => [schedule, at - START])).toEqual([
    ['of shard 0', 0],
    ['of shard 1', 0],
    ['of shard 2', 0],
    ['of shard 0', 1],
    ['of shard 2', 1],
    ['of shard 0', 2],
  ]);
});

function cueOf(shard: number, at: number) {
  const uuid = `0${shard}234567-89ab-4cde-8f01-${String(at).padStart(12, '0').slice(-12)}`;
  return { uuid, at, schedule: `of shard ${shard}`, life: 'life', edition: 1 };
}

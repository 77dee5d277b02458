import { expect, test } from '@jest/globals';
import { firstProgress, settle } from '../../core/lifecycle.ts';
import { type Change, observedStore } from '../../core/observed-store.ts';
import type { Finished } from '../../core/progress.ts';
import { memoryEventStore } from '../memory-event-store.ts';
import { answered, queuedEvent } from '../sample-event.ts';
import { START } from './simulation.ts';

test('the end of an event is told once, also if something is recorded after it', async () => {
  const told: Change['kind'][] = [];
  const store = observedStore(memoryEventStore(), ({ kind }) => told.push(kind));
  const event = queuedEvent(START, { maxTryCount: 1, failureUrl: 'https://example.com/told' });
  const first = firstProgress(event);
  const call = { startedAt: START, endedAt: START, result: answered(500) };
  const { callbackOwed, ...ended } = settle(event, first, call, 0) as Finished;
  await store.keepEvent(event);
  await store.recordUnlessChanged(event, first, { ...ended, callbackOwed: true });
  await store.recordUnlessChanged(event, { ...ended, callbackOwed: true }, { ...ended, version: ended.version + 1 });
  expect(callbackOwed).toBe(true);
  expect(told).toEqual(['accepted', 'attempted', 'finished']);
});

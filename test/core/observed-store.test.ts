import { expect, test } from '@jest/globals';
import { withLateAttempt } from '../../core/delivery/late-attempt.ts';
import type { Change } from '../../core/event/change.ts';
import { cancelled, firstProgress, reopened, settle } from '../../core/event/lifecycle.ts';
import type { Finished, Progress } from '../../core/event/progress.ts';
import { observedStore } from '../../core/observed-store.ts';
import { memoryEventStore } from '../support/memory-event-store.ts';
import { answered, queuedEvent } from '../support/sample-event.ts';
import { START } from '../support/simulation.ts';

test('the end of an event is reported once, also if something is recorded after it', async () => {
  const told: Change['kind'][] = [];
  const store = observedStore(memoryEventStore(), ({ kind }) => told.push(kind));
  const event = queuedEvent(START, { maxTryCount: 1, failureUrl: 'https://example.com/told' });
  const first = firstProgress(event);
  const call = { startedAt: START, endedAt: START, result: answered(500) };
  const { callbackPending, ...ended } = settle(event, first, call, 0) as Finished;
  await store.putEvent(event);
  await store.recordUnlessChanged(event, first, { ...ended, callbackPending: true });
  await store.recordUnlessChanged(event, { ...ended, callbackPending: true }, { ...ended, version: ended.version + 1 });
  expect(callbackPending).toBe(true);
  expect(told).toEqual(['accepted', 'attempted', 'finished']);
});

test('an attempt is reported when it is added, also behind one that started later', async () => {
  const told: number[] = [];
  const store = observedStore(memoryEventStore(), (change) => {
    if (change.kind === 'attempted') told.push(change.attempt.number);
  });
  const event = queuedEvent(START);
  const call = { startedAt: START, endedAt: START, result: answered(500) };
  const first = firstProgress(event);
  const cancel = cancelled(event, first, START);
  const again = reopened(cancel, START);
  const second = settle(event, again, call, 0);
  const late = withLateAttempt(event, second, { key: event.key, attempt: 1, at: START }, call) as Progress;
  const steps = [first, cancel, again, second, late];
  for (const [index, progress] of steps.slice(1).entries())
    expect(await store.recordUnlessChanged(event, steps[index] ?? first, progress)).toBe(true);
  expect(told).toEqual([2, 1]);
});

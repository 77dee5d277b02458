import { expect, test } from '@jest/globals';
import { SECOND } from '../../../core/durations.ts';
import type { NotMade } from '../../../core/event/progress.ts';
import { memoryEventStore } from '../../support/memory-event-store.ts';
import { answered, wantedEvent } from '../../support/sample-event.ts';
import { received } from '../../support/simulated-time.ts';
import { START, simulation } from '../../support/simulation.ts';

const notMade: NotMade = { outcome: 'not_made', error: 'Nothing is left (EMFILE).' };

test('a call that could not be made is no attempt: it is made a little later, as the same attempt', async () => {
  let left = 3;
  const { queue, messages, calls, clock } = simulation({
    random: () => 0.5,
    call: async () => (left-- > 0 ? notMade : answered(200)),
  });
  const { event } = await queue.publish(wantedEvent({ maxTryCount: 1 }), 'web');
  const before = await queue.read(event.key);
  for (let n = 1; n <= 3; n++) {
    const [message] = messages.sent;
    expect(await queue.deliver(messages.take())).toEqual([]);
    expect(messages.sent).toEqual([message]);
    expect(messages.handOverAts.at(-1)).toBe(clock.now() + 1.5 * SECOND);
    expect(await queue.read(event.key)).toEqual(before);
    await clock.moveTo(START + n * 1.5 * SECOND);
  }
  await queue.deliver(messages.take());
  expect(calls.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1]);
  expect((await queue.read(event.key))?.progress).toMatchObject({
    status: 'success',
    tryCount: 1,
    attempts: [{ number: 1, startedAt: START + 4.5 * SECOND, late: 4.5 * SECOND }],
  });
});

test('a later attempt whose call could not be made keeps the history of those before it', async () => {
  const results = [answered(500), notMade, answered(500)];
  const { queue, messages, deliverAll } = simulation({ call: async () => results.shift() ?? answered(200) });
  const { event } = await queue.publish(wantedEvent({ maxTryCount: 2 }), 'web');
  await deliverAll();
  expect(messages.sent).toEqual([]);
  expect((await queue.read(event.key))?.progress).toMatchObject({
    status: 'failed',
    attempts: [{ number: 1 }, { number: 2 }],
  });
});

test('a claim is taken back if its call could not be made: no other deliverer takes it for a crash', async () => {
  const store = memoryEventStore();
  const first = simulation({ store, instance: 'one', call: async () => notMade });
  const { event } = await first.queue.publish(wantedEvent({ maxTryCount: 1 }), 'web');
  const [message] = first.messages.take();
  if (message === undefined) throw new Error('There is no message.');
  await first.queue.deliver([received(message, 2)]);
  expect((await first.queue.read(event.key))?.progress).toMatchObject({ status: 'waiting_execution', tryCount: 0 });
  expect((await first.queue.read(event.key))?.progress).not.toHaveProperty('claim');
  expect(first.messages.sent).toMatchObject([{ attempt: 1, mayBeDuplicate: true }]);

  const second = simulation({ store, instance: 'two' });
  await second.queue.deliver(first.messages.take());
  expect(second.calls).toHaveLength(1);
  expect((await second.queue.read(event.key))?.progress).toMatchObject({ status: 'success', tryCount: 1 });
});

test('a claim is taken back also if its event was cancelled meanwhile: nothing is missing in its history', async () => {
  const { queue, messages } = simulation({
    call: async ({ key }) => {
      await queue.cancel(key);
      return notMade;
    },
  });
  const { event } = await queue.publish(wantedEvent(), 'web');
  await queue.deliver(messages.take().map((message) => received(message, 2)));
  await queue.deliver(messages.take());
  const progress = (await queue.read(event.key))?.progress;
  expect(progress).toMatchObject({ status: 'cancelled', tryCount: 0, attempts: [] });
  expect(progress).not.toHaveProperty('claim');
});

test('an event that was cancelled while its call could not be made stays cancelled', async () => {
  const { queue, messages, calls } = simulation({ call: async () => notMade });
  const { event } = await queue.publish(wantedEvent(), 'web');
  await queue.deliver(messages.take());
  await queue.cancel(event.key);
  await queue.deliver(messages.take());
  expect(calls).toHaveLength(1);
  expect(messages.sent).toEqual([]);
  expect((await queue.read(event.key))?.progress.status).toBe('cancelled');
});

test('of very many calls that cannot be made one is reported, and another when that lasts', async () => {
  const reports: unknown[] = [];
  const { queue, messages, clock } = simulation({ report: (error) => reports.push(error), call: async () => notMade });
  for (let n = 0; n < 50; n++) await queue.publish(wantedEvent(), 'web');
  for (let round = 0; round < 3; round++) await queue.deliver(messages.take());
  expect(reports).toEqual([expect.objectContaining({ message: expect.stringContaining('EMFILE') })]);
  await clock.moveTo(START + 60 * SECOND);
  await queue.deliver(messages.take());
  expect(reports).toHaveLength(2);
});

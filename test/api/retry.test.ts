import { expect, test } from '@jest/globals';
import { apiClient, START } from '../support/api-client.ts';

const URL = 'https://example.com/hook';

test('max_try_count is what was asked for and, after an explicit retry, the attempts before that as well', async () => {
  const { publish, send, queue, messages } = apiClient();
  const wanted = { url_to_send_request: URL, max_try_count: 2, deduplication_id: 'order 42' };
  const { body: event } = await publish(wanted);
  const answers = [event];
  for (let retries = 0; retries < 3; retries++) {
    await queue.deliver(messages.take());
    answers.push((await send({ path: `/events/${event.key}` })).body);
    answers.push((await send({ method: 'POST', path: `/events/${event.key}/retry` })).body);
  }
  answers.push((await publish(wanted)).body, (await send({ path: '/events' })).body.events[0]);
  const figures = answers.map(({ try_count, max_try_count }) => `${try_count} of ${max_try_count}`);
  expect(answers.map(({ max_try_count, tried_before }) => max_try_count - tried_before)).toEqual(answers.map(() => 2));
  expect(figures).toEqual(['0 of 2', '1 of 2', '1 of 3', '2 of 3', '2 of 4', '3 of 4', '3 of 5', '3 of 5', '3 of 5']);
});

test('a retry that comes too soon after a cancel is a 409 that says until when, and why', async () => {
  const { publish, send, clock } = apiClient();
  const { body: event } = await publish({ url_to_send_request: URL, timeout_for_request: 2.5 });
  await send({ method: 'DELETE', path: `/events/${event.key}` });
  const retry = () => send({ method: 'POST', path: `/events/${event.key}/retry` });
  for (const [after, seconds] of [
    [0, '3'],
    [500, '2'],
    [1_501, '1'],
    [2_499, '1'],
  ] as const) {
    await clock.moveTo(START + after);
    const { status, headers, body } = await retry();
    expect([status, body.type, headers['retry-after']]).toEqual([409, 'urn:event-queue:conflict', seconds]);
    expect(body.detail).toContain('may be under way until 2030-01-01T00:00:02.750Z');
  }
  await clock.moveTo(START + 2_500);
  expect((await retry()).body).toMatchObject({
    status: 'waiting_execution',
    next_attempt_at_utc: '2030-01-01T00:00:02.750Z',
  });
});

test('a retry in bulk that comes too soon after a cancel makes the event due when it may be tried again', async () => {
  const { publish, send } = apiClient();
  const { body: event } = await publish({ url_to_send_request: URL });
  await send({ method: 'DELETE', path: `/events/${event.key}` });
  const bulk = { method: 'POST', path: '/events/retry', body: JSON.stringify({ status: 'cancelled' }) };
  expect((await send(bulk)).body).toEqual({ changed: 1, more: false, next_cursor: null });
  expect((await send({ path: `/events/${event.key}` })).body).toMatchObject({
    status: 'waiting_execution',
    next_attempt_at_utc: '2030-01-01T00:00:06.250Z',
  });
});

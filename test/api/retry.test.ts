import { expect, test } from '@jest/globals';
import { apiClient } from './api-client.ts';

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
  expect(figures).toEqual(['0 of 2', '1 of 2', '1 of 3', '2 of 3', '2 of 4', '3 of 4', '3 of 5', '3 of 5', '3 of 5']);
});

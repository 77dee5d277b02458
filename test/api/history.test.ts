import { describe, expect, test } from '@jest/globals';
import type { CallResult } from '../../core/event/progress.ts';
import { apiClient } from '../support/api-client.ts';
import { answered } from '../support/sample-event.ts';

const wanted = { url_to_send_request: 'https://example.com/hook', max_try_count: 2 };

/** Publishes an event, and delivers it once with this result. */
async function called(result: CallResult) {
  const client = apiClient({ call: async () => result });
  const { body: event } = await client.publish(wanted);
  await client.queue.deliver(client.messages.take());
  const { body } = await client.send({ path: `/events/${event.key}` });
  return { ...client, event, read: body };
}

describe('a failed attempt', () => {
  test('shows the beginning of its answer', async () => {
    const { read } = await called(answered(422, [], `${'x'.repeat(511)}é and more`));
    expect(read.attempts).toEqual([
      {
        number: 1,
        started_at_utc: '2030-01-01T00:00:00.250Z',
        late_ms: 0,
        duration_ms: 0,
        outcome: 'answered',
        status_code: 422,
        error: null,
        answer_excerpt: { text: 'x'.repeat(511), binary: false, truncated: true },
      },
    ]);
  });

  test('says that its answer was binary', async () => {
    const result = answered(500);
    if (result.outcome !== 'answered') throw new Error('It has no answer.');
    const { read } = await called({ ...result, answer: { ...result.answer, body: new Uint8Array([0xff, 0]) } });
    expect(read.attempts[0].answer_excerpt).toEqual({ text: null, binary: true, truncated: false });
  });

  test.each<[name: string, result: CallResult]>([
    ['had no answer', { outcome: 'timed_out', error: 'No whole answer within 5000 ms.' }],
    ['was answered with nothing', answered(500)],
    ['succeeded', answered(200, [], 'sent')],
  ])('has no excerpt if it %s', async (_, result) => {
    const { read } = await called(result);
    expect(read.attempts).toHaveLength(1);
    expect(read.attempts[0]).not.toHaveProperty('answer_excerpt');
  });
});

describe('a webhook-id', () => {
  const webhookId = (key: string) => key.slice('98106543999.750-'.length);

  test('finds its event once an attempt was recorded', async () => {
    const { send, event } = await called(answered(500));
    const { status, body } = await send({ path: `/events/${webhookId(event.key)}` });
    expect([status, body.key, body.try_count]).toEqual([200, event.key, 1]);
    const { body: alias } = await send({ path: '/get-event', query: `event_key=${webhookId(event.key)}` });
    expect(alias.key).toBe(event.key);
  });

  test('finds nothing before, nor if no event has it', async () => {
    const { send, publish } = apiClient();
    const { body: event } = await publish(wanted);
    for (const id of [webhookId(event.key), 'ffffffff-ffff-4fff-8fff-ffffffffffff'])
      expect((await send({ path: `/events/${id}` })).status).toBe(404);
  });

  test('changes nothing: a cancel and a retry need the key', async () => {
    const { send, event } = await called(answered(500));
    const path = `/events/${webhookId(event.key)}`;
    expect((await send({ method: 'DELETE', path })).status).toBe(404);
    expect((await send({ method: 'POST', path: `${path}/retry` })).status).toBe(404);
  });
});

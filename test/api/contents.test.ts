import { describe, expect, test } from '@jest/globals';
import type { Scope } from '../../core/api-key.ts';
import { MINUTE } from '../../core/durations.ts';
import type { ApiKeys } from '../../core/ports.ts';
import { apiClient, START } from '../support/api-client.ts';
import { answered } from '../support/sample-event.ts';

const URL = 'https://example.com/hook?token=of-the-url';
const CONTENTS = /of-the-url|of-the-header|of-the-body|of-the-tag|of-the-answer|of-the-cookie|(failed|result)\.example/;
const wanted = {
  url_to_send_request: URL,
  headers: { 'x-token': 'of-the-header' },
  body: { secret: 'of-the-body' },
  event_tags: ['of-the-tag'],
  failure_url: 'https://failed.example.com/',
  callback_url: 'https://result.example.com/',
  deduplication_id: 'one',
  keep_result_for: 60,
};
const IN_BRIEF = [
  'key',
  'status',
  'created_at_utc',
  'timestamp_for_execution_to_start',
  'next_attempt_at_utc',
  'finished_at_utc',
  'expires_at_utc',
];

/**
 * API keys that all have the same id, so that they share their deduplication ids. A secret consists of the scopes of
 * its key, such as `publish+read`.
 */
const keys: ApiKeys = {
  find: async (secret) => ({ id: 'application', label: '', scopes: secret.split('+') as Scope[] }),
};

function scene() {
  const client = apiClient({
    keys,
    call: async () => answered(500, [['set-cookie', 'of-the-cookie']], 'of-the-answer'),
  });
  const ask = (method: string, path: string, scopes: string, body?: unknown) =>
    client.send({
      method,
      path,
      headers: { 'x-api-key': scopes, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  return { ...client, ask };
}

/** Publishes an event with one try, and lets the try fail, so that the event has failed for good. */
async function failedEvent() {
  const client = scene();
  const event = { ...wanted, max_try_count: 1 };
  const published = await client.ask('POST', '/events', 'publish', event);
  await client.queue.deliver(client.messages.take());
  return { ...client, event, published: published.body };
}

describe('to a key without the scope read', () => {
  test('a new event is answered whole, because the client has just sent it', async () => {
    const { ask } = scene();
    const { status, body } = await ask('POST', '/events', 'publish', wanted);
    expect([status, body]).toEqual([201, expect.objectContaining({ ...wanted, attempts: [] })]);
  });

  test.each([
    ['/events', (event: object) => event, (body: unknown) => body],
    ['/receive-event', (event: object) => event, (body: unknown) => body],
    ['/events/batch', (event: object) => [event], (body: { results: unknown[] }) => body.results[0]],
  ])('a repetition by %s is answered in brief', async (path, sent, of) => {
    const { ask, event, published } = await failedEvent();
    for (const scopes of ['publish', 'publish+manage+admin']) {
      const { status, body } = await ask('POST', path, scopes, sent(event));
      expect([status, of(body)]).toEqual([
        200,
        {
          key: published.key,
          status: 'max_try_count_reached',
          created_at_utc: '2030-01-01T00:00:00.250Z',
          timestamp_for_execution_to_start: START / 1_000,
          next_attempt_at_utc: null,
          finished_at_utc: '2030-01-01T00:00:00.250Z',
          expires_at_utc: '2030-01-01T00:01:00.250Z',
        },
      ]);
      expect(JSON.stringify(body)).not.toMatch(CONTENTS);
    }
  });

  test('a second event of a batch with the id of the first is answered in brief', async () => {
    const { body } = await scene().ask('POST', '/events/batch', 'publish', [wanted, wanted]);
    expect(body.results[0]).toMatchObject(wanted);
    expect(Object.keys(body.results[1])).toEqual(IN_BRIEF);
    expect(body.results[1].key).toBe(body.results[0].key);
  });

  test.each([
    ['cancel', 'DELETE', ''],
    ['retry', 'POST', '/retry'],
  ])('a %s is answered in brief', async (deed, method, suffix) => {
    const { ask, published } = await failedEvent();
    const path = `/events/${published.key}`;
    if (deed === 'cancel') expect((await ask('POST', `${path}/retry`, 'manage')).status).toBe(200);
    for (const _ of deed === 'cancel' ? [1, 2] : [1]) {
      const { status, body } = await ask(method, `${path}${suffix}`, 'manage');
      expect([status, Object.keys(body)]).toEqual([200, IN_BRIEF]);
      expect(body.key).toBe(published.key);
    }
  });

  test('no refusal shows contents', async () => {
    const { ask, event, published } = await failedEvent();
    const refusals = [
      await ask('POST', '/events', 'publish', { ...event, max_try_count: 2 }),
      await ask('DELETE', `/events/${published.key}`, 'manage'),
      await ask('POST', '/events/cancel', 'manage', { status: 'success' }),
      await ask('GET', `/events/${published.key}`, 'publish+manage+admin'),
      await ask('GET', '/events', 'publish+manage+admin'),
    ];
    expect(refusals.map(({ status }) => status)).toEqual([422, 409, 422, 403, 403]);
    expect(JSON.stringify(refusals)).not.toMatch(CONTENTS);
  });

  test('changes in bulk answer numbers alone', async () => {
    const { ask } = await failedEvent();
    const { body } = await ask('POST', '/events/retry', 'manage', {});
    expect(body).toEqual({ changed: 1, more: false, next_cursor: null });
  });
});

describe('to a key with the scope read', () => {
  test('a repetition, a cancel and a retry are answered whole', async () => {
    const { ask, event, published } = await failedEvent();
    const repeated = await ask('POST', '/events', 'publish+read', event);
    const retried = await ask('POST', `/events/${published.key}/retry`, 'manage+read');
    const cancelled = await ask('DELETE', `/events/${published.key}`, 'manage+read');
    for (const { status, body } of [repeated, retried, cancelled]) {
      expect([status, body.request_response_body, body.attempts.length]).toEqual([200, 'of-the-answer', 1]);
      expect(body).toMatchObject(wanted);
    }
  });

  test('a repetition after keep_result_for is answered in brief', async () => {
    const { ask, event, published, clock } = await failedEvent();
    await clock.moveTo(START + 59_999);
    expect((await ask('POST', '/events', 'publish+read', event)).body).toMatchObject(event);
    await clock.moveTo(START + MINUTE);
    for (const scopes of ['publish+read', 'publish+read+manage+admin']) {
      const { status, body } = await ask('POST', '/events', scopes, event);
      expect([status, Object.keys(body), body.key]).toEqual([200, IN_BRIEF, published.key]);
      const batch = await ask('POST', '/events/batch', scopes, [event]);
      expect(Object.keys(batch.body.results[0])).toEqual(IN_BRIEF);
    }
  });
});

test('an id belongs to its key: another key with the same id is answered with an event of its own', async () => {
  const { ask } = apiClientOfTwoKeys();
  const first = await ask('one');
  const second = await ask('two');
  expect([first.status, second.status]).toEqual([201, 201]);
  expect(second.body.key).not.toBe(first.body.key);
});

function apiClientOfTwoKeys() {
  const { send } = apiClient({ keys: { find: async (secret) => ({ id: secret, label: '', scopes: ['publish'] }) } });
  return {
    ask: (key: string) =>
      send({
        method: 'POST',
        path: '/events',
        headers: { 'x-api-key': key, 'content-type': 'application/json' },
        body: JSON.stringify(wanted),
      }),
  };
}

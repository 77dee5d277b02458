import { describe, expect, test } from '@jest/globals';
import { HOUR } from '../../core/durations.ts';
import { apiClient, START } from '../support/api-client.ts';

const URL = 'https://example.com/hook';
const post = (path: string) => ({ method: 'POST', path, headers: { 'x-api-key': 'manage' } });
const at = (instant: number) => new Date(instant).toISOString();

describe('POST /pause and POST /resume', () => {
  test('need no body, are done once, and answer since when', async () => {
    const { send, clock } = apiClient();
    expect(await send(post('/resume'))).toMatchObject({ status: 200, body: { paused: false, since_utc: null } });
    for (const _ of [1, 2]) {
      expect((await send(post('/pause'))).body).toEqual({ paused: true, since_utc: at(START) });
      await clock.moveTo(clock.now() + HOUR);
    }
    for (const _ of [1, 2]) {
      expect((await send(post('/resume'))).body).toEqual({ paused: false, since_utc: at(START + 2 * HOUR) });
      await clock.moveTo(clock.now() + HOUR);
    }
  });

  test.each(['publish', 'read', 'admin'])('are not for a key with the scope %s alone', async (scope) => {
    const { send, queue } = apiClient();
    for (const path of ['/pause', '/resume'])
      expect((await send({ ...post(path), headers: { 'x-api-key': scope } })).status).toBe(403);
    expect(await queue.latestPause()).toBeUndefined();
  });

  test('stop what comes due, and not what is published', async () => {
    const { send, publish, queue, messages } = apiClient();
    await send(post('/pause'));
    const { status, body } = await publish({ url_to_send_request: URL });
    expect(status).toBe(201);
    await queue.deliver(messages.take());
    expect((await send({ path: `/events/${body.key}` })).body).toMatchObject({ status: 'waiting_execution' });
    await send(post('/resume'));
    await queue.deliver(messages.take());
    expect((await send({ path: `/events/${body.key}` })).body).toMatchObject({ status: 'success', try_count: 1 });
  });
});

test('a paused queue is healthy, and says since when it is paused', async () => {
  const { send } = apiClient();
  const health = { path: '/health', headers: {} };
  expect((await send(health)).body).toEqual({ status: 'ok' });
  await send(post('/pause'));
  const paused = { status: 'ok', paused: true, paused_since_utc: at(START) };
  expect(await send(health)).toMatchObject({ status: 200, body: paused });
  await send(post('/resume'));
  expect((await send(health)).body).toEqual({ status: 'ok' });
});

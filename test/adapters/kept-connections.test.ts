import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { httpCaller } from '../../adapters/http-caller.ts';
import { eventAnswer, eventSchema } from '../../api/event-answer.ts';
import { MINUTE } from '../../core/durations.ts';
import type { QueuedEvent } from '../../core/event/event.ts';
import { publicKey } from '../../core/event/event-key.ts';
import { openReceiver } from '../support/receiver.ts';
import { queuedEvent, secrets, wantedEvent } from '../support/sample-event.ts';
import { simulation } from '../support/simulation.ts';

const cleanUps: (() => void)[] = [];

afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

describe.each(methods)('a receiver that reads a %s on a kept connection and drops it', (method) => {
  test.each([
    [1, [1]],
    [2, [2]],
    [3, [2, 1]],
    [4, [2, 1, 1]],
  ])(
    'gets no more requests than the %i tries of the event, if the connection was kept by another event',
    async (maxTryCount, requests) => {
      const { keepConnection, run, requestsOf } = await failing();
      await keepConnection();
      const { event, progress } = await run({ method, maxTryCount });
      expect(progress).toMatchObject({ status: 'failed', tryCount: requests.length });
      expect(progress.attempts.map(({ requests = 1 }) => requests)).toEqual(requests);
      expect(requestsOf(event)).toBe(maxTryCount);
    },
  );

  test.each([
    [1, [1]],
    [2, [1, 1]],
    [3, [1, 2]],
    [4, [1, 2, 1]],
  ])(
    'gets no more requests than the %i tries of the event, if the connection is that of its first attempt',
    async (maxTryCount, requests) => {
      const { run, requestsOf } = await failing();
      const { event, progress } = await run({ method, maxTryCount });
      expect(progress).toMatchObject({ status: 'failed', tryCount: requests.length });
      expect(progress.attempts.map(({ requests = 1 }) => requests)).toEqual(requests);
      expect(requestsOf(event)).toBe(maxTryCount);
    },
  );

  test('gets as many requests again after an explicit retry', async () => {
    const { keepConnection, run, retry, requestsOf } = await failing();
    await keepConnection();
    const { event } = await run({ method, maxTryCount: 3 });
    expect(requestsOf(event)).toBe(3);
    await keepConnection();
    const { progress } = await retry(event);
    expect(progress).toMatchObject({ status: 'failed', tryCount: 4 });
    expect(progress.attempts.map(({ requests = 1 }) => requests)).toEqual([2, 1, 2, 1]);
    expect(requestsOf(event)).toBe(6);
  });

  test('leads to attempts for which the API states two requests', async () => {
    const { keepConnection, run } = await failing();
    await keepConnection();
    const { attempts } = eventSchema.parse(eventAnswer(await run({ method, maxTryCount: 3 })));
    expect(attempts.map((attempt) => ('requests' in attempt ? attempt.requests : 'one'))).toEqual([2, 'one']);
  });
});

describe.each(methods)('a %s that meets a connection that its receiver has closed', (method) => {
  test.each([2, 3])('succeeds in the same attempt if its event has %i tries', async (maxTryCount) => {
    const { keepConnection, run } = await dropping(200);
    await keepConnection();
    const { progress } = await run({ method, maxTryCount });
    expect(progress).toMatchObject({
      status: 'success',
      tryCount: 1,
      attempts: [{ outcome: 'answered', requests: 2 }],
    });
  });

  test('is never the last try of an event, because that one is made on a new connection', async () => {
    const { keepConnection, run, requestsOf } = await dropping(200);
    await keepConnection();
    const { event, progress } = await run({ method, maxTryCount: 1 });
    expect(progress).toMatchObject({ status: 'success', tryCount: 1, attempts: [{ outcome: 'answered' }] });
    expect(progress.attempts[0]).not.toHaveProperty('requests');
    expect(requestsOf(event)).toBe(1);
  });
});

function failing() {
  return dropping(500);
}

/**
 * Opens a queue, and a receiver that answers the first request on each connection and drops a connection that is used
 * again.
 */
async function dropping(status: number) {
  const used = new Set<unknown>();
  const receiver = await openReceiver(({ path }, response) => {
    const { socket } = response.req;
    if (used.has(socket)) return void socket.resetAndDestroy();
    used.add(socket);
    response.writeHead(path === '/kept' ? 200 : status, { 'content-length': 0 }).end();
  });
  const { call, close } = httpCaller({
    allowsAddress: () => true,
    targetPolicy: { privateTargets: true, ownHosts: [] },
    userAgent: 'event-queue/test',
    now: Date.now,
  });
  cleanUps.push(receiver.close, close);
  const { queue, deliverAll } = simulation({ call });

  async function run(wishes: Partial<QueuedEvent>) {
    const { event } = await queue.publish(wantedEvent({ url: receiver.url, ...wishes }), 'web');
    return finished(event);
  }

  async function retry(event: QueuedEvent) {
    await queue.retry(event.key);
    return finished(event);
  }

  async function finished({ key }: QueuedEvent) {
    await deliverAll();
    const record = await queue.read(key);
    if (record === undefined) throw new Error('There is no such event.');
    return record;
  }

  return {
    run,
    retry,
    keepConnection: () => run({ url: `${receiver.url}/kept` }),
    requestsOf: ({ key }: QueuedEvent) =>
      receiver.calls.filter(({ headers }) => headers['event-queue-key'] === publicKey(key)).length,
  };
}

test('a second request uses no try if no connection is established for it', async () => {
  const server = createServer((socket) => {
    let requests = 0;
    socket.on('data', () => {
      requests++;
      if (requests === 1) return void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
      server.close();
      socket.resetAndDestroy();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const caller = httpCaller({
    allowsAddress: () => true,
    targetPolicy: { privateTargets: true, ownHosts: [] },
    userAgent: 'test',
    now: Date.now,
  });
  const call = () => caller.call(queuedEvent(Date.now(), { url, timeout: MINUTE }), 1, secrets, 3);
  expect((await call()).outcome).toBe('answered');
  const refused = await call();
  expect(refused).toEqual({ outcome: 'unreachable', error: expect.stringMatching(/refused|closed before an answer/) });
});

import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { APIGatewayProxyEventV2, Context, SQSEvent } from 'aws-lambda';
import { tableEventStore } from '../../adapters/table-event-store.ts';
import type { HttpApi } from '../../api/http-api.ts';
import type { FunctionName } from '../../api/route.ts';
import { MINUTE } from '../../core/durations.ts';
import { publicKey } from '../../core/event/event-key.ts';
import type { DirectRequest } from '../../lambdas/runtime/direct-request.ts';
import { readEnvironment } from '../../lambdas/runtime/environment.ts';
import { emulatedCloud, type FunctionSurroundings } from '../../verify/shared/emulated-cloud.ts';
import { captureLines } from '../support/captured-lines.ts';
import { queuedEvent } from '../support/sample-event.ts';

const context = { getRemainingTimeInMillis: () => MINUTE } as Context;

let aws: Awaited<ReturnType<typeof emulatedCloud>>;
let environment: FunctionSurroundings['environment'];
let captured: ReturnType<typeof captureLines>;

beforeAll(async () => {
  captured = captureLines();
  aws = await emulatedCloud();
  ({ environment } = await aws.surroundings());
  Object.assign(process.env, environment);
});
afterAll(async () => {
  captured.restore();
  await aws.close();
});

describe('the functions', () => {
  test('publish an event and its message, read it, and cancel it', async () => {
    const body = JSON.stringify({ url_to_send_request: 'https://example.com/' });
    const published = await ask('publish', 'POST', '/events', body);
    expect(published.status).toBe(201);
    const [message = ''] = await aws.receive();
    expect(JSON.parse(message)).toMatchObject({ key: published.body.key, attempt: 1 });
    const path = `/events/${published.body.key}`;
    expect((await ask('read', 'GET', path)).body).toEqual(published.body);
    expect((await ask('manage', 'DELETE', path)).body.status).toBe('cancelled');
    expect((await ask('read', 'GET', '/events/count')).body).toEqual({ count: 0, complete: true });
    expect((await ask('site', 'GET', '/health')).body).toEqual({ status: 'ok' });
  });

  test.each<[FunctionName, string, string]>([
    ['read', 'POST', '/events'],
    ['publish', 'DELETE', '/events/x'],
    ['manage', 'GET', '/events/x'],
    ['site', 'GET', '/events'],
    ['site', 'GET', '/event'],
  ])('serve their own routes alone: %s does not know %s %s', async (name, method, path) => {
    expect((await ask(name, method, path)).status).toBe(404);
  });

  test('know the methods of all paths, because a request for no route goes to one of them', async () => {
    const { status, headers } = await ask('site', 'PUT', '/events');
    expect([status, headers?.allow]).toEqual([405, 'POST, GET, HEAD']);
  });

  test('refuse the URLs of the queue itself', async () => {
    const body = JSON.stringify({ url_to_send_request: 'https://queue.example.com/events' });
    expect((await ask('publish', 'POST', '/events', body)).status).toBe(422);
  });

  test('write down what they counted', async () => {
    const { periods } = (await ask('read', 'GET', '/stats')).body;
    expect(periods.at(-1).accepted + periods.at(-2).accepted).toBeGreaterThan(0);
  });
});

describe('whoever may invoke publish', () => {
  test.each<[string, DirectRequest, number]>([
    ['needs no key', { body: '{"url_to_send_request":"https://example.com/"}' }, 201],
    [
      'may send many',
      { path: '/events/batch', body: '{"events":[{"url_to_send_request":"https://example.com/"}]}' },
      200,
    ],
    ['is told what is wrong', { body: '{"url_to_send_request":"ftp://example.com/"}' }, 422],
    ['reaches no other route', { path: '/events/cancel' as '/events', body: '{}' }, 404],
  ])('%s', async (_, request, status) => {
    const { handler } = await import('../../lambdas/publish.ts');
    const { statusCode, body = '' } = await handler(request, context);
    expect(statusCode).toBe(status);
    expect(JSON.parse(body)).toEqual(expect.any(Object));
  });

  test('appears under a name of its own in the events that it published', async () => {
    const { handler } = await import('../../lambdas/publish.ts');
    const wanted = { url_to_send_request: 'https://example.com/', deduplication_id: 'one' };
    const direct = JSON.parse((await handler({ body: JSON.stringify(wanted) }, context)).body ?? '');
    const through = await ask('publish', 'POST', '/events', JSON.stringify(wanted));
    expect(through.status).toBe(201);
    expect(through.body.key).not.toBe(direct.key);
  });

  test('gets the status of its event when it repeats a request, and no contents', async () => {
    const { handler } = await import('../../lambdas/publish.ts');
    const body = JSON.stringify({ url_to_send_request: 'https://example.com/', deduplication_id: 'repeated' });
    const [first, second] = [await handler({ body }, context), await handler({ body }, context)];
    const { key, status } = JSON.parse(first.body ?? '');
    expect([second.statusCode, JSON.parse(second.body ?? '')]).toEqual([200, expect.objectContaining({ key, status })]);
    expect(second.body).not.toContain('example.com');
  });
});

describe('the site', () => {
  const request = (rawPath: string, headers: object, method = 'GET') =>
    ({
      rawPath,
      rawQueryString: '',
      headers,
      requestContext: { http: { method } },
    }) as unknown as APIGatewayProxyEventV2;

  test('answers pages, compressed for whoever takes that', async () => {
    const { handler } = await import('../../lambdas/site.ts');
    const plain = await handler(request('/docs', {}), context);
    const compressed = await handler(request('/docs', { 'accept-encoding': 'br, gzip' }), context);
    const page = Buffer.from(plain.body ?? '', 'base64');
    expect(plain).toMatchObject({ statusCode: 200, isBase64Encoded: true });
    expect(String(page)).toMatch(/<!doctype html>/i);
    expect(compressed.headers).toMatchObject({ ...plain.headers, 'content-encoding': 'gzip', vary: 'accept-encoding' });
    expect(gunzipSync(Buffer.from(compressed.body ?? '', 'base64'))).toEqual(page);
  });

  test.each([
    ['/docs', {}],
    ['/docs', { 'accept-encoding': 'gzip' }],
    ['/docs/start.js', {}],
    ['/redoc', {}],
    ['/health', {}],
    ['/openapi.json', {}],
    ['/nothing-here', {}],
  ])('answers HEAD %s as GET with %j, without a body', async (path, headers) => {
    const { handler } = await import('../../lambdas/site.ts');
    const get = await handler(request(path, headers), context);
    const head = await handler(request(path, headers, 'HEAD'), context);
    const length = String(Buffer.byteLength(get.body ?? '', get.isBase64Encoded ? 'base64' : 'utf8'));
    expect(head).toEqual({ statusCode: get.statusCode, headers: { ...get.headers, 'content-length': length } });
  });

  test('sends no page again to whoever has it', async () => {
    const { handler } = await import('../../lambdas/site.ts');
    const { headers } = await handler(request('/docs', {}), context);
    const again = await handler(request('/docs', { 'if-none-match': headers?.etag }), context);
    expect(again).toEqual({ statusCode: 304, headers });
  });

  test('shows no key, and fills none in', async () => {
    const { handler } = await import('../../lambdas/site.ts');
    const { body = '' } = await handler(request('/docs', {}), context);
    const page = Buffer.from(body, 'base64').toString();
    expect(page).toContain('<input id="key" type="password"');
    expect(page).not.toMatch(/demo|eq_\w|data-key|value=/);
  });

  test('says that a page cannot be read, logs why, and goes on to answer the API', async () => {
    const { handler } = await import('../../lambdas/site.ts');
    const { body = '', ...head } = await handler(request('/', {}), context);
    expect(head).toMatchObject({ statusCode: 503, headers: { 'content-type': 'application/problem+json' } });
    expect(JSON.parse(body).detail).toMatch(/This page could not be read/);
    expect(await handler(request('/', {}, 'HEAD'), context)).toEqual(head);
    expect(captured.text).toMatch(/ENOENT.*console/);
    expect(await handler(request('/health', {}), context)).toMatchObject({ statusCode: 200 });
  });

  test('answers what is no page as the API does', async () => {
    const { handler } = await import('../../lambdas/site.ts');
    const answer = await handler(request('/nothing-here', {}), context);
    expect(answer).toMatchObject({ statusCode: 404, headers: { 'content-type': 'application/problem+json' } });
  });
});

describe('deliver', () => {
  test('records its calls, acknowledges messages that need no call, and gives back messages that it cannot read', async () => {
    const { handler } = await import('../../lambdas/deliver.ts');
    const blocked = queuedEvent(Date.now(), { url: 'http://127.0.0.1:1/' });
    await tableEventStore(aws.table).putEvent(blocked);
    const messages = [
      JSON.stringify({ key: publicKey(blocked.key), attempt: 1, at: blocked.key.dueAt }),
      JSON.stringify({ key: publicKey({ ...blocked.key, dueAt: 1 }), attempt: 1, at: 1 }),
      'not one of ours',
    ];
    const { batchItemFailures } = await handler(sqsEvent(messages), context);
    expect(batchItemFailures).toEqual([{ itemIdentifier: 'message 2' }]);
    expect(captured.lines).toContainEqual(
      expect.objectContaining({
        level: 'ERROR',
        failure: expect.objectContaining({ message: 'The message message 2 cannot be read.' }),
      }),
    );
    const { body } = await ask('read', 'GET', `/events/${publicKey(blocked.key)}`);
    expect(body).toMatchObject({ status: 'max_try_count_reached', ended_because: 'blocked' });
  });

  test('gives back redelivered messages for which there is no time', async () => {
    const { handler } = await import('../../lambdas/deliver.ts');
    const event = queuedEvent(Date.now(), { url: 'http://127.0.0.1:1/' });
    const body = JSON.stringify({ key: publicKey(event.key), attempt: 1, at: event.key.dueAt });
    const soonOver = { getRemainingTimeInMillis: () => 10_000 } as Context;
    const { batchItemFailures } = await handler(sqsEvent([body], 2), soonOver);
    expect(batchItemFailures).toEqual([{ itemIdentifier: 'message 0' }]);
  });
});

test('dispatch sends the messages of events that come due', async () => {
  const { handler } = await import('../../lambdas/dispatch.ts');
  const dueAt = Date.now() + 900;
  const event = queuedEvent(dueAt, { key: { dueAt, uuid: '01000000-0000-4000-8000-000000000001' } });
  await tableEventStore(aws.table).putEvent(event);
  await handler();
  const sent = (await aws.receive()).map((body) => JSON.parse(body));
  expect(sent).toContainEqual({ key: publicKey(event.key), attempt: 1, at: dueAt });
});

test('a variable that is missing or wrong is named', () => {
  expect(readEnvironment(environment)).toMatchObject({ SHARDS: 4, OWN_HOSTS: ['queue.example.com'] });
  expect(() => readEnvironment({ ...environment, SHARDS: '0' })).toThrow('SHARDS');
  expect(() => readEnvironment({ ...environment, TABLE_NAME: undefined })).toThrow('TABLE_NAME');
});

test('the environment of the version before is read, because a function may get its code before its variables', () => {
  const { CONSOLE_REFRESH_SECONDS, ...before } = environment;
  expect(readEnvironment(before)).toMatchObject({ SHARDS: 4, CONSOLE_REFRESH_SECONDS: 10 });
  expect(() => readEnvironment({ ...before, CONSOLE_REFRESH_SECONDS: '0' })).toThrow('CONSOLE_REFRESH_SECONDS');
});

async function ask(name: FunctionName, method: string, path: string, body?: string) {
  const { handler } = (await import(`../../lambdas/${name}.ts`)) as { handler: HttpApi };
  const event = {
    rawPath: path,
    rawQueryString: '',
    headers: { 'x-api-key': aws.secret, 'content-type': 'application/json' },
    requestContext: { http: { method } },
    isBase64Encoded: false,
    ...(body !== undefined && { body }),
  } as unknown as APIGatewayProxyEventV2;
  const { statusCode, headers, body: text = 'null' } = await handler(event, context);
  return { status: statusCode, headers, body: JSON.parse(text) };
}

function sqsEvent(bodies: readonly string[], receiveCount = 1): SQSEvent {
  const Records = bodies.map((body, index) => ({
    messageId: `message ${index}`,
    body,
    attributes: { ApproximateReceiveCount: String(receiveCount) },
  }));
  return { Records } as SQSEvent;
}

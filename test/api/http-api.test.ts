import { describe, expect, test } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { eventSchema } from '../../api/event-answer.ts';
import { problemSchema } from '../../api/problem.ts';
import type { Route } from '../../api/route.ts';
import { routes } from '../../api/routes.ts';
import { MINUTE } from '../../core/durations.ts';
import { defaultSettings } from '../../core/settings.ts';
import { apiClient, START } from '../support/api-client.ts';
import { memoryEventStore } from '../support/memory-event-store.ts';
import { answered } from '../support/sample-event.ts';

const URL = 'https://example.com/hook';
const EVENT = JSON.stringify({ url_to_send_request: URL });
const JSON_TYPE = { 'content-type': 'application/json' };

describe('publish and get', () => {
  test.each(['/events', '/receive-event', '/receive_event'])(
    'an event posted to %s can be read on both paths',
    async (path) => {
      const { send } = apiClient();
      const published = await send({ method: 'POST', path, body: EVENT });
      expect(published.status).toBe(201);
      for (const read of [
        { path: `/events/${published.body.key}` },
        { path: '/get-event', query: `event_key=${published.body.key}` },
      ]) {
        expect(await send(read)).toMatchObject({ status: 200, body: published.body });
      }
    },
  );

  test('an event that was called shows its answer', async () => {
    const { publish, send, queue, messages } = apiClient();
    const { body: published } = await publish({ url_to_send_request: URL });
    await queue.deliver(messages.take());
    const { body } = await send({ path: `/events/${published.key}` });
    expect(eventSchema.parse(body)).toMatchObject({
      status: 'success',
      try_count: 1,
      next_attempt_at_utc: null,
      finished_at_utc: '2030-01-01T00:00:00.250Z',
      expires_at_utc: '2030-01-02T00:00:00.250Z',
      request_response_status_code: 200,
      attempts: [{ number: 1, late_ms: 0, outcome: 'answered', status_code: 200, error: null }],
    });
  });

  test('a finished event is a 404 keep_result_for after it finished', async () => {
    const { publish, send, queue, messages, clock } = apiClient();
    const { body: published } = await publish({ url_to_send_request: URL, keep_result_for: 60 });
    await queue.deliver(messages.take());
    await clock.moveTo(START + 59_999);
    expect((await send({ path: `/events/${published.key}` })).status).toBe(200);
    await clock.moveTo(START + MINUTE);
    expect((await send({ path: `/events/${published.key}` })).status).toBe(404);
  });

  test('an event that failed is a 404 keep_failed_for after it failed, and can be tried again until then', async () => {
    const { publish, send, queue, messages, clock } = apiClient({ call: async () => answered(410) });
    const wanted = { url_to_send_request: URL, event_tags: ['mails'], keep_result_for: 60, keep_failed_for: 600 };
    const { body: published } = await publish(wanted);
    await queue.deliver(messages.take());
    const { body } = await send({ path: `/events/${published.key}` });
    expect(body).toMatchObject({ status: 'max_try_count_reached', expires_at_utc: '2030-01-01T00:10:00.250Z' });
    await clock.moveTo(START + 599_999);
    expect((await send({ path: `/events/${published.key}` })).status).toBe(200);
    for (const query of ['', 'tag=mails', 'status=max_try_count_reached'])
      expect((await send({ path: '/events', query })).body.events).toHaveLength(1);
    expect((await send({ method: 'POST', path: '/events/retry', body: '{}' })).body.changed).toBe(1);
    await queue.deliver(messages.take());
    await clock.moveTo(START + 599_999 + 10 * MINUTE);
    expect((await send({ path: `/events/${published.key}` })).status).toBe(404);
  });

  test.each(['12345678901234567890', '1.0', '[1e400,{"__proto__":{"a":1.50}}]', '{"s":"\\ud800"}', ' { "a" :\n1 } '])(
    'a JSON body %s is kept as it was written, and answered with its numbers unchanged',
    async (text) => {
      const { send, messages, queue } = apiClient();
      const request = `{"url_to_send_request":"${URL}","body":${text}}`;
      const { status, body } = await send({ method: 'POST', path: '/events', body: request });
      const [message] = messages.sent;
      const record = message && (await queue.read(message.key));
      expect(status).toBe(201);
      expect(body.method).toBe('POST');
      expect(Buffer.from(record?.event.body?.bytes ?? []).toString()).toBe(text.trim());
    },
  );

  test('numbers of a JSON body are answered digit for digit', async () => {
    const body = `{"url_to_send_request":"${URL}","body":[12345678901234567890,1.0]}`;
    const answer = await apiClient().sendRaw({ method: 'POST', path: '/events', body });
    expect(answer.body).toContain('"body":[12345678901234567890,1.0]');
  });
});

describe('a request that is not an event in JSON', () => {
  test.each<[string, string | Buffer | undefined, number]>([
    ['nothing', undefined, 400],
    ['white space', ' \n', 400],
    ['text', 'hello', 400],
    ['a cut object', '{"url_to_send_request":', 400],
    ['NaN', 'NaN', 400],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 400],
    ['100,000 opened arrays', '['.repeat(100_000), 400],
    ['null', 'null', 422],
    ['a list', '[]', 422],
    ['a string', '"x"', 422],
    ['a number', '5', 422],
    ['5,000 nested arrays', '['.repeat(5_000) + ']'.repeat(5_000), 422],
    ['5,000 nested arrays as body', withBody('['.repeat(5_000) + ']'.repeat(5_000)), 422],
    [
      '5,000 nested arrays as a header',
      `{"url_to_send_request":"${URL}","headers":{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}}`,
      422,
    ],
    ['5,000 nested objects as body', withBody('{"a":'.repeat(5_000) + 1 + '}'.repeat(5_000)), 422],
    ['__proto__ as a field', `{"url_to_send_request":"${URL}","__proto__":{"a":1}}`, 422],
    ['__proto__ as a header', `{"url_to_send_request":"${URL}","headers":{"__proto__":"a"}}`, 422],
    ['__proto__ as the headers', `{"url_to_send_request":"${URL}","headers":{"__proto__":{"x-a":"b"}}}`, 422],
    ['__proto__ as a tag', `{"url_to_send_request":"${URL}","event_tags":[{"__proto__":"a"}]}`, 422],
    ['more than 2 MiB', withBody(`"${'a'.repeat(2 * 1_024 * 1_024)}"`), 413],
  ])('is refused: %s', async (_, body, status) => {
    const answer = await apiClient().send({ method: 'POST', path: '/events', ...(body !== undefined && { body }) });
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(problemSchema.parse(answer.body).status).toBe(status);
  });

  test.each([undefined, 'text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', 'multipart/form-data'])(
    'is refused with the content type %s',
    async (type) => {
      const headers = { 'x-api-key': 'all', ...(type && { 'content-type': type }) };
      const { status, body } = await apiClient().send({ method: 'POST', path: '/events', headers, body: EVENT });
      expect([status, body.type]).toEqual([415, 'urn:event-queue:unsupported-media-type']);
    },
  );

  test.each(['application/json', 'Application/JSON; charset=utf-8', 'application/json;charset=UTF-8'])(
    'may have the content type %s',
    async (type) => {
      const headers = { 'x-api-key': 'all', 'content-type': type };
      expect((await apiClient().send({ method: 'POST', path: '/events', headers, body: EVENT })).status).toBe(201);
    },
  );

  describe.each(['/events', '/receive-event', '/events/batch', '/events/cancel', '/events/retry'])('%s', (path) => {
    const ask = (encoding: string, key = 'all') =>
      apiClient().send({
        method: 'POST',
        path,
        headers: { 'x-api-key': key, 'content-type': 'application/json', 'content-encoding': encoding },
        body: path === '/events/batch' ? `[${EVENT}]` : path.startsWith('/events/') ? '{}' : EVENT,
      });

    test.each([
      ['gzip', 'gzip'],
      ['br', 'br'],
      ['GZIP', 'GZIP'],
      ['identity, deflate ,zstd', 'deflate, zstd'],
      ['x'.repeat(5_000), `${'x'.repeat(100)}…`],
    ])('is refused with the content encoding %s, which is named', async (encoding, named) => {
      const { status, headers, body } = await ask(encoding);
      expect([status, body.type, headers['accept-encoding']]).toEqual([
        415,
        'urn:event-queue:unsupported-media-type',
        'identity',
      ]);
      expect(body.detail).toBe(`The request is encoded with ${named}. Send it as it is, without content-encoding.`);
      expect((await ask(encoding, 'unknown')).status).toBe(401);
    });

    test.each(['', 'identity', 'Identity', ' identity '])('may have the content encoding "%s"', async (encoding) => {
      expect([200, 201]).toContain((await ask(encoding)).status);
    });
  });

  test('is answered with its first mistakes, and how many more there are', async () => {
    const fields = Array.from({ length: 50_000 }, (_, n) => `"unknown-${n}":1`).join();
    const body = `{"url_to_send_request":"${URL}",${fields}}`;
    const answer = await apiClient().send({ method: 'POST', path: '/events', body });
    expect([answer.status, answer.body.errors.length]).toEqual([422, 20]);
    expect(answer.body.detail).toMatch(/There are 49980 more\.$/);
  });

  test('says in plain words that it must be an object', async () => {
    const { body } = await apiClient().send({ method: 'POST', path: '/events', body: 'null' });
    expect(body.detail).toBe('Send a JSON object with the fields of an event.');
  });

  test('may come in base64, in which API Gateway hands over bytes', async () => {
    expect((await apiClient().send({ method: 'POST', path: '/events', body: Buffer.from(EVENT) })).status).toBe(201);
  });
});

describe('API keys', () => {
  const ways: [string, (key: string) => { headers?: Record<string, string>; query?: string }][] = [
    ['x-api-key', (key) => ({ headers: { ...JSON_TYPE, 'x-api-key': key } })],
    ['Authorization: Bearer', (key) => ({ headers: { ...JSON_TYPE, authorization: `Bearer ${key}` } })],
    ['?password=', (key) => ({ headers: JSON_TYPE, query: `password=${key}` })],
  ];

  test.each(ways)('let a caller in by %s', async (_, sent) => {
    const { send } = apiClient();
    const { status, body } = await send({ method: 'POST', path: '/events', body: EVENT, ...sent('publish') });
    expect(status).toBe(201);
    expect((await send({ path: `/events/${body.key}`, ...sent('read') })).status).toBe(200);
    expect((await send({ path: '/get-event', ...sent('read') })).status).toBe(422);
  });

  test('no key, an unknown key and an empty one get the same 401, which says where a key goes', async () => {
    const requests = [{ headers: JSON_TYPE }, ...ways.flatMap(([, sent]) => [sent('wrong'), sent('')])];
    const answers = await Promise.all(
      requests.map((request) => apiClient().send({ method: 'POST', path: '/events', body: EVENT, ...request })),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer realm="event-queue"' } });
    expect(answers[0]?.body.detail).toMatch(/x-api-key.*Bearer.*password/);
  });

  test.each([
    ['POST', '/events', 'read'],
    ['POST', '/receive-event', 'manage'],
    ['GET', '/events/x', 'publish'],
    ['GET', '/get-event', 'admin'],
  ])('%s %s with a key for %s alone is a 403 that names the missing scope', async (method, path, key) => {
    const headers = { ...JSON_TYPE, 'x-api-key': key };
    const { status, body } = await apiClient().send({ method, path, headers, body: EVENT });
    expect([status, body.type]).toEqual([403, 'urn:event-queue:forbidden']);
    expect(body.detail).toContain(`scope ${method === 'POST' ? 'publish' : 'read'}`);
  });

  test('are not needed for health and the description', async () => {
    for (const path of ['/health', '/openapi.json']) {
      expect((await apiClient().send({ path, headers: {} })).status).toBe(200);
    }
  });

  test('are checked before anything else of the request', async () => {
    expect((await apiClient().send({ method: 'POST', path: '/events', headers: {}, body: 'x' })).status).toBe(401);
  });
});

describe('paths', () => {
  test.each(['/', '/event', '/events/', '/events/a/b', '/EVENTS', '//events', '/openapi-json'])(
    '%s is a 404',
    async (path) => {
      const { status, body } = await apiClient().send({ path });
      expect([status, body.type]).toEqual([404, 'urn:event-queue:not-found']);
    },
  );

  test.each([
    ['DELETE', '/events', 'POST, GET, HEAD'],
    ['GET', '/receive_event', 'POST'],
    ['HEAD', '/receive-event', 'POST'],
    ['POST', '/health', 'GET, HEAD'],
    ['PUT', '/events/x', 'GET, HEAD, DELETE'],
  ])('%s %s is a 405 that allows %s', async (method, path, allow) => {
    expect(await apiClient().sendRaw({ method, path })).toMatchObject({ statusCode: 405, headers: { allow } });
  });

  test.each(['x', '98106543999.750-00000000-0000-4000-8000-000000000000', '%', '%00', '%2F', 'a%20b'])(
    'an event called %s is a 404',
    async (key) => {
      expect((await apiClient().send({ path: `/events/${key}` })).status).toBe(404);
    },
  );

  test.each([
    ['', 'event_key'],
    ['event_key=x&verbose=1', 'verbose'],
    ['event_key=x&__proto__=1', '__proto__'],
  ])('/get-event?%s is a 422 that names %s', async (query, path) => {
    const { status, body } = await apiClient().send({ path: '/get-event', query });
    expect(status).toBe(422);
    expect(body.errors.map((error: { path: string }) => error.path)).toContain(path);
  });
});

describe('HEAD', () => {
  const read = Object.values<Route>(routes(defaultSettings, () => 0)).filter(({ method }) => method === 'GET');
  const paths = read.flatMap(({ path, aliases }) => [path, ...aliases.map((alias) => alias.path)]);
  const headers = (key: string) => ({ 'x-api-key': key });

  test.each(paths)('%s is answered as GET, without a body', async (path) => {
    const { publish, send, sendRaw } = apiClient();
    const { body: event } = await publish({ url_to_send_request: URL });
    const schedule = JSON.stringify({ every: 60, event: { url_to_send_request: URL } });
    await send({ method: 'PUT', path: '/schedules/daily', body: schedule });
    const filled = path.replace('{key}', event.key).replace('{id}', 'daily');
    const query = path === '/get-event' ? `event_key=${event.key}` : '';
    const requests = [
      { path: filled, query },
      { path: filled, query: 'no_such_parameter=1' },
      { path: filled, query, headers: headers('publish') },
      { path: filled, query, headers: headers('unknown') },
      { path: path.replace(/\{\w+\}/, 'x'), query: 'event_key=x' },
    ];
    const statuses = new Set<number | undefined>();
    for (const request of requests) {
      const get = await sendRaw(request);
      const head = await sendRaw({ ...request, method: 'HEAD' });
      expect([head.statusCode, head.headers]).toEqual([get.statusCode, get.headers]);
      expect(head.headers?.['content-length']).toBe(String(Buffer.byteLength(get.body ?? '')));
      expect(head).not.toHaveProperty('body');
      statuses.add(head.statusCode);
    }
    expect(statuses).toContain(200);
    expect(statuses).toContain(422);
  });

  test('waits as GET does', async () => {
    const { publish, sendRaw, queue, messages } = apiClient();
    const { body: event } = await publish({ url_to_send_request: URL });
    const answers = ['HEAD', 'GET'].map((method) =>
      sendRaw({ method, path: `/events/${event.key}`, query: 'wait=20' }),
    );
    await queue.deliver(messages.take());
    const [head, get] = await Promise.all(answers);
    expect(JSON.parse(get?.body ?? '').status).toBe('success');
    expect([head?.statusCode, head?.headers]).toEqual([200, get?.headers]);
  });

  test.each(['/nothing', '/', '/events/batch', '/receive-event'])('%s is refused without a body', async (path) => {
    const { statusCode, ...rest } = await apiClient().sendRaw({ method: 'HEAD', path });
    expect([404, 405]).toContain(statusCode);
    expect(rest).not.toHaveProperty('body');
  });

  test('is answered without a body also where something failed', async () => {
    const store = { ...memoryEventStore(), findEvent: () => Promise.reject(new Error('gone')) };
    const path = '/events/98106543999.750-00000000-0000-4000-8000-000000000000';
    const { statusCode, ...rest } = await apiClient({ store }).sendRaw({ method: 'HEAD', path });
    expect(statusCode).toBe(503);
    expect(rest).not.toHaveProperty('body');
  });
});

test('an unexpected failure is a 503 that shows nothing of its cause', async () => {
  const failure = new Error('ProvisionedThroughputExceededException on table events');
  const store = { ...memoryEventStore(), putEvent: () => Promise.reject(failure) };
  const { publish, report } = apiClient({ store });
  const { status, headers, body } = await publish({ url_to_send_request: URL });
  expect([status, headers['retry-after']]).toEqual([503, '1']);
  expect(JSON.stringify(body)).not.toMatch(/Throughput|events table|at /);
  expect(report).toHaveBeenCalledWith(failure);
});

describe('/openapi.json', () => {
  test('is a valid OpenAPI 3.1 document', async () => {
    const { body } = await apiClient().send({ path: '/openapi.json' });
    expect(body.openapi).toMatch(/^3\.1/);
    expect(await new Validator().validate(body)).toEqual({ valid: true });
  });

  test('describes every route, alias and field, with defaults and bounds, from the table and the schemas', async () => {
    const { body } = await apiClient({ settings: { maxTimeoutSeconds: 30 } }).send({ path: '/openapi.json' });
    const described = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods as object).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const table = Object.values(routes(defaultSettings, () => 0));
    const expected = table.flatMap(({ method, path, aliases }) =>
      [path, ...aliases.map((alias) => alias.path)].map((one) => `${method} ${one}`),
    );
    expect(described.sort()).toEqual(expected.sort());

    const fields = body.components.schemas.NewEvent;
    expect(fields).toMatchObject({ required: ['url_to_send_request'], additionalProperties: false });
    expect(fields.properties.max_try_count).toMatchObject({ default: 3 });
    expect(fields.properties.timeout_for_request.anyOf[0]).toMatchObject({ minimum: 1, maximum: 30 });
    expect(body.paths['/get-event'].get.parameters[0]).toMatchObject({
      name: 'event_key',
      in: 'query',
      required: true,
    });
    expect(body.paths['/events/{key}'].get.parameters[0]).toMatchObject({ name: 'key', in: 'path', required: true });
  });
});

function withBody(json: string): string {
  return `{"url_to_send_request":"${URL}","body":${json}}`;
}

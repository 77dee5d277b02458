import { describe, expect, test } from '@jest/globals';
import { apiClient, START } from '../support/api-client.ts';

const URL = 'https://example.com/hook';
const TEN_YEARS = 3_652 * 86_400;

describe('an event with nothing but its URL', () => {
  test('is accepted with every default, and answered whole', async () => {
    const { publish } = apiClient();
    const { status, headers, body } = await publish({ url_to_send_request: URL });
    expect(status).toBe(201);
    expect(headers).toMatchObject({ 'content-type': 'application/json' });
    expect(body).toEqual({
      key: '98106543999.750-00000000-0000-4000-8000-000000000000',
      status: 'waiting_execution',
      url_to_send_request: URL,
      call_url_after: 0,
      call_url_at: null,
      method: 'GET',
      headers: {},
      body: null,
      body_base64: null,
      timeout_for_request: 5,
      max_try_count: 3,
      tried_before: 0,
      retry_delay: 60,
      retry_delays: null,
      retry_backoff: 'fixed',
      retry_max_delay: 3_600,
      event_tags: [],
      keep_result_for: 86_400,
      keep_failed_for: 86_400,
      created_at_utc: '2030-01-01T00:00:00.250Z',
      timestamp_for_execution_to_start: START / 1_000,
      try_count: 0,
      next_attempt_at_utc: '2030-01-01T00:00:00.250Z',
      finished_at_utc: null,
      expires_at_utc: null,
      deduplication_id: null,
      deduplication_window: null,
      ended_because: null,
      overlaps_with_key: null,
      schedule_id: null,
      failure_url: null,
      failure_callback_key: null,
      callback_url: null,
      callback_key: null,
      request_response_status_code: null,
      request_response_headers: null,
      request_response_body: null,
      request_response_body_base64: null,
      request_response_truncated: null,
      attempts: [],
    });
  });

  test('is the same event as one with null in every other field', async () => {
    const fields = Object.keys(everyField).filter((field) => field !== 'url_to_send_request');
    const nulls = Object.fromEntries(fields.map((field) => [field, null]));
    const { body: unset } = await apiClient().publish({ url_to_send_request: URL });
    const { body } = await apiClient().publish({ ...nulls, url_to_send_request: URL });
    expect(body).toEqual(unset);
  });
});

const everyField = {
  url_to_send_request: URL,
  call_url_after: 1.5,
  call_url_at: null,
  method: 'PUT',
  headers: { 'X-Name': 'value', Accept: '' },
  body: { a: [1, null] },
  body_base64: null,
  timeout_for_request: 1.5,
  max_try_count: 7,
  retry_delay: 2,
  retry_backoff: 'exponential',
  retry_max_delay: 50,
  failure_url: 'https://example.com/failed',
  callback_url: 'https://example.com/result',
  event_tags: ['a', 'ü'],
  keep_result_for: 61,
  keep_failed_for: 62,
};

test('every field is answered as it was sent', async () => {
  const { body } = await apiClient().publish(everyField);
  expect(body).toMatchObject(everyField);
});

test('a list of delays and the window of an id are answered as they were sent', async () => {
  const fields = { retry_delays: [1, 2.5, 86_400], deduplication_id: 'a', deduplication_window: 60 };
  const { body } = await apiClient().publish({ url_to_send_request: URL, ...fields });
  expect(body).toMatchObject({ ...fields, retry_delay: null, retry_backoff: 'fixed' });
  const { body: usual } = await apiClient().publish({ url_to_send_request: URL, deduplication_id: 'a' });
  expect(usual.deduplication_window).toBe(86_400);
});

test('call_url_at takes ISO 8601 with any zone and epoch seconds, and is answered as ISO 8601 in UTC', async () => {
  const texts = [
    'T01:00:10.5+01:00',
    'T00:00:10.500Z',
    'T01:00:10.5+0100',
    'T01:00:10.5+01',
    't00:00:10.5z',
    'T00:00:10,5Z',
  ];
  for (const at of [...texts.map((time) => `2030-01-01${time}`), START / 1_000 + 10.25]) {
    const { body } = await apiClient().publish({ url_to_send_request: URL, call_url_at: at });
    expect(body.call_url_at).toBe('2030-01-01T00:00:10.500Z');
    expect(body.timestamp_for_execution_to_start).toBe(START / 1_000 + 10.25);
    expect(body.call_url_after).toBeNull();
  }
});

test('call_url_at may leave out its seconds', async () => {
  const { body } = await apiClient().publish({ url_to_send_request: URL, call_url_at: '2030-01-01T02:00+0200' });
  expect(body.call_url_at).toBe('2030-01-01T00:00:00.000Z');
});

test.each([
  '2030-02-30T00:00Z',
  '2030-01-01T00:00',
  '2030-01-01',
  '2030-01-01T24:00Z',
  '2030-01-01T00:00+2',
  'T00:00Z',
])('call_url_at does not take %s', async (call_url_at) => {
  expect((await apiClient().publish({ url_to_send_request: URL, call_url_at })).status).toBe(422);
});

test('the method is POST if there is a body and none is given', async () => {
  for (const body of ['', 'text', 0, false, [], {}]) {
    expect((await apiClient().publish({ url_to_send_request: URL, body })).body.method).toBe('POST');
  }
  expect((await apiClient().publish({ url_to_send_request: URL, body_base64: '' })).body.method).toBe('POST');
});

test('a tag given twice is one tag', async () => {
  const { body } = await apiClient().publish({ url_to_send_request: URL, event_tags: ['a', 'b', 'a'] });
  expect(body.event_tags).toEqual(['a', 'b']);
});

describe.each<[string, accepted: readonly unknown[], refused: readonly unknown[]]>([
  ['url_to_send_request', [url(2_048)], [url(2_049), '', 'example.com', 'ftp://example.com/', 5, null, {}]],
  ['failure_url', [url(2_048)], [url(2_049), '', 'example.com', 'http://10.0.0.1/', 'http://localhost/', 5, {}]],
  ['callback_url', [url(2_048)], [url(2_049), '', 'http://10.0.0.1/', 5]],
  ['call_url_after', [0, 0.001, TEN_YEARS], [-0.001, TEN_YEARS + 1, '1', true]],
  [
    'call_url_at',
    [0, START / 1_000 + TEN_YEARS],
    [-1, START / 1_000 + TEN_YEARS + 1, '2030-01-01', '2030-01-01T00:00:00', 'now'],
  ],
  ['method', ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'], ['get', 'OPTIONS', 'CONNECT', '', 1]],
  ['timeout_for_request', [1, 1.5, 6], [0.999, 6.001, '5']],
  ['max_try_count', [1, 1_000], [0, 1_001, 1.5, '3']],
  ['retry_delay', [1, 86_400], [0.999, 86_400.001]],
  ['retry_delays', [[1], delays(100)], [[], delays(101), [0.999], [86_400.001], ['1'], 60]],
  ['retry_backoff', ['fixed', 'exponential'], ['linear', 1]],
  ['retry_max_delay', [1, 86_400], [0.999, 86_400.001]],
  ['keep_result_for', [60, 30 * 86_400], [59.999, 30 * 86_400 + 0.001]],
  ['keep_failed_for', [60, 90 * 86_400], [59.999, 90 * 86_400 + 0.001, '60']],
  ['event_tags', [tags(20), ['a'.repeat(128)]], [tags(21), [''], ['a'.repeat(129)], [1], 'a', [null], ['\ud800']]],
  ['body_base64', ['', 'AAEC/w=='], ['AAEC/w', '****', 5]],
  ['body', ['', 'ü', 0, false, nested(32)], [nested(33), '\ud800', 'a\udc00b']],
])('%s', (field, accepted, refused) => {
  test.each(accepted.map((value) => [shown(value), value]))('takes %s', async (_, value) => {
    const { status } = await apiClient().publish({ url_to_send_request: URL, [field]: value });
    expect(status).toBe(201);
  });

  test.each(refused.map((value) => [shown(value), value]))('refuses %s with a 422 that names it', async (_, value) => {
    const { status, headers, body } = await apiClient().publish({ url_to_send_request: URL, [field]: value });
    expect(status).toBe(422);
    expect(headers['content-type']).toBe('application/problem+json');
    expect(body).toMatchObject({ type: 'urn:event-queue:invalid', status: 422 });
    expect(body.errors.map(({ path }: { path: string }) => path.split('.')[0])).toEqual([field]);
    expect(body.errors[0].detail.length).toBeGreaterThan(10);
  });
});

test('the bound of timeout_for_request is a setting', async () => {
  const { publish } = apiClient({ settings: { maxTimeoutSeconds: 840 } });
  expect((await publish({ url_to_send_request: URL, timeout_for_request: 840 })).status).toBe(201);
  expect((await publish({ url_to_send_request: URL, timeout_for_request: 841 })).status).toBe(422);
});

describe('keep_failed_for', () => {
  const kept = async (fields: object, settings = {}) => {
    const { body } = await apiClient({ settings }).publish({ url_to_send_request: URL, ...fields });
    return body.keep_failed_for;
  };

  test('is keep_result_for unless it is given', async () => {
    expect(await kept({ keep_result_for: 600 })).toBe(600);
    expect(await kept({ keep_result_for: 600, keep_failed_for: 60 })).toBe(60);
  });

  test('is what the owner chose unless it is given', async () => {
    const settings = { keepFailedFor: 7 * 86_400 };
    expect(await kept({ keep_result_for: 600 }, settings)).toBe(7 * 86_400);
    expect(await kept({ keep_failed_for: null }, settings)).toBe(7 * 86_400);
    expect(await kept({ keep_failed_for: 60 }, settings)).toBe(60);
    const { body } = await apiClient({ settings }).send({ path: '/openapi.json' });
    expect(JSON.stringify(body)).toContain('"default":604800');
  });
});

describe('fields that do not go together, or not with their bounds', () => {
  test.each([
    ['call_url_at', { call_url_after: 0, call_url_at: '2030-01-02T00:00:00Z' }],
    ['retry_delays', { retry_delay: 60, retry_delays: [60] }],
    ['retry_delays', { retry_backoff: 'exponential', retry_delays: [60] }],
    ['deduplication_window', { deduplication_window: 60 }],
    ['deduplication_window', { deduplication_id: 'a', deduplication_window: 59.999 }],
    ['deduplication_window', { deduplication_id: 'a', deduplication_window: 86_400.001 }],
    ['body_base64', { body: '', body_base64: '' }],
    ['body', { method: 'GET', body: '' }],
    ['body', { method: 'HEAD', body: 0 }],
    ['body_base64', { method: 'GET', body_base64: 'AA==' }],
  ])('%s is refused in %j', async (field, fields) => {
    const { status, body } = await apiClient().publish({ url_to_send_request: URL, ...fields });
    expect(status).toBe(422);
    expect(body.errors).toEqual([{ path: field, detail: expect.any(String) }]);
  });
});

describe('headers', () => {
  test.each([
    ['50 of them', Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`x-${n}`, '']))],
    ['8,192 bytes', { x: 'a'.repeat(8_191) }],
    ['every printable character', { 'x-all': printable() }],
    ["every character of a name's", { "!#$%&'*+-.^_`|~09AZaz": '' }],
    ['a content type', { 'Content-Type': 'application/xml' }],
    ['an agent', { 'user-agent': 'mine' }],
    ['names with _ that are not like any of these', { x_a: '1', webhook: '2', event_queue: '3', content_type: 'a/b' }],
  ])('are taken with %s', async (_, headers) => {
    const { status, body } = await apiClient().publish({ url_to_send_request: URL, headers });
    expect([status, body.headers]).toEqual([201, headers]);
  });

  test.each<[string, string, unknown]>([
    ['51 of them', 'headers', Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`x-${n}`, '']))],
    ['8,193 bytes', 'headers', { x: 'a'.repeat(8_192) }],
    ['the same name in two spellings', 'headers.X-A', { 'x-a': '1', 'X-A': '2' }],
    ['an empty name', 'headers.', { '': 'x' }],
    ['a name with a space', 'headers.a b', { 'a b': 'x' }],
    ['a name with a colon', 'headers.a:', { 'a:': 'x' }],
    ['a name with a line feed', 'headers.a\nb', { 'a\nb': 'x' }],
    ['a name beyond ASCII', 'headers.ü', { ü: 'x' }],
    ['a value with a line feed', 'headers.a', { a: 'x\r\nb: y' }],
    ['a value with a NUL', 'headers.a', { a: '\u0000' }],
    ['a value beyond ASCII', 'headers.a', { a: 'ü' }],
    ['a tab in a value', 'headers.a', { a: 'x\ty' }],
    ['a number as value', 'headers.a', { a: 1 }],
    ['a null as value', 'headers.a', { a: null }],
    ['an object as value that pretends to be a string', 'headers.a', { a: { toString: 1, valueOf: 1 } }],
    ['2,000 nested lists as value', 'headers.a', { a: nested(2_000) }],
    ['a list', 'headers', ['a']],
    ['a string', 'headers', 'a: b'],
    ...[
      'connection',
      'Content-Length',
      'expect',
      'HOST',
      'http2-settings',
      'keep-alive',
      'proxy-authenticate',
      'Proxy-Authorization',
      'proxy-connection',
      'te',
      'trailer',
      'Transfer-Encoding',
      'upgrade',
      'webhook-id',
      'Webhook-Signature',
      'webhook-timestamp',
      'event-queue-key',
      'Event-Queue-Attempt',
      'event-queue-anything',
      'content_length',
      'Transfer_Encoding',
      'keep_alive',
      'proxy_authorization',
      'http2_settings',
      'webhook_id',
      'WEBHOOK_Signature',
      'event_queue_key',
      'event_queue-attempt',
      'event-queue_anything',
    ].map((name): [string, string, unknown] => [`the name ${name}`, `headers.${name}`, { [name]: 'x' }]),
  ])('are refused with %s', async (_, path, headers) => {
    const { status, body } = await apiClient().publish({ url_to_send_request: URL, headers });
    expect(status).toBe(422);
    expect(body.errors.map((error: { path: string }) => error.path)).toEqual([path]);
  });
});

describe('a body of 256 KiB', () => {
  const most = 256 * 1_024;
  test.each([
    ['as text', { body: 'a'.repeat(most) }, { body: 'a'.repeat(most + 1) }],
    ['as text of two bytes a character', { body: 'ü'.repeat(most / 2) }, { body: `ü${'ü'.repeat(most / 2)}` }],
    ['as text of escapes', { body: '\u0000'.repeat(most) }, { body: '\u0000'.repeat(most + 1) }],
    ['as JSON', { body: ['a'.repeat(most - 4)] }, { body: ['a'.repeat(most - 3)] }],
    ['in base64', { body_base64: base64(most) }, { body_base64: base64(most + 1) }],
  ])('is taken %s, and one byte more is a 413 that names the field', async (_, fits, exceeds) => {
    expect((await apiClient().publish({ url_to_send_request: URL, ...fits })).status).toBe(201);
    const { status, body } = await apiClient().publish({ url_to_send_request: URL, ...exceeds });
    expect(status).toBe(413);
    expect(body).toMatchObject({ type: 'urn:event-queue:too-large', errors: [{ path: Object.keys(exceeds)[0] }] });
  });
});

describe('targets', () => {
  test.each(['http://127.0.0.1/', 'http://localhost/', 'http://[::1]/', 'http://intranet/', 'http://a:b@example.com/'])(
    '%s is refused at once',
    async (url) => {
      const { status, body } = await apiClient().publish({ url_to_send_request: url });
      expect(status).toBe(422);
      expect(body.errors).toMatchObject([{ path: 'url_to_send_request' }]);
    },
  );

  test('are stored in their normalised form', async () => {
    const { body } = await apiClient().publish({ url_to_send_request: 'HTTPS://EXAMPLE.com.:443/a b/../ü' });
    expect(body.url_to_send_request).toBe('https://example.com/%C3%BC');
  });

  test("of the queue's own are refused", async () => {
    const { publish } = apiClient({ settings: { ownHosts: ['queue.example.com'] } });
    expect((await publish({ url_to_send_request: 'https://queue.example.com/events' })).status).toBe(422);
  });
});

test('several mistakes are all named', async () => {
  const { body } = await apiClient().publish({ retry_delay: 0, tags: [], 'max-try-count': 1 });
  const paths = body.errors.map(({ path }: { path: string }) => path).sort();
  expect(paths).toEqual(['max-try-count', 'retry_delay', 'tags', 'url_to_send_request']);
});

function url(length: number): string {
  return `https://example.com/${'a'.repeat(length - 20)}`;
}

function tags(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `tag ${n}`);
}

function delays(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n + 1);
}

function nested(depth: number): unknown {
  return JSON.parse('['.repeat(depth) + ']'.repeat(depth));
}

function printable(): string {
  return String.fromCharCode(...Array.from({ length: 0x7f - 0x20 }, (_, n) => n + 0x20));
}

function base64(bytes: number): string {
  return Buffer.alloc(bytes).toString('base64');
}

function shown(value: unknown): string {
  const text =
    typeof value === 'object' && value !== null ? `${Array.isArray(value) ? 'list' : 'object'}` : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

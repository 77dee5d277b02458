import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type LocalQueue, openLocalQueue } from '../../local/local-queue.ts';
import { closedPortUrl, openTcpReceiver } from '../../verify/shared/tcp-receiver.ts';
import { askRaw, finishedEvent, publish } from '../support/http-client.ts';
import { openReceiver, type Receiver } from '../support/receiver.ts';

let queue: LocalQueue;
let receiver: Receiver;
const tcpReceivers: { close(): void }[] = [];

beforeAll(async () => {
  const resolve = unresolvable;
  queue = await openLocalQueue({ port: 0, dataFolder: undefined, privateTargets: true, version: 'test', resolve });
  receiver = await openReceiver(({ path }, response) => {
    const status = Number(/^\/status\/(\d+)/.exec(path)?.[1] ?? 200);
    if (path !== '/never')
      response.writeHead(status, { 'x-Answer': 'yes', location: '/elsewhere' }).end(`answer of ${path}`);
  });
});

afterAll(async () => {
  await queue.close();
  for (const one of [receiver, ...tcpReceivers]) one.close();
});

test.each(['/receive-event', '/receive_event', '/events'])(
  'an event posted to %s is called by GET and shows its answer',
  async (path) => {
    const target = `/from${path}`;
    const { key } = await publish(queue.url, { url_to_send_request: `${receiver.url}${target}` }, path);
    const event = await finishedEvent(queue.url, key);
    expect(event).toMatchObject({
      status: 'success',
      try_count: 1,
      request_response_status_code: 200,
      request_response_headers: { 'x-answer': 'yes' },
      request_response_body: `answer of ${target}`,
      request_response_truncated: false,
    });
    const alias = await fetch(`${queue.url}/get-event?event_key=${key}&password=demo`);
    expect(await alias.json()).toEqual(event);
    expect(receiver.callsTo(target)).toMatchObject([
      {
        method: 'GET',
        headers: { 'event-queue-key': key, 'event-queue-attempt': '1', 'user-agent': 'event-queue/test' },
      },
    ]);
  },
);

test('an event with a delay is never called before its instant', async () => {
  const published = await Promise.all(
    [0.05, 0.4, 1, 1.5].map((call_url_after) =>
      publish(queue.url, { url_to_send_request: `${receiver.url}/after/${call_url_after}`, call_url_after }),
    ),
  );
  for (const { key, call_url_after, timestamp_for_execution_to_start } of published) {
    const { attempts } = await finishedEvent(queue.url, key);
    const [call] = receiver.callsTo(`/after/${call_url_after}`);
    expect(call?.at).toBeGreaterThanOrEqual(Math.round(timestamp_for_execution_to_start * 1_000));
    expect(attempts[0]?.late_ms).toBeGreaterThanOrEqual(0);
  }
});

describe('a target that', () => {
  test.each<[string, () => Promise<string>, object]>([
    ['answers 500', async () => `${receiver.url}/status/500`, { outcome: 'answered', status_code: 500 }],
    ['answers 302', async () => `${receiver.url}/status/302`, { outcome: 'answered', status_code: 302 }],
    ['answers 404', async () => `${receiver.url}/status/404`, { outcome: 'answered', status_code: 404 }],
    ['never answers', async () => `${receiver.url}/never`, { outcome: 'timed_out', status_code: null }],
    ['refuses the connection', closedPortUrl, { outcome: 'unreachable', status_code: null }],
    ['answers garbage', openGarbage, { outcome: 'invalid_answer', status_code: null }],
    ['does not resolve', async () => 'http://no-such-name.example/', { outcome: 'unreachable', status_code: null }],
  ])('%s is tried again after retry_delay, and ends its event with the last attempt', async (_, target, attempt) => {
    const { key } = await publish(queue.url, {
      url_to_send_request: await target(),
      timeout_for_request: 1,
      max_try_count: 2,
      retry_delay: 1,
    });
    const event = await finishedEvent(queue.url, key);
    expect(event).toMatchObject({
      status: 'max_try_count_reached',
      try_count: 2,
      ended_because: null,
      attempts: [
        { number: 1, ...attempt },
        { number: 2, ...attempt },
      ],
    });
    const [first, second] = event.attempts.map((one) => ({
      start: Date.parse(one.started_at_utc),
      took: one.duration_ms,
    }));
    if (first === undefined || second === undefined) throw new Error('There are two attempts.');
    expect(second.start - (first.start + first.took)).toBeGreaterThanOrEqual(1_000);
    expect(Date.parse(event.finished_at_utc ?? '')).toBe(second.start + second.took);
  });

  test('redirects is not followed', async () => {
    expect(receiver.callsTo('/status/302').length).toBe(2);
    expect(receiver.callsTo('/elsewhere')).toEqual([]);
  });
});

describe('a body arrives byte for byte', () => {
  test.each<[string, string, Buffer, string]>([
    ['a large number', '"body":12345678901234567890', Buffer.from('12345678901234567890'), 'application/json'],
    ['a decimal', '"body":1.0', Buffer.from('1.0'), 'application/json'],
    [
      'JSON as it is spaced',
      '"body":{ "b" : 1,\n "a":[ ] }',
      Buffer.from('{ "b" : 1,\n "a":[ ] }'),
      'application/json',
    ],
    ['a lone surrogate', '"body":["\\ud800"]', Buffer.from('["\\ud800"]'), 'application/json'],
    ['__proto__', '"body":{"__proto__":{"a":1}}', Buffer.from('{"__proto__":{"a":1}}'), 'application/json'],
    ['text', '"body":"Grüße\\u0000\\n😀"', Buffer.from('Grüße\0\n😀'), 'text/plain; charset=utf-8'],
    ['an empty text', '"body":""', Buffer.alloc(0), 'text/plain; charset=utf-8'],
    ['every byte', `"body_base64":"${everyByte().toString('base64')}"`, everyByte(), 'application/octet-stream'],
    ['256 KiB', `"body":"${'x'.repeat(262_144)}"`, Buffer.alloc(262_144, 'x'), 'text/plain; charset=utf-8'],
    ['text with its own type', '"body":"<a/>","headers":{"Content-Type":"text/xml"}', Buffer.from('<a/>'), 'text/xml'],
  ])('%s', async (name, member, bytes, type) => {
    const path = `/body/${encodeURIComponent(name)}`;
    const { key } = await publish(queue.url, `{"url_to_send_request":"${receiver.url}${path}",${member}}`);
    await finishedEvent(queue.url, key);
    const [call] = receiver.callsTo(path);
    expect(call?.method).toBe('POST');
    expect(call?.headers['content-type']).toBe(type);
    expect(call?.body.equals(bytes)).toBe(true);
  });

  test.each(['PUT', 'PATCH', 'DELETE'])('by %s', async (method) => {
    const { key } = await publish(queue.url, {
      url_to_send_request: `${receiver.url}/by/${method}`,
      method,
      body: 'sent',
    });
    await finishedEvent(queue.url, key);
    expect(receiver.callsTo(`/by/${method}`)).toMatchObject([{ method, body: Buffer.from('sent') }]);
  });
});

test('headers arrive as they were sent', async () => {
  const headers = { 'X-Mixed-CASE': ' spaced ', accept: 'x/y', 'User-Agent': 'mine' };
  const { key } = await publish(queue.url, { url_to_send_request: `${receiver.url}/headers`, headers });
  await finishedEvent(queue.url, key);
  const [call] = receiver.callsTo('/headers');
  expect(call?.rawHeaders).toEqual(expect.arrayContaining(['X-Mixed-CASE', 'accept', 'x/y', 'User-Agent', 'mine']));
  expect(call?.headers['x-mixed-case']?.toString().trim()).toBe('spaced');
});

describe('the local server', () => {
  test('answers 413 to more than API Gateway would take, without reading it all', async () => {
    const body = Buffer.alloc(10 * 1_024 * 1_024 + 1);
    const response = await fetch(`${queue.url}/events`, { method: 'POST', body, headers: { 'x-api-key': 'demo' } });
    expect([response.status, response.headers.get('content-type')]).toEqual([413, 'application/problem+json']);
  });

  test.each<[string, Record<string, string>, number]>([
    ['/health', {}, 200],
    ['/openapi.json', {}, 200],
    ['/docs', {}, 200],
    ['/docs/favicon.png', {}, 200],
    ['/events', { 'x-api-key': 'demo' }, 200],
    ['/events', {}, 401],
    ['/events/x', { 'x-api-key': 'demo' }, 404],
    ['/nothing', {}, 404],
    ['/receive-event', { 'x-api-key': 'demo' }, 405],
    ['/health', { host: 'example.com' }, 403],
  ])('answers HEAD %s with %j as GET, without a body', async (path, headers, status) => {
    const asked = { host: new URL(queue.url).host, ...headers };
    const get = await askRaw(`${queue.url}${path}`, asked);
    const head = await askRaw(`${queue.url}${path}`, asked, 'HEAD');
    const { date, ...expected } = get.headers;
    expect(head).toEqual({ status, headers: { ...expected, date: expect.any(String) }, body: '' });
    expect(get.status).toBe(status);
  });

  test.each(['//', '//events', '//127.0.0.1/events', '//docs'])('answers 404 to %s, which is no path', async (path) => {
    const { status, body } = await askRaw(`${queue.url}${path}`, { host: new URL(queue.url).host });
    expect([status, JSON.parse(body).type]).toEqual([404, 'urn:event-queue:not-found']);
  });

  test('/echo answers with what it got', async () => {
    const headers = { 'x-sent': 'yes' };
    const response = await fetch(`${queue.url}/echo?status=503&delay=0.01`, { method: 'PUT', headers, body: 'sent' });
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      method: 'PUT',
      path: '/echo?status=503&delay=0.01',
      headers: { 'x-sent': 'yes' },
      body: 'sent',
    });
  });

  test.each(['status=abc', 'status=199', 'status=600', 'delay=-1', 'delay=x'])(
    '/echo?%s says what it takes',
    async (query) => {
      const response = await fetch(`${queue.url}/echo?${query}`);
      expect([response.status, await response.text()]).toEqual([422, expect.stringMatching(/^status takes/)]);
    },
  );
});

test('a closed queue leaves no timer that keeps its process', async () => {
  const script = `
    const { openLocalQueue } = await import('${new URL('../../local/local-queue.ts', import.meta.url)}');
    const queue = await openLocalQueue({ port: 0, dataFolder: undefined, privateTargets: true, version: 'test' });
    await queue.close();
    console.log(process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout'));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--eval', script]);
  expect(stdout).toBe('[]\n');
});

async function openGarbage(): Promise<string> {
  const garbage = await openTcpReceiver((socket) => socket.end('SMTP ready\r\n\r\n'));
  tcpReceivers.push(garbage);
  return garbage.url;
}

function everyByte(): Buffer {
  return Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
}

function unresolvable(_name: string, _options: unknown, answer: (error: Error, addresses: []) => void): void {
  process.nextTick(answer, Object.assign(new Error('not found'), { code: 'ENOTFOUND' }), []);
}

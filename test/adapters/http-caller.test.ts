import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { LookupFunction, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from '@jest/globals';
import { httpCaller } from '../../adapters/http-caller.ts';
import { MINUTE } from '../../core/durations.ts';
import type { QueuedEvent } from '../../core/event/event.ts';
import type { Answer, CallResult, NotMade } from '../../core/event/progress.ts';
import { parseTargetUrl } from '../../core/target/target-url.ts';
import { closedPortUrl, openTcpReceiver } from '../../verify/shared/tcp-receiver.ts';
import { openReceiver } from '../support/receiver.ts';
import { queuedEvent, secrets } from '../support/sample-event.ts';

const NOW = Date.parse('2030-01-01T00:00:00.750Z');
const TIMEOUT = 5_000;
const KB = 1_024;

const dependencies = {
  allowsAddress: () => true,
  targetPolicy: { privateTargets: true, ownHosts: [] },
  userAgent: 'event-queue/test',
  now: () => NOW,
};
const { call, close } = httpCaller(dependencies);
const cleanUps: (() => void)[] = [close];

afterAll(() => {
  for (const cleanUp of cleanUps) cleanUp();
});

describe('a call', () => {
  test('carries the headers by which a receiver recognises it, and those of its event', async () => {
    const event = { method: 'GET', headers: [['X-Mixed-Case', 'a  b']] } as const;
    const { headers, rawHeaders, method } = await received(event, 3);
    expect(method).toBe('GET');
    expect(headers).toEqual({
      host: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      connection: 'keep-alive',
      accept: '*/*',
      'accept-encoding': 'identity',
      'user-agent': 'event-queue/test',
      'webhook-id': '00000000-0000-4000-8000-000000000000',
      'webhook-timestamp': String(Math.floor(NOW / 1_000)),
      'event-queue-key': '98106543999.250-00000000-0000-4000-8000-000000000000',
      'webhook-signature': 'v1,nM9qZviitYFRLKHIGXEqECNBHcrv1A+O3MpysFL2l4s=',
      'event-queue-attempt': '3',
      'x-mixed-case': 'a  b',
    });
    expect(rawHeaders).toContain('X-Mixed-Case');
  });

  test.each([
    ['text', 'text/plain; charset=utf-8'],
    ['json', 'application/json'],
    ['bytes', 'application/octet-stream'],
  ] as const)('the type of a %s body, and its length', async (kind, type) => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const { headers, body } = await received({ method: 'POST', body: { kind, bytes } });
    expect(headers).toMatchObject({ 'content-type': type, 'content-length': '256' });
    expect(headers['transfer-encoding']).toBeUndefined();
    expect(body.equals(bytes)).toBe(true);
  });

  test('states the length of its body if its method is DELETE', async () => {
    const { headers, body } = await received({ method: 'DELETE', body: { kind: 'text', bytes: Buffer.from('gone') } });
    expect(headers).toMatchObject({ 'content-length': '4' });
    expect(body.toString()).toBe('gone');
  });

  test("carries the event's own content type, user agent and other headers instead of the defaults, in any spelling", async () => {
    const headers = [
      ['CONTENT-TYPE', 'text/xml'],
      ['User-Agent', 'mine'],
      ['Accept', 'x/y'],
      ['Accept-ENCODING', 'gzip, br'],
    ] as const;
    const call = await received({ method: 'PUT', headers, body: { kind: 'text', bytes: new Uint8Array([120]) } });
    const sent = { 'content-type': 'text/xml', 'user-agent': 'mine', accept: 'x/y', 'accept-encoding': 'gzip, br' };
    expect(call.headers).toMatchObject(sent);
    expect(call.rawHeaders.filter((name) => Object.keys(sent).includes(name.toLowerCase()))).toHaveLength(4);
  });

  test.each([
    ['/?', '/?'],
    ['/path?', '/path?'],
    ['?', '/?'],
    ['/path?#fragment', '/path?'],
    ['/path#', '/path'],
    ['/path#?', '/path'],
    ['', '/'],
    ['#fragment', '/'],
    ['?a=b', '/?a=b'],
    ['/a?b?c=?&&=%3F', '/a?b?c=?&&=%3F'],
    ['//two//slashes/', '//two//slashes/'],
    ['/a/./b/../c', '/a/c'],
    ['/%7e%2F%2e%c3%bc+', '/%7e%2F%2e%c3%bc+'],
    ['/grün?grün=ü', '/gr%C3%BCn?gr%C3%BCn=%C3%BC'],
    ['/!$&\'()*+,;=:@|^`{}<>"[]~', "/!$&'()*+,;=:@|%5E%60%7B%7D%3C%3E%22[]~"],
    ['?!$&\'()*+,;=:@|^`{}<>"[]~/', '/?!$&%27()*+,;=:@|^`{}%3C%3E%22[]~/'],
    ['/a b?c d', '/a%20b?c%20d'],
  ])('sends the path and the query %j of its URL as %s', async (written, sent) => {
    const receiver = await openReceiver((_, response) => response.end());
    cleanUps.push(receiver.close);
    const target = parseTargetUrl(receiver.url + written, dependencies.targetPolicy);
    if ('refused' in target) throw new Error(target.refused);
    await callTo(target.url);
    expect(receiver.calls).toMatchObject([{ path: sent, headers: { host: new URL(receiver.url).host } }]);
    expect(target.url.replace(/#.*/, '')).toBe(receiver.url + sent);
  });

  test.each(['POST', 'PUT', 'PATCH'] as const)(
    'states a length of 0 if its method is %s and it has no body',
    async (method) => {
      expect((await received({ method })).headers['content-length']).toBe('0');
    },
  );
});

describe('an answer', () => {
  test.each([200, 204, 299, 302, 404, 500, 599])('is recorded with its status code: %i', async (status) => {
    expect(await callTo(await receiving((response) => response.writeHead(status).end()))).toMatchObject({
      outcome: 'answered',
      answer: { statusCode: status, truncated: false },
    });
  });

  test('is kept with header names in lower case, repeated headers joined by commas, and cookies joined by line feeds', async () => {
    const url = await speaking(
      'HTTP/1.1 200 OK\r\nX-A: 1\r\nx-a: 2\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\n__proto__: x\r\nContent-Length: 2\r\n\r\nok',
    );
    expect(await answerOf(url)).toMatchObject({
      headers: [
        ['x-a', '1, 2'],
        ['set-cookie', 'a=1\nb=2'],
        ['__proto__', 'x'],
        ['content-length', '2'],
      ],
      body: Buffer.from('ok'),
    });
  });

  test.each([
    [64 * KB, false],
    [64 * KB + 1, true],
    [10_000 * KB, true],
  ])('of %i bytes is kept up to 64 KiB', async (size, truncated) => {
    const answer = await answerOf(await receiving((response) => response.end(Buffer.alloc(size, 'x'))));
    expect([answer.body.length, answer.truncated]).toEqual([Math.min(size, 64 * KB), truncated]);
  });

  test('is complete for the caller once its first 64 KiB have come', async () => {
    const url = await receiving((response) => void response.write(Buffer.alloc(65 * KB)));
    expect(await answerOf(url)).toMatchObject({ truncated: true });
  });

  test('is kept with at most 16 KiB of headers', async () => {
    const lines = Array.from({ length: 30 }, (_, n) => `x-${n}: ${'v'.repeat(KB)}\r\n`).join('');
    const answer = await answerOf(await speaking(`HTTP/1.1 200 OK\r\n${lines}Content-Length: 0\r\n\r\n`));
    const size = answer.headers.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
    expect(answer.truncated).toBe(true);
    expect(size).toBeLessThanOrEqual(16 * KB);
    expect(size).toBeGreaterThan(15 * KB - 1);
  });

  test.each([
    [1_999, false],
    [3_000, true],
  ])('with %i lines of headers is kept with at most 2,000 of them', async (lines, truncated) => {
    const answer = await answerOf(await speaking(`HTTP/1.1 200 OK\r\n${'a: 1\r\n'.repeat(lines)}\r\n`));
    expect(answer.headers).toEqual([['a', Array(Math.min(lines, 2_000)).fill('1').join(', ')]]);
    expect(answer.truncated).toBe(truncated);
  });

  test.each([
    [8_192, false],
    [8_193, true],
  ])('that comes in %i pieces is read up to 8,192 of them', async (pieces, truncated) => {
    const chunks = `${'1\r\nx\r\n'.repeat(pieces)}0\r\n\r\n`;
    const answer = await answerOf(await speaking(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`));
    expect(answer).toMatchObject({ body: Buffer.alloc(pieces, 'x'), truncated });
  });

  test('is kept as it came, not decompressed', async () => {
    const zipped = gzipSync('x'.repeat(1_000));
    const url = await receiving((response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(zipped));
    expect((await answerOf(url)).body).toEqual(zipped);
  });

  test('to HEAD has no body, whatever length it states', async () => {
    const url = await speaking('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
    expect(await callTo(url, { method: 'HEAD' })).toMatchObject({
      outcome: 'answered',
      answer: { body: Buffer.alloc(0) },
    });
  });

  test('is found behind 500 informational answers', async () => {
    const url = await speaking(
      `${'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'.repeat(500)}HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n`,
    );
    expect(await answerOf(url)).toMatchObject({ statusCode: 201 });
  });
});

describe('a call gets no answer from a receiver that', () => {
  test.each<[string, () => Promise<string>, Exclude<CallResult['outcome'], 'answered'>, RegExp]>([
    ['refuses the connection', closedPortUrl, 'unreachable', /refused/],
    ['closes the connection at once', () => spokenBy((socket) => socket.end()), 'unreachable', /closed before/],
    ['resets the connection', () => spokenBy((socket) => socket.resetAndDestroy()), 'unreachable', /closed before/],
    ['does not speak TLS', async () => (await speaking('hello')).replace('http:', 'https:'), 'unreachable', /TLS/],
  ])('%s', async (_, url, outcome, error) => {
    expect(await callTo(await url())).toEqual({ outcome, error: expect.stringMatching(error) });
  });

  test.each([
    ['ENOTFOUND', /^The host name does not resolve\.$/],
    ['ENODATA', /^The host name does not resolve\.$/],
    ['ETIMEOUT', /^The host name could not be looked up in time\.$/],
    ['ESERVFAIL', /^The host name could not be looked up\.$/],
    ['EREFUSED', /^The host name could not be looked up\.$/],
    ['ECONNREFUSED', /^The host name could not be looked up\.$/],
    ['ECONNRESET', /^The host name could not be looked up\.$/],
    ['EAI_AGAIN', /^The host name could not be looked up\.$/],
    ['EAI_FAIL', /^The host name could not be looked up\.$/],
  ])('has a name whose lookup fails with %s', async (code, error) => {
    const caller = callerWith((_name, _options, answer) =>
      answer(Object.assign(new Error('127.0.0.53'), { code }), []),
    );
    const result = await caller.call(event('http://nowhere.example/'), 1, secrets, 3);
    expect(result).toEqual({ outcome: 'unreachable', error: expect.stringMatching(error) });
  });

  test('the target policy has forbidden since the event was published', async () => {
    const { call } = httpCaller({ ...dependencies, targetPolicy: { privateTargets: false, ownHosts: [] } });
    expect(await call(event(await closedPortUrl()), 1, secrets, 3)).toMatchObject({ outcome: 'blocked' });
  });
});

describe('a connection', () => {
  test('is used for the next call', async () => {
    const sockets = new Set<Socket>();
    const url = await spokenBy((socket) => {
      sockets.add(socket);
      socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
    });
    for (let n = 0; n < 5; n++) expect((await callTo(url)).outcome).toBe('answered');
    expect(sockets.size).toBe(1);
  });

  test('that the receiver closed while it was idle makes no attempt fail: the request is sent again on a new connection, and counts as two requests', async () => {
    const requests: number[] = [];
    let sockets = 0;
    const url = await spokenBy((socket) => {
      const number = ++sockets;
      socket.on('data', () => {
        requests.push(number);
        if (requests.filter((one) => one === number).length > 1) socket.resetAndDestroy();
        else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
      });
    });
    expect(await callTo(url)).not.toHaveProperty('requests');
    expect(await callTo(url)).toMatchObject({ outcome: 'answered', requests: 2 });
    expect(requests).toEqual([1, 1, 2]);
  });

  test('that breaks after the receiver may have handled the request is not replaced, and the request is not sent again', async () => {
    let requests = 0;
    const url = await spokenBy((socket) =>
      socket.on('data', () => {
        requests++;
        if (requests === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
        else setTimeout(() => socket.resetAndDestroy(), 600);
      }),
    );
    expect((await callTo(url)).outcome).toBe('answered');
    expect((await callTo(url)).outcome).toBe('unreachable');
    expect(requests).toBe(2);
  });

  test('stays open while it waits for an answer for longer than an idle connection is kept', async () => {
    const url = await receiving((response) => setTimeout(() => response.end('late'), 1_300));
    expect(await callTo(url, { timeout: 5_000 })).toMatchObject({ outcome: 'answered', answer: { statusCode: 200 } });
  });

  test('is closed when it has been idle for too long', async () => {
    const closed = Promise.withResolvers<void>();
    const url = await spokenBy((socket) => {
      socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
      socket.once('close', closed.resolve);
    });
    expect((await callTo(url)).outcome).toBe('answered');
    await closed.promise;
  });

  test('that was closed while it was idle is replaced by a new one, not by another idle one, which may be closed too', async () => {
    let sockets = 0;
    const requests = new Map<Socket, number>();
    const url = await spokenBy((socket) => {
      sockets++;
      socket.on('data', () => {
        requests.set(socket, (requests.get(socket) ?? 0) + 1);
        if (requests.get(socket) === 2) socket.resetAndDestroy();
        else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
      });
    });
    await Promise.all([callTo(url), callTo(url)]);
    expect(sockets).toBe(2);
    expect((await callTo(url)).outcome).toBe('answered');
    expect(sockets).toBe(3);
  });

  test('leaves no timer behind once its call is answered', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const url = await receiving((response) => response.end());
    const before = timers();
    expect((await callTo(url, { timeout: MINUTE })).outcome).toBe('answered');
    expect(timers()).toBeLessThanOrEqual(before);
  });

  test('that is new and breaks before an answer is not replaced, and the request is not sent again', async () => {
    let sockets = 0;
    const url = await spokenBy((socket) => {
      sockets++;
      socket.on('data', () => socket.resetAndDestroy());
    });
    expect((await callTo(url)).outcome).toBe('unreachable');
    expect(sockets).toBe(1);
  });

  test.each([
    ['in its first line', 'HTTP/1.1 2'],
    ['in its headers', 'HTTP/1.1 200 OK\r\nX-A'],
    ['after a hint', 'HTTP/1.1 103 Early Hints\r\n\r\n'],
    ['in its body', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx'],
  ])('that breaks %s of an answer is not replaced, and the request is not sent again', async (_, beginning) => {
    let requests = 0;
    const url = await spokenBy((socket) =>
      socket.on('data', () => {
        requests++;
        if (requests === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
        else socket.end(beginning);
      }),
    );
    expect((await callTo(url)).outcome).toBe('answered');
    expect((await callTo(url)).outcome).toBe('invalid_answer');
    expect(requests).toBe(2);
  });

  test('is closed after a call whose receiver answered without reading the body', async () => {
    const accepted = Promise.withResolvers<Socket>();
    const url = await spokenBy((socket) => {
      socket.once('readable', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
      accepted.resolve(socket);
    });
    const body = { kind: 'bytes', bytes: new Uint8Array(32 * KB * KB) } as const;
    expect((await callTo(url, { method: 'POST', body })).outcome).toBe('answered');
    const socket = await accepted.promise;
    await once(socket.resume(), 'close');
    expect(socket.bytesRead).toBeLessThan(body.bytes.length);
  });

  test('of a call under way stays open while idle connections are closed', async () => {
    const caller = httpCaller(dependencies);
    const arrived = Promise.withResolvers<ServerResponse>();
    const url = await receiving(arrived.resolve);
    const result = caller.call(event(url), 1, secrets, 3);
    const response = await arrived.promise;
    caller.close();
    response.end();
    expect((await result).outcome).toBe('answered');
  });

  test('that is idle is closed together with the caller', async () => {
    const caller = httpCaller(dependencies);
    const connections: Socket[] = [];
    const noteConnection = (message: unknown) => void connections.push((message as { socket: Socket }).socket);
    subscribe('net.client.socket', noteConnection);
    const url = await receiving((response) => response.end());
    expect((await caller.call(event(url), 1, secrets, 3)).outcome).toBe('answered');
    unsubscribe('net.client.socket', noteConnection);
    caller.close();
    expect(connections.map(({ destroyed }) => destroyed)).toEqual([true]);
  });
});

function callerWith(resolve: LookupFunction) {
  return httpCaller({ ...dependencies, resolve });
}

function event(url: string, wishes: Partial<QueuedEvent> = {}): QueuedEvent {
  return queuedEvent(NOW, { url, timeout: TIMEOUT, ...wishes });
}

function callTo(url: string, wishes?: Partial<QueuedEvent>): Promise<CallResult | NotMade> {
  return call(event(url, wishes), 1, secrets, 3);
}

async function answerOf(url: string): Promise<Answer> {
  const result = await callTo(url);
  if (result.outcome !== 'answered') throw new Error(`There was no answer: ${JSON.stringify(result)}`);
  return result.answer;
}

/** What a receiver gets when an event is called. */
async function received(wishes: Partial<QueuedEvent>, attempt = 1) {
  const receiver = await openReceiver((_, response) => response.end());
  cleanUps.push(receiver.close);
  await call(event(receiver.url, wishes), attempt, secrets, 3);
  const [first] = receiver.calls;
  if (first === undefined) throw new Error('There was no call.');
  return first;
}

async function receiving(answer: (response: ServerResponse) => void): Promise<string> {
  const receiver = await openReceiver((_, response) => answer(response));
  cleanUps.push(receiver.close);
  return receiver.url;
}

/** A receiver that sends the same bytes to every caller, and closes the connection. */
function speaking(text: string): Promise<string> {
  return spokenBy((socket) => socket.end(text));
}

async function spokenBy(speak: (socket: Socket) => void): Promise<string> {
  const { url, close } = await openTcpReceiver(speak);
  cleanUps.push(close);
  return url;
}

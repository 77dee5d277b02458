import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type LocalQueue, openLocalQueue } from '../../local/local-queue.ts';

const LARGE = 5 * 1_024 * 1_024;
const EVENT = '{"url_to_send_request":"http://localhost/","call_url_after":600}';

let queue: LocalQueue;
const closeAll: (() => void)[] = [];

beforeAll(async () => {
  queue = await openLocalQueue({ port: 0, dataFolder: undefined, privateTargets: true, version: 'test' });
});
afterAll(() => queue.close());
afterEach(() => {
  for (const close of closeAll.splice(0)) close();
});

describe('a request that announces a body and sends none of it is answered', () => {
  test.each([
    ['without a key', 'POST /events', '', 401],
    ['with a wrong key', 'POST /events/batch', 'x-api-key: wrong', 401],
    ['with a wrong key in the query', 'POST /events?password=wrong', '', 401],
    ['for a path that there is not', 'POST /nothing', 'x-api-key: demo', 404],
    ['for a method that its path does not take', 'PUT /events', 'x-api-key: demo', 405],
    ['from a page of another site', 'POST /events', 'origin: https://evil.example', 403],
  ])('%s', async (_, line, header, status) => {
    const { send, sees } = await connection();
    send(head(line, [header, `content-length: ${LARGE}`]));
    expect(await sees(/^HTTP\/1\.1 (\d+)/)).toBe(String(status));
  });

  test('also if it would come in chunks', async () => {
    const { send, sees } = await connection();
    send(head('POST /events', ['transfer-encoding: chunked']));
    expect(await sees(/^HTTP\/1\.1 (\d+)/)).toBe('401');
  });
});

test('a body that comes after its refusal is thrown away, and the connection can be used on', async () => {
  const { send, sees, seen } = await connection();
  send(head('POST /events', [`content-length: ${LARGE}`]));
  expect(await sees(/^HTTP\/1\.1 (\d+)/)).toBe('401');
  send('x'.repeat(LARGE));
  send(head('GET /health', []));
  await sees(/"status":"ok"/);
  expect(seen().match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 401', 'HTTP/1.1 200']);
});

test('a refused body without an end costs its connection', async () => {
  const { send, sees, socket } = await connection();
  send(head('POST /events', ['transfer-encoding: chunked']));
  await sees(/^HTTP\/1\.1 401/);
  const chunk = `${LARGE.toString(16)}\r\n${'x'.repeat(LARGE)}\r\n`;
  const closed = new Promise((resolve) => socket.once('close', resolve));
  send(chunk + chunk + chunk);
  await closed;
});

describe('a request that waits for 100 Continue', () => {
  const announced = [`content-length: ${EVENT.length}`, 'content-type: application/json', 'expect: 100-continue'];

  test('is told to go on, and then answered', async () => {
    const { send, sees } = await connection();
    send(head('POST /events', [...announced, 'x-api-key: demo']));
    await sees(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
    send(EVENT);
    await sees(/\r\n\r\nHTTP\/1\.1 201 /);
  });

  test('is told nothing of the kind if it is refused, and its connection ends', async () => {
    const { send, sees, seen, socket } = await connection();
    const ended = once(socket, 'end');
    send(head('POST /events', [...announced, 'x-api-key: wrong']));
    await sees(/^HTTP\/1\.1 401 .*"status":401/s);
    await ended;
    expect(seen()).toMatch(/^HTTP\/1\.1 401 .*connection: close/is);
    expect(seen()).not.toContain('100 Continue');
  });
});

function head(line: string, headers: readonly string[]): string {
  const lines = [`${line} HTTP/1.1`, 'host: 127.0.0.1', ...headers.filter((header) => header !== '')];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** A connection to the queue on which the test writes bytes. */
async function connection() {
  const { hostname, port } = new URL(queue.url);
  const socket = connect(Number(port), hostname)
    .setEncoding('latin1')
    .on('error', () => {});
  closeAll.push(() => socket.destroy());
  let seen = '';
  socket.on('data', (text) => {
    seen += text;
    socket.emit('seen');
  });
  await once(socket, 'connect');

  async function sees(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = pattern.exec(seen);
      if (found !== null) return found[1] ?? found[0];
      await once(socket, 'seen');
    }
  }

  return { socket, seen: () => seen, sees, send: (text: string) => void socket.write(text, 'latin1') };
}

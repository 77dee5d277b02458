import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import type { EventAnswer } from '../../api/event-answer.ts';
import { type LocalQueue, openLocalQueue } from '../../local/local-queue.ts';
import { CHROMIUM, hasChromium, openChromium } from '../../verify/shared/chromium.ts';
import { askRaw, eventually, finishedEvent, publish, readEvent } from '../support/http-client.ts';
import { openReceiver, type Receiver } from '../support/receiver.ts';

let queue: LocalQueue;
let finished: EventAnswer;
let waiting: EventAnswer;
let host: string;

beforeAll(async () => {
  queue = await openLocalQueue({ port: 0, dataFolder: undefined, privateTargets: true, version: 'test' });
  ({ host } = new URL(queue.url));
  const { key } = await publish(queue.url, { url_to_send_request: `${queue.url}/echo` });
  finished = await finishedEvent(queue.url, key);
  waiting = await publish(queue.url, { url_to_send_request: `${queue.url}/echo`, call_url_after: 600 });
});
afterAll(() => queue.close());

const EVENT = '{"url_to_send_request":"http://127.0.0.1:1/","deduplication_id":"foreign"}';
const ownMachineOnly = {
  type: 'urn:event-queue:own-machine-only',
  title: 'This queue serves its own machine only',
  status: 403,
};
const IN_A_TAB = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
const IN_A_FRAME = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' };

type Headers = Readonly<Record<string, string>>;
type Deed = {
  readonly method: string;
  readonly path: () => string;
  readonly headers?: Headers;
  readonly body?: string;
};

/**
 * Everything that a page of another site could want. The key that everybody knows is wherever a form, a picture or a
 * link can put it.
 */
const deeds: readonly (readonly [string, Deed])[] = [
  ['publish', { method: 'POST', path: () => '/events?password=demo', body: EVENT }],
  [
    'publish JSON',
    {
      method: 'POST',
      path: () => '/events?password=demo',
      headers: { 'content-type': 'application/json' },
      body: EVENT,
    },
  ],
  ['publish under the old path', { method: 'POST', path: () => '/receive-event?password=demo', body: EVENT }],
  ['ask whether it may publish', { method: 'OPTIONS', path: () => '/events' }],
  ['read an event', { method: 'GET', path: () => `/events/${finished.key}?password=demo` }],
  [
    'read an event under the old path',
    { method: 'GET', path: () => `/get-event?event_key=${finished.key}&password=demo` },
  ],
  ['read all events', { method: 'GET', path: () => '/events?password=demo' }],
  ['read statistics', { method: 'GET', path: () => '/stats?password=demo' }],
  ['see that there is a queue', { method: 'GET', path: () => '/health' }],
  ['read the description', { method: 'GET', path: () => '/openapi.json' }],
  ['retry', { method: 'POST', path: () => `/events/${finished.key}/retry?password=demo` }],
  ['retry all', { method: 'POST', path: () => '/events/retry?password=demo', body: '{"status":"success"}' }],
  ['cancel', { method: 'DELETE', path: () => `/events/${waiting.key}?password=demo` }],
  ['cancel all', { method: 'POST', path: () => '/events/cancel?password=demo', body: '{}' }],
  ['get an echo', { method: 'GET', path: () => '/echo?status=200' }],
  ['read the page that shows the key', { method: 'GET', path: () => '/docs' }],
  ['load a file of a page', { method: 'GET', path: () => '/docs/start.js' }],
  ['post to a page', { method: 'POST', path: () => '/docs' }],
];

describe.each<[string, () => Headers]>([
  ['of another host', () => ({ origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' })],
  ['of another port', () => ({ origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' })],
  ['of another name of this machine', () => ({ origin: `http://localhost:${new URL(queue.url).port}` })],
  ['of the same host over TLS', () => ({ origin: `https://${host}` })],
  ['without an origin', () => ({ origin: 'null' })],
  ['that shows the queue as a picture', () => ({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' })],
  ['that shows the queue in a frame', () => ({ 'sec-fetch-site': 'cross-site', ...IN_A_FRAME })],
  ['in a browser that states nothing but the origin', () => ({ origin: 'https://evil.example' })],
  ['that makes the browser prefetch', () => ({ 'sec-fetch-site': 'none', 'sec-purpose': 'prefetch', ...IN_A_TAB })],
  [
    'that makes the browser prerender',
    () => ({ 'sec-fetch-site': 'none', 'sec-purpose': 'prefetch;prerender', ...IN_A_TAB }),
  ],
  [
    'that makes the browser load something for an unknown purpose',
    () => ({ 'sec-fetch-site': 'none', 'sec-purpose': 'anything' }),
  ],
  [
    'that makes the browser prefetch by another name of this machine',
    () => ({ ...IN_A_TAB, 'sec-fetch-site': 'same-site', 'sec-purpose': 'prefetch' }),
  ],
  ['that makes a browser prefetch that states nothing else', () => ({ 'sec-purpose': 'prefetch' })],
  ['that makes an older Chrome prefetch', () => ({ purpose: 'prefetch' })],
  ['that makes an older Firefox prefetch', () => ({ 'x-moz': 'prefetch' })],
  ['that makes an older Safari show a preview', () => ({ 'x-purpose': 'preview' })],
])('a page %s', (_, marks) => {
  test.each(deeds)('cannot %s, and learns nothing from the refusal', async (_name, { method, path, headers, body }) => {
    const answer = await askRaw(`${queue.url}${path()}`, { host, ...headers, ...marks() }, method, body);
    expect([answer.status, answer.headers['content-type']]).toEqual([403, 'application/problem+json']);
    expect(JSON.parse(answer.body)).toMatchObject(ownMachineOnly);
    expect(answer.body).toMatch(/A web page of another site .* Call the queue from a program/);
    expect(corsHeadersOf(answer.headers)).toEqual([]);
  });

  test('changes nothing', async () => {
    expect(await readEvent(queue.url, finished.key)).toEqual(finished);
    expect(await readEvent(queue.url, waiting.key)).toEqual(waiting);
    expect((await eventsOf(queue.url)).map(({ key }) => key).toSorted()).toEqual(
      [finished.key, waiting.key].toSorted(),
    );
  });
});

describe('a link on a page of another site', () => {
  const follow = (path: string, method = 'GET') =>
    askRaw(`${queue.url}${path}`, { host, 'sec-fetch-site': 'cross-site', ...IN_A_TAB }, method);

  test.each([
    ['/docs', 200],
    ['/redoc', 301],
  ])('leads to %s', async (path, status) => {
    expect((await follow(path)).status).toBe(status);
  });

  test.each(['/health', '/events?password=demo', '/echo', '/openapi.json', '/nothing-here'])(
    'does not lead to %s',
    async (path) => {
      expect((await follow(path)).status).toBe(403);
    },
  );

  test.each(['/docs', '/redoc'])('does not make the browser load %s in advance', async (path) => {
    const headers = { host, ...IN_A_TAB, 'sec-fetch-site': 'none', 'sec-purpose': 'prefetch' };
    expect((await askRaw(`${queue.url}${path}`, headers)).status).toBe(403);
  });

  test('does not lead to a page with another method than GET', async () => {
    expect((await follow('/docs', 'HEAD')).status).toBe(403);
  });
});

describe('the Host of a request', () => {
  test.each(['example.com', '127.0.0.1.example.com', '192.168.1.5:3000', 'localhost.example', ''])(
    'is refused if it names another site that resolves to this machine: %j',
    async (name) => {
      for (const path of ['/health', '/echo', '/docs', '/events?password=demo'])
        expect(JSON.parse((await askRaw(`${queue.url}${path}`, { host: name })).body)).toMatchObject(ownMachineOnly);
    },
  );

  test('is refused if it names another site, even if the page has the same origin', async () => {
    const headers = { host: 'evil.example:3000', origin: 'http://evil.example:3000', 'sec-fetch-site': 'same-origin' };
    const answer = await askRaw(`${queue.url}/events?password=demo`, headers, 'POST', EVENT);
    expect([answer.status, corsHeadersOf(answer.headers)]).toEqual([403, []]);
  });

  test.each(['localhost', 'LOCALHOST:3000', '127.0.0.1:1', '[::1]:3000'])(
    'is accepted if it names this machine: %j',
    async (name) => {
      expect((await askRaw(`${queue.url}/health`, { host: name })).status).toBe(200);
    },
  );
});

describe('the queue', () => {
  test.each<[string, () => Headers]>([
    ['a page of the queue', () => ({ 'sec-fetch-site': 'same-origin', origin: queue.url })],
    ['a page of the queue as localhost', () => ({ host: 'LocalHost:3000', origin: 'http://localhost:3000' })],
    ['someone who types an address', () => ({ 'sec-fetch-site': 'none', ...IN_A_TAB })],
    ['a page of the queue that prefetches', () => ({ 'sec-fetch-site': 'same-origin', 'sec-purpose': 'prefetch' })],
    ['a program', () => ({})],
    ['a program that has a purpose', () => ({ purpose: 'statistics' })],
  ])('answers %s', async (_, headers) => {
    const answer = await askRaw(`${queue.url}/stats?password=demo`, { host, ...headers() });
    expect([answer.status, corsHeadersOf(answer.headers)]).toEqual([200, []]);
  });

  test('answers curl', async () => {
    const { stdout } = await promisify(execFile)('curl', ['-s', `${queue.url}/events/${finished.key}?password=demo`]);
    expect(JSON.parse(stdout)).toEqual(finished);
  });

  test('answers itself when it calls /echo', () => {
    expect(finished).toMatchObject({ status: 'success', request_response_status_code: 200 });
  });
});

const inBrowser = hasChromium ? describe : describe.skip;
if (!hasChromium) process.stdout.write(`There is no ${CHROMIUM}: no page of another site is opened in it.\n`);

inBrowser('in a browser', () => {
  let browser: Browser;
  let evil: Receiver;
  let html: string;

  beforeAll(async () => {
    evil = await openReceiver((_, response) => response.setHeader('content-type', 'text/html').end(html));
    browser = await openChromium();
  });
  afterAll(async () => {
    await browser?.close();
    evil?.close();
  });

  test.each(['127.0.0.1', 'localhost'])(
    'a page of another port of %s neither changes nor reads anything',
    async (name) => {
      html = evilPage();
      const page = await browser.newPage();
      const statuses = new Map<string, number>();
      page.on('response', (response) => void statuses.set(new URL(response.url()).pathname, response.status()));
      await page.goto(evil.url.replace('127.0.0.1', name));
      await page.waitForFunction('document.title === "done"');
      expect(await page.evaluate('window.read')).toEqual([]);
      expect(statuses.get(`/events/${finished.key}/retry`)).toBe(403);
      expect(await readEvent(queue.url, finished.key)).toEqual(finished);
      expect(await readEvent(queue.url, waiting.key)).toEqual(waiting);
      expect(await eventsOf(queue.url)).toHaveLength(2);
      await page.close();
    },
  );

  test('a request is refused that a page of another site makes in advance', async () => {
    const answers: [purpose: string | undefined, status: number | undefined][] = [];
    const between = createServer((asked, answer) => {
      const forwarded = request(`${queue.url}${asked.url}`, { headers: asked.headers }, (response) => {
        answers.push([String(asked.headers['sec-purpose']), response.statusCode]);
        response.pipe(answer.writeHead(response.statusCode ?? 0, response.headers));
      });
      forwarded.end();
    }).listen(0, '127.0.0.1');
    await once(between, 'listening');
    const target = `http://127.0.0.1:${(between.address() as AddressInfo).port}/events/${finished.key}?password=demo`;
    const rules = JSON.stringify({ prefetch: [{ source: 'list', urls: [target], eagerness: 'immediate' }] });
    html = `<!doctype html><script type="speculationrules">${rules}</script>`;
    const page = await browser.newPage();
    await page.goto(`${evil.url}/ahead`);
    await eventually(async () => expect(answers).not.toEqual([]));
    expect(answers).toEqual([['prefetch', 403]]);
    await page.close();
    between.close().closeAllConnections();
  });

  /** Tries everything that a browser allows, and notes what it can read. */
  function evilPage(): string {
    const event = `${queue.url}/events/${finished.key}`;
    return `<!doctype html><img src="${event}?password=demo"><script type="module">
      window.read = [];
      const key = { headers: { 'x-api-key': 'demo' } };
      const simple = { mode: 'no-cors', method: 'POST' };
      const tries = [
        fetch('${event}?password=demo'),
        fetch('${event}', key),
        fetch('${event}/retry?password=demo', simple),
        fetch('${queue.url}/events/${waiting.key}?password=demo', { method: 'DELETE' }),
        fetch('${queue.url}/events?password=demo', { ...simple, body: ${JSON.stringify(EVENT)} }),
        fetch('${queue.url}/events?password=demo', { method: 'POST', body: ${JSON.stringify(EVENT)}, headers: { 'content-type': 'application/json' } }),
        fetch('${queue.url}/events/cancel?password=demo', { ...simple, body: '{}' }),
      ];
      for (const answer of tries) await answer.then((one) => one.text()).then((text) => text && window.read.push(text)).catch(() => {});
      document.title = 'done';
    </script>`;
  }
});

function corsHeadersOf(headers: object): readonly string[] {
  return Object.keys(headers).filter((name) => name.startsWith('access-control-'));
}

async function eventsOf(url: string): Promise<readonly EventAnswer[]> {
  const response = await fetch(`${url}/events`, { headers: { 'x-api-key': 'demo' } });
  return ((await response.json()) as { readonly events: readonly EventAnswer[] }).events;
}

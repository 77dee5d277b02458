import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openConsoleSite } from '../../api/pages/console-site.ts';
import { openSite } from '../../api/pages/site.ts';
import { openGateway } from '../../local/gateway.ts';
import { type LocalQueue, openLocalQueue } from '../../local/local-queue.ts';
import { askRaw } from '../support/http-client.ts';

let queue: LocalQueue;

beforeAll(async () => {
  queue = await openLocalQueue({ port: 0, dataFolder: undefined, privateTargets: true, version: '1.2.3' });
});
afterAll(() => queue.close());

const host = '127.0.0.1';
const script = Buffer.from(openSite()('/docs/swagger-ui-bundle.js')?.body ?? []);

test('a page is sent compressed, and not again to whoever has it', async () => {
  const url = `${queue.url}/docs/swagger-ui-bundle.js`;
  const plain = await askRaw(url, { host });
  const compressed = await fetch(url, { headers: { 'accept-encoding': 'gzip' } });
  expect([plain.status, plain.headers['content-length'], plain.headers['content-encoding']]).toEqual([
    200,
    String(script.length),
    undefined,
  ]);
  expect([compressed.headers.get('content-encoding'), await compressed.text()]).toEqual(['gzip', String(script)]);
  expect(Number(compressed.headers.get('content-length'))).toBeLessThan(script.length / 2);

  const { etag = '' } = plain.headers;
  expect(compressed.headers.get('etag')).toBe(etag);
  const again = await askRaw(url, { host, 'if-none-match': etag });
  expect([again.status, again.body, again.headers['content-length']]).toEqual([304, '', undefined]);
});

test('HEAD is answered with the length that GET has', async () => {
  const head = await fetch(`${queue.url}/docs`, { method: 'HEAD', headers: { 'accept-encoding': 'gzip' } });
  const get = await fetch(`${queue.url}/docs`, { headers: { 'accept-encoding': 'gzip' } });
  expect([head.status, head.headers.get('content-length')]).toEqual([200, get.headers.get('content-length')]);
  expect(head.headers.get('etag')).toBe(get.headers.get('etag'));
});

test('/docs shows the key of this machine, and /redoc leads there', async () => {
  const moved = await fetch(`${queue.url}/redoc`, { redirect: 'manual' });
  expect([moved.status, moved.headers.get('location'), await moved.text()]).toEqual([301, '/docs', '']);
  const page = await (await fetch(`${queue.url}/redoc`)).text();
  expect(page).toContain('data-key="demo" data-target="/echo"');
});

test('a page that cannot be made is a 503 whose reason is reported, and the other pages are served', async () => {
  const reported: unknown[] = [];
  const reason = new Error('The bundler is not installed.');
  const console = openConsoleSite(() => Promise.reject(reason));
  const gateway = await openGateway(neverAsked, [console, openSite()], 0, (error) => reported.push(error));
  const url = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
  try {
    const page = await fetch(`${url}/console/events`);
    const { type, detail } = (await page.json()) as { type: string; detail: string };
    expect([page.status, type, detail]).toEqual([
      503,
      'urn:event-queue:unavailable',
      expect.stringContaining('stderr'),
    ]);
    expect(reported).toEqual([reason]);
    expect((await fetch(`${url}/docs`)).status).toBe(200);
  } finally {
    gateway.closeAllConnections();
    gateway.close();
  }
});

async function neverAsked(): Promise<never> {
  throw new Error('The API was asked for a page.');
}

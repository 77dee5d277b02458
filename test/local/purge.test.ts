import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { DAY } from '../../core/durations.ts';
import { type LocalQueue, openLocalQueue } from '../../local/local-queue.ts';
import { runProcess } from '../../verify/shared/local-process.ts';
import { closedPortUrl } from '../../verify/shared/tcp-receiver.ts';
import { publish, readEvent } from '../support/http-client.ts';

const LATER = { url_to_send_request: 'http://127.0.0.1:8999/', call_url_after: 600 };
const TOMORROW = new Date(Date.now() + DAY).toISOString();
const cleanUps: (() => unknown)[] = [];
let queue: LocalQueue;

beforeEach(async () => {
  queue = await openLocalQueue({ port: 0, dataFolder: undefined, privateTargets: true, version: 'test' });
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
  await queue.close();
});

test('cancels all that waits, however many requests it takes, and says how many', async () => {
  for (let batch = 0; batch < 11; batch++) await publishMany(100);
  expect(await purge('--yes')).toEqual({ exitCode: 0, printed: '1100 events are cancelled.\n' });
  expect(await purge('--yes')).toEqual({ exitCode: 0, printed: '0 events are cancelled.\n' });
});

test('cancels nothing without --yes where nobody can answer, and says how many it would cancel', async () => {
  const { key } = await publish(queue.url, LATER);
  const { exitCode, printed } = await purge();
  expect([exitCode, printed]).toEqual([
    2,
    `This would cancel 1 event (1 to 127.0.0.1:8999) at ${queue.url}. Say --yes to do it.\n`,
  ]);
  expect((await readEvent(queue.url, key)).status).toBe('waiting_execution');
});

const found = {
  tagged: { event_tags: ['a'] },
  'tagged twice': { event_tags: ['b', 'a'] },
  elsewhere: { url_to_send_request: 'http://other.example.com/' },
  'far away': { call_url_after: null, call_url_at: TOMORROW },
  soon: { call_url_after: 200 },
};

test.each<[(keyof typeof found)[], string[]]>([
  [
    ['tagged', 'tagged twice'],
    ['--tag', 'a'],
  ],
  [['tagged twice'], ['--tag', 'a', '--tag', 'b']],
  [['elsewhere'], ['--host', 'other.example.com']],
  [['far away'], ['--due-after', TOMORROW]],
  [['soon'], ['--due-before', String(Date.now() / 1_000 + 400)]],
])('cancels only what is %j with %j', async (expected, options) => {
  const events = await Promise.all(
    Object.entries(found).map(async ([name, fields]) => ({
      name,
      ...(await publish(queue.url, { ...LATER, ...fields })),
    })),
  );
  const asked = await purge(...options);
  expect(asked.printed).toMatch(new RegExp(`^This would cancel ${expected.length} events? \\(`));
  const { printed } = await purge('--yes', ...options);
  expect(printed).toMatch(new RegExp(`^${expected.length} events? (is|are) cancelled\\.\n$`));
  for (const { name, key } of events) {
    const { status } = await readEvent(queue.url, key);
    expect([name, status]).toEqual([name, expected.some((one) => one === name) ? 'cancelled' : 'waiting_execution']);
  }
});

test.each<[string, readonly string[], RegExp]>([
  ['an unknown key', ['--key', 'wrong'], /^The queue answered 401\. .*x-api-key/],
  ['a host that is none', ['--host', 'http://a/b'], /^The queue answered 422\. host: One host/],
  ['a URL that is none', ['--url', 'here'], /^--url takes a URL, not here\. See npm run purge -- --help\.\n$/],
  ['an unknown option', ['--all'], /^Unknown option '--all'.* See npm run purge -- --help\.\n$/],
])('with %s, the program says what to do', async (_, options, reason) => {
  const { exitCode, printed } = await purge('--yes', ...options);
  expect([exitCode, printed]).toEqual([2, expect.stringMatching(reason)]);
});

test('says that no queue answers', async () => {
  const { exitCode, printed } = await purge('--yes', '--url', await closedPortUrl());
  expect([exitCode, printed]).toEqual([
    2,
    expect.stringMatching(/^No queue answers at http:\S+\. Start one .*--url\.\n$/),
  ]);
});

test('goes on where a request was throttled, and with what it has cancelled', async () => {
  const answers = [
    { status: 200, body: { changed: 1_000, more: true, next_cursor: 'there' } },
    { status: 429, body: { message: 'Too Many Requests' } },
    { status: 200, body: { changed: 7, more: false, next_cursor: null } },
  ];
  const asked: unknown[] = [];
  const server = createServer(async (request, response) => {
    asked.push(JSON.parse(Buffer.concat(await request.toArray()).toString()));
    const { status, body } = answers[asked.length - 1] ?? { status: 500, body: {} };
    response.writeHead(status).end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  cleanUps.push(() => server.close().closeAllConnections());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await purge('--yes', '--tag', 'a', '--url', `${url}/`)).toEqual({
    exitCode: 0,
    printed: '1007 events are cancelled.\n',
  });
  const next = { tag: ['a'], cursor: 'there' };
  expect(asked).toEqual([{ tag: ['a'] }, next, next]);
});

async function publishMany(count: number): Promise<void> {
  const headers = { 'x-api-key': 'demo', 'content-type': 'application/json' };
  const body = JSON.stringify({ events: Array(count).fill(LATER) });
  const response = await fetch(`${queue.url}/events/batch`, { method: 'POST', headers, body });
  expect(response.status).toBe(200);
}

async function purge(...options: string[]) {
  const { ended, printed } = runProcess(process.execPath, ['local/main.ts', 'purge', '--url', queue.url, ...options]);
  const exitCode = await ended;
  return { exitCode, printed: printed() };
}

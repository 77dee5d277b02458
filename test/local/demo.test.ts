import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from '@jest/globals';
import type { EventAnswer } from '../../api/event-answer.ts';
import { runProcess, serveInProcess } from '../../verify/shared/local-process.ts';
import { eventually } from '../support/http-client.ts';

const MAIN = fileURLToPath(new URL('../../local/main.ts', import.meta.url));
const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

test('the demo fills a queue with events that succeed, fail, wait and end early', async () => {
  const queue = await serveInProcess(['--memory']);
  cleanUps.push(() => queue.kill('SIGKILL'));
  const demo = runProcess(process.execPath, [MAIN, 'demo', '--url', queue.url, '--rate', '50', '--minutes', '0.1']);
  cleanUps.push(() => demo.kill('SIGKILL'));
  const listed = async (query: string) => {
    const response = await fetch(`${queue.url}/events?limit=100&${query}`, { headers: { 'x-api-key': 'demo' } });
    return ((await response.json()) as { events: EventAnswer[] }).events;
  };
  await demo.sees(/All events are published/);
  expect(demo.printed()).toContain(`Watch them in a browser at ${queue.url}`);
  for (const tag of ['mails', 'reports', 'webhooks', 'orders', 'invoices', 'reminders'])
    await eventually(async () => expect((await listed(`tag=${tag}`)).length).toBeGreaterThan(0));
  await eventually(async () => {
    const failed = await listed('status=max_try_count_reached');
    expect(failed.map(({ ended_because }) => ended_because)).toContain('stopped_by_receiver');
    expect((await listed('status=success')).length).toBeGreaterThan(50);
    expect((await listed('status=waiting_execution')).length).toBeGreaterThan(0);
  });
  expect(await demo.ended).toBe(0);
});

test.each([
  [['--url', 'http://127.0.0.1:1'], 2, /^No queue answers at http:\/\/127\.0\.0\.1:1\. Start one in another terminal/m],
  [['--rate', '1000'], 2, /^--rate takes a number from 0\.1 to 100, not 1000\. See npm run demo -- --help\.$/],
  [['--bogus'], 2, /'--bogus'/],
  [['--help'], 0, /npm run demo -- \[options\]/],
])('the demo with %j says what is wrong or what it does', async (args, code, said) => {
  const { ended, printed } = runProcess(process.execPath, [MAIN, 'demo', ...args]);
  expect([await ended, printed().trim()]).toEqual([code, expect.stringMatching(said)]);
});

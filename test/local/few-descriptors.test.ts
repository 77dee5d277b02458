import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from '@jest/globals';
import { callsByOpenFiles } from '../../local/calls-by-open-files.ts';
import { type LocalProcess, runProcess } from '../../verify/shared/local-process.ts';
import { finishedEvent } from '../support/http-client.ts';
import { openReceiver, type Receiver } from '../support/receiver.ts';

const MAIN = fileURLToPath(new URL('../../local/main.ts', import.meta.url));
const EVENTS = 100;
const HELD_FOR = 200;
const headers = { 'x-api-key': 'demo', 'content-type': 'application/json' };

let queue: LocalProcess | undefined;
let receiver: Receiver | undefined;
/** The largest number of calls that the receiver had at the same time and had not answered yet. */
let mostUnderWay: number;

afterEach(async () => {
  queue?.kill('SIGKILL');
  await queue?.ended;
  receiver?.close();
});

test('a process that runs out of descriptors makes all calls in the end, and no event loses a try', async () => {
  const { url, keys } = await publishedWithFewDescriptors(['--max-calls', '1000', '--max-calls-per-host', '1000']);
  for (const key of keys) expect(await finishedEvent(url, key)).toMatchObject({ status: 'success', try_count: 1 });
  expect(receiver?.calls).toHaveLength(EVENTS);
  expect(queue?.printed()).toMatch(/too many files and connections are open \(EMFILE\)/);
});

test('a process makes no more calls at the same time than its limit of descriptors allows for', async () => {
  const { url, keys } = await publishedWithFewDescriptors(['--max-calls-per-host', '1000']);
  for (const key of keys) expect(await finishedEvent(url, key)).toMatchObject({ status: 'success', try_count: 1 });
  expect(mostUnderWay).toBeLessThanOrEqual(callsByOpenFiles(64));
  expect(queue?.printed()).not.toMatch(/EMFILE/);
});

test('a look-up that finds no descriptor says so, and nothing of the name', async () => {
  const script = `
    import { openSync } from 'node:fs';
    import { dnsResolver } from '${new URL('../../adapters/dns-resolver.ts', import.meta.url)}';
    const resolve = dnsResolver({ hostsPath: '/nowhere', nameServers: () => ['127.0.0.1:1'] });
    const codeOf = (name) => new Promise((done) => resolve(name, { all: true }, (error) => done(error?.code)));
    const before = await codeOf('a.example');
    try { for (;;) openSync('/dev/null'); } catch {}
    console.log(before, await codeOf('a.example'));`;
  const file = `data:text/javascript,${encodeURIComponent(script)}`;
  queue = runProcess('sh', [
    '-c',
    'ulimit -n 64; exec "$0" --input-type=module -e "import(process.argv[1])" "$1"',
    process.execPath,
    file,
  ]);
  expect(await queue.ended).toBe(0);
  expect(queue.printed()).toBe('ECONNREFUSED EMFILE\n');
});

test.each([
  [3, 1],
  [0, 1],
  [64, 21],
  [1_024, 341],
  [20_000, 2_000],
  [Number.POSITIVE_INFINITY, 2_000],
])('of %d descriptors %d are for calls', (limit, calls) => {
  expect(callsByOpenFiles(limit)).toBe(calls);
});

/** Starts a local queue that may have 64 descriptors, and publishes events for a slow receiver. */
async function publishedWithFewDescriptors(options: readonly string[]) {
  let underWay = 0;
  mostUnderWay = 0;
  receiver = await openReceiver((_, response) => {
    mostUnderWay = Math.max(mostUnderWay, ++underWay);
    setTimeout(() => {
      underWay--;
      response.end();
    }, HELD_FOR);
  });
  const command = `ulimit -n 64; exec '${process.execPath}' '${MAIN}' --memory --port 0 ${options.join(' ')}`;
  queue = runProcess('sh', ['-c', command]);
  const url = await queue.sees(/listens on (\S+)/);
  const event = { url_to_send_request: receiver.url, timeout_for_request: 6, max_try_count: 1 };
  const body = JSON.stringify(Array.from({ length: EVENTS }, () => event));
  const response = await fetch(`${url}/events/batch`, { method: 'POST', headers, body });
  const { results } = (await response.json()) as { readonly results: readonly { readonly key: string }[] };
  return { url, keys: results.map(({ key }) => key) };
}

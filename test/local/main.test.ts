import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, expect, test } from '@jest/globals';
import { openSqliteFile } from '../../adapters/sqlite-file.ts';
import { type LocalProcess, runLocalProcess, runProcess, serveInProcess } from '../../verify/shared/local-process.ts';
import { describedJson, eventually, finishedEvent, publish, readEvent } from '../support/http-client.ts';

const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

test('prints the address of its console first, then its key and a curl line that works as printed', async () => {
  const { sees, printed, url } = await serving('--memory');
  expect(await sees(/API key: (\w+)/)).toBe('demo');
  expect(printed().split('\n')[0]).toBe(`Open the console in a browser: ${url}`);
  expect(await (await fetch(url)).text()).toContain('<div id="console"');
  const curl = await sees(/^ {2}(curl .*)$/m);
  const published = JSON.parse(await shell(curl));
  expect(await finishedEvent(url, published.key)).toMatchObject({
    status: 'success',
    request_response_status_code: 200,
  });
});

test("README's curl lines for one's own machine work verbatim", async () => {
  const { url } = await serving('--memory');
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const examples = [...readme.matchAll(/```sh\n([^`]*curl[^`]*)```/g)]
    .filter(([, lines]) => lines?.includes('http://127.0.0.1:3000'))
    .map(([, lines]) => lines?.replaceAll('http://127.0.0.1:3000', url));
  expect(examples.length).toBeGreaterThanOrEqual(3);
  const [published, read, failing] = await Promise.all(examples.map((lines) => shell(lines ?? '')));
  expect(JSON.parse(published ?? '')).toMatchObject({ status: 'waiting_execution' });
  expect(JSON.parse(read ?? '')).toMatchObject({ status: 'success', body: { hello: 'world' } });
  expect(JSON.parse(failing ?? '')).toMatchObject({ max_try_count: 2 });
});

test('stopped by SIGTERM and started again on the same folder, it still has its results and its waiting events', async () => {
  const folder = emptyFolder();
  const first = await serving('--data', folder);
  const { key } = await publish(first.url, { url_to_send_request: `${first.url}/echo`, event_tags: ['kept'] });
  const result = await finishedEvent(first.url, key);
  const waiting = await publish(first.url, { url_to_send_request: `${first.url}/echo`, call_url_after: 600 });
  first.kill('SIGTERM');
  expect(await first.ended).toBe(0);

  const second = await serving('--data', folder);
  expect(await readEvent(second.url, key)).toEqual(result);
  expect(await readEvent(second.url, waiting.key)).toEqual(waiting);
});

test('ends, and says what to do, when there is no more room for its table', async () => {
  const folder = emptyFolder();
  const main = fileURLToPath(new URL('../../local/main.ts', import.meta.url));
  const limited = `ulimit -f 1000 && exec '${process.execPath}' '${main}' --port 0 --data '${folder}'`;
  const queue = runProcess('sh', ['-c', limited]);
  cleanUps.push(() => queue.kill('SIGKILL'));
  const url = await queue.sees(/listens on (\S+)/);
  const event = { url_to_send_request: `${url}/echo`, call_url_after: 600, body: 'x'.repeat(200_000) };
  for (let n = 0; n < 10; n++) await publish(url, event).catch(() => {});
  expect(await queue.ended).toBe(1);
  const [, said] = queue.printed().split('\n\n').slice(-2);
  expect(said).toMatch(
    /^The database \S+events\.db cannot be .* disk .*Make room there, .*start again\. What was accepted is kept\.\n$/,
  );
});

test('a paused queue stays paused when it is started again, says so, and calls what is due once it is resumed', async () => {
  const folder = emptyFolder();
  const first = await serving('--data', folder);
  const headers = { 'x-api-key': 'demo' };
  const paused = await describedJson(await fetch(`${first.url}/pause`, { method: 'POST', headers }), 'POST');
  const { key } = await publish(first.url, { url_to_send_request: `${first.url}/echo`, max_try_count: 1 });
  first.kill('SIGKILL');
  await first.ended;

  const second = await serving('--data', folder);
  expect(await second.sees(/paused since (\S+),/)).toBe((paused as { since_utc: string }).since_utc);
  expect(await (await fetch(`${second.url}/health`)).json()).toMatchObject({ status: 'ok', paused: true });
  expect(await readEvent(second.url, key)).toMatchObject({ status: 'waiting_execution', try_count: 0 });
  const curl = await second.sees(/To resume it: (curl .*)$/m);
  expect(JSON.parse(await shell(curl))).toMatchObject({ paused: false });
  expect(await finishedEvent(second.url, key)).toMatchObject({ try_count: 1 });
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  'on %s accepts nothing new, and lets a call under way finish',
  async (signal) => {
    const folder = emptyFolder();
    const receiver = await openReceiver();
    const first = await serving('--data', folder);
    const { key } = await publish(first.url, { url_to_send_request: receiver.url });
    const answerCall = await receiver.called;
    first.kill(signal);
    await first.sees(/Stopping/);
    await eventually(async () => expect(fetch(`${first.url}/health`)).rejects.toThrow());
    answerCall('done');
    expect(await first.ended).toBe(0);

    const second = await serving('--data', folder);
    expect(await readEvent(second.url, key)).toMatchObject({ status: 'success', request_response_body: 'done' });
  },
);

test('stops on SIGTERM also when npm started it', async () => {
  const npm = runProcess('npm', ['start', '--', '--memory', '--port', '0']);
  endWithTest(npm);
  const url = await npm.sees(/listens on (\S+)/);
  npm.kill('SIGTERM');
  await npm.sees(/Stopping/);
  await eventually(async () => expect(fetch(`${url}/health`)).rejects.toThrow());
  await npm.ended;
});

test('stops though a connection sends nothing, another half a request, and the queue has called itself', async () => {
  const queue = await serving('--memory');
  const { hostname, port } = new URL(queue.url);
  const closed: Promise<unknown>[] = [];
  let answered = '';
  for (const text of [
    '',
    'POST /events HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: demo\r\nContent-Length: 9\r\n\r\nx',
  ]) {
    const socket = connect(Number(port), hostname, () => socket.write(text)).on('error', () => {});
    cleanUps.push(() => socket.destroy());
    await once(socket, 'connect');
    socket.on('data', (bytes) => {
      answered += bytes;
    });
    closed.push(once(socket, 'close'));
  }
  const { key } = await publish(queue.url, { url_to_send_request: `${queue.url}/echo` });
  await finishedEvent(queue.url, key);
  queue.kill('SIGTERM');
  expect(await queue.ended).toBe(0);
  await Promise.all(closed);
  // If the queue did not end such connections itself, Node would answer them with 408 a minute later.
  expect(answered).toBe('');
});

test('says that its port is taken', async () => {
  const { url } = await serving('--memory');
  const port = new URL(url).port;
  const second = run('--memory', '--port', port);
  expect(await second.ended).toBe(1);
  expect(second.printed()).toBe(`Port ${port} is taken. Stop what listens there, or choose another with --port.\n`);
});

test('says that its folder is in use', async () => {
  const folder = emptyFolder();
  const { url } = await serving('--data', folder);
  const second = run('--data', folder, '--port', '0');
  expect(await second.ended).toBe(1);
  expect(second.printed()).toMatch(/^The folder \S+ is in use by another event queue\. .*--data\.\n$/);
  expect((await fetch(`${url}/health`)).status).toBe(200);
});

test('says that its folder cannot be used', async () => {
  const file = new URL('../../README.md', import.meta.url).pathname;
  const { printed, ended } = run('--data', join(file, 'x'), '--port', '0');
  expect(await ended).toBe(1);
  expect(printed()).toMatch(/^The folder \S+ cannot be used .*--data\.\n$/);
});

test.each<[string, (folder: string) => void, RegExp]>([
  [
    'whose database is none',
    (folder) => writeFileSync(join(folder, 'events.db'), 'This is a text.\n'.repeat(1_000)),
    /^The database \S+events\.db is no database\. Move it away, .*--data\.\n$/,
  ],
  [
    'whose database is damaged',
    (folder) => {
      const database = openSqliteFile(join(folder, 'events.db'));
      for (let n = 0; n < 500; n++)
        database.exec(`INSERT INTO items VALUES ('shard#0', '${n}', NULL, '"${'x'.repeat(500)}"', NULL)`);
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      database.close();
      truncateSync(join(folder, 'events.db'), 40_960);
    },
    /^The database \S+events\.db is damaged\. Restore a backup .*--data\.\n$/,
  ],
  [
    'of a version before',
    (folder) => mkdirSync(join(folder, 'table')),
    /^The folder \S+table holds events of an earlier event queue, which this one cannot read\. .*--data\.\n$/,
  ],
])('says in one line what to do with a folder %s, and changes nothing in it', async (_, make, reason) => {
  const folder = emptyFolder();
  make(folder);
  const { printed, ended } = run('--data', folder, '--port', '0');
  expect(await ended).toBe(1);
  expect(printed()).toMatch(reason);
});

test('leaves nothing on disk with --memory', async () => {
  const before = readdirSync('.');
  const { kill, ended } = await serving('--memory');
  kill('SIGTERM');
  await ended;
  expect(readdirSync('.')).toEqual(before);
});

test('refuses private targets if asked to', async () => {
  const { url } = await serving('--memory', '--no-private-targets');
  const response = await post(url, JSON.stringify({ url_to_send_request: `${url}/echo` }));
  expect(response.status).toBe(422);
});

test('keeps failures for as long as --keep-failed says, unless an event says otherwise', async () => {
  const { url } = await serving('--memory', '--keep-failed', '604800');
  const event = { url_to_send_request: `${url}/echo?status=410` };
  const [byDefault, asked] = await Promise.all([publish(url, event), publish(url, { ...event, keep_failed_for: 60 })]);
  for (const [{ key }, seconds] of [
    [byDefault, 604_800],
    [asked, 60],
  ] as const) {
    const { finished_at_utc, expires_at_utc } = await finishedEvent(url, key);
    expect(Date.parse(expires_at_utc ?? '') - Date.parse(finished_at_utc ?? '')).toBe(seconds * 1_000);
  }
});

test('--help lists every option', async () => {
  const { printed, ended } = run('--help');
  expect(await ended).toBe(0);
  for (const option of ['--port', '--data', '--memory', '--no-private-targets', '--keep-failed', '--help'])
    expect(printed()).toContain(option);
});

test.each([
  [['--prot', '1'], /'--prot'/],
  [['--port', 'x'], /--port takes a number/],
  [['--port', '65536'], /--port takes a number/],
  [['--memory', '--data', 'x'], /not both/],
  [['--max-calls', '0'], /--max-calls takes a whole number from 1 to 999999, not 0\./],
  [['--keep-failed', '59'], /--keep-failed takes a whole number from 60 to 7776000, not 59\./],
])('refuses %j and says what is wrong', async (args, reason) => {
  const { printed, ended } = run(...args);
  expect(await ended).toBe(2);
  expect(printed()).toMatch(reason);
});

async function serving(...args: string[]) {
  const running = await serveInProcess(args);
  endWithTest(running);
  return running;
}

function run(...args: string[]): LocalProcess {
  const running = runLocalProcess(args);
  endWithTest(running);
  return running;
}

function endWithTest({ kill, ended }: LocalProcess): void {
  cleanUps.push(() => {
    kill('SIGKILL');
    return ended;
  });
}

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'event-queue-'));
  cleanUps.push(() => rmSync(folder, { recursive: true }));
  return folder;
}

async function shell(lines: string): Promise<string> {
  return (await promisify(execFile)('bash', ['-c', lines.replaceAll('curl ', 'curl -s ')])).stdout;
}

function post(url: string, body: string): Promise<Response> {
  return fetch(`${url}/events`, {
    method: 'POST',
    headers: { 'x-api-key': 'demo', 'content-type': 'application/json' },
    body,
  });
}

/**
 * Opens a receiver whose first call stays open until the test answers it: `called` resolves with the function that
 * answers. Further calls are never answered.
 */
async function openReceiver() {
  const { promise: called, resolve } = Promise.withResolvers<(answer: string) => void>();
  const server = createServer((_, response) => resolve((answer) => response.end(answer))).listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  cleanUps.push(() => server.close().closeAllConnections());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, called };
}

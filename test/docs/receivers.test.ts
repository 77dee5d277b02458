import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { publicKey } from '../../core/event-key.ts';
import { type LocalQueue, openLocalQueue } from '../../local/local-queue.ts';
import { eventually, finishedEvent, publish, readEvent } from '../local/http-client.ts';
import { openReceiver } from '../local/receiver.ts';

const PAGE = readText('../../docs/receivers.md');
const NODE = fileURLToPath(new URL('../../docs/receivers/receiver.mjs', import.meta.url));
const PYTHON = fileURLToPath(new URL('../../docs/receivers/receiver.py', import.meta.url));
const PHP = fileURLToPath(new URL('../../docs/receivers/receiver.php', import.meta.url));

const languages: readonly Language[] = [
  { name: 'js', file: NODE, interpreter: process.execPath, args: (folder) => [NODE, '0', folder] },
  { name: 'python', file: PYTHON, interpreter: 'python3', args: (folder) => [PYTHON, '0', folder] },
  // Without its settings file PHP shows each warning as a part of the answer: the harder case.
  { name: 'php', file: PHP, interpreter: 'php', args: () => ['-n', '-S', '127.0.0.1:0', PHP] },
];

jest.setTimeout(20_000);

let queue: LocalQueue;
const cleanUps: (() => unknown)[] = [];

beforeAll(async () => {
  queue = await openLocalQueue({ port: 0, dataFolder: undefined, privateTargets: true, version: 'test' });
});

afterAll(() => queue.close());

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

test('the page shows the examples as they are', () => {
  const shown = [...PAGE.matchAll(/```(\w+)\n(.*?)```/gs)].map(([, name, code]) => [name, code]);
  expect(shown).toEqual(languages.map(({ name, file }) => [name, readFileSync(file, 'utf8')]));
});

test('the page names every header that a call carries by itself', async () => {
  const receiver = await openReceiver((_, response) => response.end());
  cleanUps.push(receiver.close);
  const { key } = await publish(queue.url, { url_to_send_request: receiver.url, body: 'sent' });
  await finishedEvent(queue.url, key);
  const { host, connection, ...sent } = receiver.calls[0]?.headers ?? {};
  const named = [...PAGE.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name);
  expect(named.toSorted()).toEqual(Object.keys(sent).toSorted());
});

for (const language of languages) describeReceiver(language);

type Language = {
  /** As a fenced block of the page says it. */
  readonly name: string;
  readonly file: string;
  readonly interpreter: string;
  args(folder: string): readonly string[];
};

function describeReceiver(language: Language): void {
  const isHere = spawnSync(language.interpreter, ['--version']).status === 0;
  if (!isHere)
    process.stderr.write(`Skipped: the receiver in ${language.name}, for want of ${language.interpreter}.\n`);

  (isHere ? describe : describe.skip)(`the receiver in ${language.name}`, () => {
    let folder: string;
    let url: string;
    let end: () => Promise<unknown>;

    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'event-queue-'));
      cleanUps.push(() => rmSync(folder, { recursive: true }));
      ({ url, end } = await serving(language, folder));
    });

    const work = () => readFileSync(join(folder, 'work.log'), 'utf8');

    test('does the work of an event once, however often it is called for it', async () => {
      const { key } = await publish(queue.url, { url_to_send_request: url, body: { task: 'Grüße' } });
      expect(await finishedEvent(queue.url, key)).toMatchObject({
        status: 'success',
        try_count: 1,
        request_response_status_code: 200,
      });
      expect(await statusOf(url, key, '{"task":"Grüße"}')).toBe(200);
      expect(await statusOf(url, key, '{"task":"Grüße"}', 2)).toBe(200);
      expect(work()).toBe('{"task":"Grüße"}\n');
    });

    test('takes calls by every method', async () => {
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']) {
        const { key } = await publish(queue.url, { url_to_send_request: url, method });
        expect(await finishedEvent(queue.url, key)).toMatchObject({ method, status: 'success', try_count: 1 });
      }
    });

    test('answers 500 if the work fails, and does it at a later attempt', async () => {
      mkdirSync(join(folder, 'work.log'));
      const wanted = { url_to_send_request: url, body: 'late', retry_delay: 1, max_try_count: 10 };
      const { key } = await publish(queue.url, wanted);
      await eventually(async () => expect((await readEvent(queue.url, key)).try_count).toBeGreaterThan(0));
      rmdirSync(join(folder, 'work.log'));
      const { status, attempts } = await finishedEvent(queue.url, key);
      expect([status, attempts[0]?.status_code, attempts.at(-1)?.status_code]).toEqual(['success', 500, 200]);
      expect(work()).toBe('late\n');
    });

    test('does the work once for calls at the same moment', async () => {
      const keys = Array.from({ length: 50 }, newKey);
      for (const key of keys) {
        const statuses = await Promise.all([1, 1, 2, 2].map((attempt) => statusOf(url, key, key, attempt)));
        expect([200, 503]).toEqual(expect.arrayContaining(statuses));
        expect(statuses).toContain(200);
      }
      expect(work()).toBe(keys.map((key) => `${key}\n`).join(''));
    });

    test('answers 503 to a call whose work is under way, and 200 once it is done', async () => {
      const { finish } = slowWork(folder);
      const key = newKey();
      const first = statusOf(url, key, 'slow');
      await eventually(async () => expect(readdirSync(folder)).toContain(key));
      expect(await statusOf(url, key, 'slow')).toBe(503);
      expect(await finish()).toBe('slow\n');
      expect(await first).toBe(200);
      expect(await statusOf(url, key, 'slow')).toBe(200);
    });

    test('finishes work whose caller has hung up', async () => {
      const { finish } = slowWork(folder);
      const key = newKey();
      const caller = new AbortController();
      const hungUp = expect(statusOf(url, key, 'slow', 1, caller.signal)).rejects.toThrow('aborted');
      await eventually(async () => expect(readdirSync(folder)).toContain(key));
      caller.abort();
      await hungUp;
      expect(await finish()).toBe('slow\n');
      await eventually(async () => expect(await statusOf(url, key, 'slow', 2)).toBe(200));
    });

    test('knows after a restart what it has done, and does not guess about what it was killed in', async () => {
      const [done, begun] = [newKey(), newKey()];
      expect(await statusOf(url, done, 'done')).toBe(200);
      rmSync(join(folder, 'work.log'));
      slowWork(folder);
      const broken = expect(statusOf(url, begun, 'begun')).rejects.toThrow();
      await eventually(async () => expect(readdirSync(folder)).toContain(begun));
      await end();
      await broken;

      const again = await serving(language, folder);
      expect(await statusOf(again.url, done, 'done')).toBe(200);
      expect(await statusOf(again.url, begun, 'begun')).toBe(503);
    });

    test('does nothing with half a body', async () => {
      const key = newKey();
      const { hostname: host, port } = new URL(url);
      const socket = connect({ host, port: Number(port) });
      socket.end(`POST / HTTP/1.1\r\nhost: ${host}\r\nevent-queue-key: ${key}\r\ncontent-length: 5\r\n\r\nwh`);
      await once(socket.resume(), 'close');
      expect(readdirSync(folder)).toEqual([]);
      expect(await statusOf(url, key, 'whole')).toBe(200);
      expect(work()).toBe('whole\n');
    });

    test('refuses what is no key, and makes no file of it', async () => {
      for (const key of ['', 'work.log', '../outside', '..', `${newKey()}/../x`])
        expect([key, await statusOf(url, key, 'forged')]).toEqual([key, 400]);
      expect(readdirSync(folder)).toEqual([]);
    });
  });
}

/** The example in a process of its own, on a free port. */
async function serving({ interpreter, args }: Language, folder: string) {
  // PHP's server takes one call at a time unless it is given workers, and they outlive it: hence a group to end.
  const env = { ...process.env, NODE_OPTIONS: '', RECEIVER_FOLDER: folder, PHP_CLI_SERVER_WORKERS: '4' };
  const child = spawn(interpreter, args(folder), { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env });
  const closed = once(child, 'close');
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });

  async function end(): Promise<void> {
    if (child.exitCode === null && child.signalCode === null && child.pid) process.kill(-child.pid, 'SIGKILL');
    await closed;
  }

  cleanUps.push(end);
  const url = await eventually(async () => {
    const [found] = /http:\/\/127\.0\.0\.1:\d+(?=[)\n])/.exec(printed) ?? [];
    if (found === undefined) throw new Error(`It is not ready, and printed: ${printed}`);
    return found;
  });
  return { url, end };
}

/** Makes the work last until `finish`, which resolves with what the work wrote: a pipe takes nothing before it is read. */
function slowWork(folder: string) {
  const log = join(folder, 'work.log');
  execFileSync('bash', ['-c', 'mkfifo "$0"', log]);
  return { finish: () => readFile(log, 'utf8') };
}

function newKey(): string {
  return publicKey({ dueAt: Date.now(), uuid: randomUUID() });
}

/** Makes a call as the queue makes it. */
async function statusOf(url: string, key: string, body: string, attempt = 1, signal?: AbortSignal): Promise<number> {
  const headers = {
    'user-agent': 'event-queue/test',
    'content-type': 'application/json',
    'webhook-id': key.slice(-36),
    'webhook-timestamp': String(Math.floor(Date.now() / 1_000)),
    'event-queue-key': key,
    'event-queue-attempt': String(attempt),
  };
  return (await fetch(url, { method: 'POST', headers, body, ...(signal && { signal }) })).status;
}

function readText(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}

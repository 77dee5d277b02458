import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { runProcess, serveInProcess } from '../../verify/shared/local-process.ts';
import { eventually, finishedEvent, publish, readEvent } from '../support/http-client.ts';

const MAIN = fileURLToPath(new URL('../../local/main.ts', import.meta.url));
const cleanUps: (() => unknown)[] = [];

let folder: string;
let data: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'event-queue-backup-'));
  data = join(folder, 'data');
  file = join(folder, 'copy');
  cleanUps.push(() => rmSync(folder, { recursive: true }));
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

describe('a backup', () => {
  test('of a running queue that is published to has every event that was accepted before, and restores', async () => {
    const queue = await serving(data);
    const later = { url_to_send_request: `${queue.url}/echo`, call_url_after: 3_600 };
    const before = await Promise.all(Array.from({ length: 50 }, () => publish(queue.url, later)));
    const done = await publish(queue.url, { url_to_send_request: `${queue.url}/echo` });
    const succeeded = await finishedEvent(queue.url, done.key);
    let isCopied = false;
    const publishing = (async () => {
      while (!isCopied) await publish(queue.url, later);
    })();
    const { exitCode, printed } = await backup(file, '--data', data);
    isCopied = true;
    await publishing;
    expect([exitCode, printed]).toEqual([0, expect.stringMatching(/ has the \d+ items of \S+events\.db\.\n$/)]);
    expect(statSync(file).mode & 0o777).toBe(0o600);

    const restored = join(folder, 'restored');
    mkdirSync(restored);
    copyFileSync(file, join(restored, 'events.db'));
    const other = await serving(restored);
    for (const { key } of before) expect((await readEvent(other.url, key)).status).toBe('waiting_execution');
    await eventually(async () => expect(await readEvent(other.url, done.key)).toEqual(succeeded));
  });

  test.each<[string, () => string[], number, RegExp]>([
    ['no file', () => [], 2, /^Say which file to copy to/],
    [
      'a file that is there',
      () => [existing(), '--data', existingQueue()],
      2,
      /is there already\. Choose another file\.$/,
    ],
    ['a folder that is missing', () => [join(folder, 'none', 'x'), '--data', existingQueue()], 2, /cannot be made/],
    ['a queue that is missing', () => [file, '--data', join(folder, 'none')], 2, /There is no database \S+events\.db/],
    ['a database that is none', () => [file, '--data', spoiltQueue()], 1, /events\.db is no database\. Move it away/],
    ['too many words', () => [file, 'other'], 2, /Too many words: other\. See npm run backup -- --help\.$/],
    ['an unknown option', () => [file, '--bogus'], 2, /'--bogus'/],
  ])('with %s is refused with a sentence', async (_, args, code, reason) => {
    const { exitCode, printed } = await backup(...args());
    expect([exitCode, printed.trim()]).toEqual([code, expect.stringMatching(reason)]);
    expect(printed).not.toMatch(/^ {4}at /m);
    expect(existsSync(file) && readFileSync(file, 'utf8') !== 'earlier').toBe(false);
  });

  test('explains itself with --help', async () => {
    expect(await backup('--help')).toMatchObject({
      exitCode: 0,
      printed: expect.stringContaining('npm run backup -- <file>'),
    });
  });
});

async function serving(path: string) {
  const queue = await serveInProcess(['--data', path]);
  cleanUps.push(() => {
    queue.kill('SIGKILL');
    return queue.ended;
  });
  return queue;
}

async function backup(...args: string[]) {
  const { ended, printed } = runProcess(process.execPath, [MAIN, 'backup', ...args]);
  return { exitCode: await ended, printed: printed() };
}

function existing(): string {
  writeFileSync(file, 'earlier');
  return file;
}

function existingQueue(): string {
  mkdirSync(data);
  writeFileSync(join(data, 'events.db'), '');
  return data;
}

function spoiltQueue(): string {
  existingQueue();
  writeFileSync(join(data, 'events.db'), 'no database at all\n'.repeat(1_000));
  return data;
}

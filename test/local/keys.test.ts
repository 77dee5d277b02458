import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from '@jest/globals';
import { runProcess, serveInProcess } from '../../bench/workers/local-process.ts';

const KEYS = fileURLToPath(new URL('../../local/keys.ts', import.meta.url));
const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

describe('keys', () => {
  test('are made, listed and revoked while no queue runs', async () => {
    const folder = temporaryFolder();
    expect(await keys('list', '--data', folder)).toMatchObject({
      exitCode: 0,
      printed: expect.stringContaining('no keys'),
    });
    const { printed } = await keys('create', '--label', 'web shop', '--scopes', 'publish,read', '--data', folder);
    expect(printed).toMatch(/A key for web shop, which may publish, read\. It is shown this once:\s+eq_\S{40}\s/);
    const { printed: listed } = await keys('list', '--data', folder);
    const [id = ''] = /^[0-9a-f]{16}(?=.*web shop)/m.exec(listed) ?? [];
    expect(listed).toMatch(new RegExp(`${id}  \\d{4}-\\d\\d-\\d\\dT[\\d:]{8}  publish,read  web shop`));
    expect(listed).not.toContain('eq_');
    expect((await keys('revoke', id, '--data', folder)).exitCode).toBe(0);
    expect((await keys('list', '--data', folder)).printed).toContain('no keys');
    expect(await keys('revoke', id, '--data', folder)).toMatchObject({
      exitCode: 2,
      printed: expect.stringContaining(`no key ${id}`),
    });
  }, 30_000);

  test('made while the queue runs work at once, as far as their scopes go', async () => {
    const folder = temporaryFolder();
    const queue = await serveInProcess(['--data', folder]);
    cleanUps.push(async () => {
      queue.kill('SIGTERM');
      await queue.ended;
    });
    const { printed } = await keys('create', '--label', 'reader', '--scopes', 'read', '--data', folder);
    const [secret = ''] = /eq_\S+/.exec(printed) ?? [];
    const ask = (path: string, method: string) =>
      fetch(`${queue.url}${path}`, { method, headers: { 'x-api-key': secret } });
    expect((await ask('/events', 'GET')).status).toBe(200);
    expect((await ask('/events', 'POST')).status).toBe(403);
  }, 30_000);

  test.each([
    [['create', '--scopes', 'read'], '--label web'],
    [['create', '--label', 'web'], '--scopes with some of publish,read,manage,admin'],
    [['create', '--label', 'web', '--scopes', 'read,write'], 'There is no scope write.'],
    [['revoke'], 'revoke with the id of a key'],
    [['bogus'], 'Say create, list, or revoke'],
    [['list', '--bogus'], "Unknown option '--bogus'"],
    [['list', 'all', 'of', 'them'], 'Too many words'],
  ])('a command that is none is refused, and says what to do: %j', async (args, message) => {
    expect(await keys(...args)).toMatchObject({ exitCode: 2, printed: expect.stringContaining(message) });
  });
});

async function keys(...args: string[]) {
  const { ended, printed } = runProcess(process.execPath, [KEYS, ...args]);
  const exitCode = await ended;
  return { exitCode, printed: printed() };
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'event-queue-'));
  cleanUps.push(() => rmSync(folder, { recursive: true }));
  return folder;
}

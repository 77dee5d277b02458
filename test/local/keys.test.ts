import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from '@jest/globals';
import { emulatedCloud } from '../../verify/shared/emulated-cloud.ts';
import { runProcess, serveInProcess } from '../../verify/shared/local-process.ts';

const MAIN = fileURLToPath(new URL('../../local/main.ts', import.meta.url));
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
  });

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
  });

  test('are revoked by the key itself as well, which is never printed', async () => {
    const folder = temporaryFolder();
    const secrets: string[] = [];
    for (const label of ['web', 'shop']) {
      const { printed } = await keys('create', '--label', label, '--scopes', 'read', '--data', folder);
      secrets.push(/eq_\S+/.exec(printed)?.[0] ?? '');
    }
    const [leaked = '', other = ''] = secrets;
    const wrong = [leaked.slice(0, -1), `${leaked}x`, leaked.toUpperCase(), leaked.slice(3), 'demo'];
    for (const text of wrong) {
      const { exitCode, printed } = await keys('revoke', text, '--data', folder);
      expect([exitCode, printed]).toEqual([2, expect.stringContaining('neither a whole key nor the id of one')]);
      expect(printed).not.toContain(text);
    }
    const tooMany = await keys('revoke', 'one', leaked, '--data', folder);
    expect([tooMany.exitCode, tooMany.printed.includes(leaked)]).toEqual([2, false]);

    const { exitCode, printed } = await keys('revoke', leaked, '--data', folder);
    expect([exitCode, printed]).toEqual([0, expect.stringMatching(/^The key [0-9a-f]{16} is revoked\./)]);
    expect(printed).not.toContain(leaked);
    const { printed: listed } = await keys('list', '--data', folder);
    expect([listed.includes('web'), listed.includes('shop')]).toEqual([false, true]);
    const again = await keys('revoke', leaked, '--data', folder);
    expect([again.exitCode, again.printed]).toEqual([2, expect.stringMatching(/^There is no key [0-9a-f]{16}\./)]);
    expect((await keys('revoke', other, '--data', folder)).exitCode).toBe(0);
  });

  test('are not looked for in a missing folder, and none is made', async () => {
    const folder = join(temporaryFolder(), 'mistyped');
    const { exitCode, printed } = await keys('list', '--data', folder);
    expect([exitCode, printed]).toEqual([2, expect.stringContaining(`There is no folder ${folder}`)]);
    expect(existsSync(folder)).toBe(false);
  });

  test.each([
    [['create', '--scopes', 'read'], '--label web'],
    [['create', '--label', 'web'], '--scopes with some of publish,read,manage,admin'],
    [['create', '--label', 'x'.repeat(101), '--scopes', 'read'], 'at most 100 characters of one line'],
    [['create', '--label', 'one\nanother', '--scopes', 'read'], 'at most 100 characters of one line'],
    [['create', '--label', 'web', '--scopes', 'read,write'], 'There is no scope write.'],
    [['revoke'], 'revoke with the id of a key'],
    [['bogus'], 'Say create, list, or revoke'],
    [['list', '--bogus'], "Unknown option '--bogus'"],
    [['list', 'all', 'of', 'them'], 'Too many words'],
    [['list', '--data', 'x', '--table', 'x'], '--data or --table, not both'],
    [['list', '--region', 'us-east-1'], '--table with its name'],
  ])('an unknown command is refused with what to do instead: %j', async (args, message) => {
    expect(await keys(...args)).toMatchObject({ exitCode: 2, printed: expect.stringContaining(message) });
  });
});

describe('keys of a queue on AWS', () => {
  const TABLE = ['--table', 'events', '--region', 'us-east-1'];

  test('are made, listed and revoked in its table', async () => {
    const { environment } = await emulated();
    const create = ['create', '--label', 'web shop', '--scopes', 'publish', ...TABLE];
    const { printed } = await keysWith(environment, ...create);
    expect(printed).toMatch(/A key for web shop, which may publish\. It is shown this once:\s+eq_\S{40}\s/);
    const { printed: listed } = await keysWith(environment, 'list', ...TABLE);
    const [id = ''] = /^[0-9a-f]{16}(?=.*web shop)/m.exec(listed) ?? [];
    expect((await keysWith(environment, 'revoke', id, ...TABLE)).printed).toContain(`The key ${id} is revoked.`);
    expect((await keysWith(environment, 'list', ...TABLE)).printed).not.toContain('web shop');
  });

  test.each([
    ['no credentials', { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }, TABLE, 'Set AWS_PROFILE'],
    ['no region', { AWS_REGION: undefined }, ['--table', 'events'], '--region us-east-1'],
    ['another name', {}, ['--table', 'another', '--region', 'us-east-1'], "FirstKey, among the stack's outputs"],
  ])('with %s, the program says what to do', async (_, changed, where, message) => {
    const { environment } = await emulated();
    const listed = await keysWith({ ...environment, ...changed }, 'list', ...where);
    expect(listed).toEqual({ exitCode: 1, printed: expect.stringContaining(message) });
    expect(listed.printed).not.toContain(' at ');
  });
});

/** An environment whose only credentials of AWS are those in its variables. */
async function emulated() {
  const cloud = await emulatedCloud();
  cleanUps.push(cloud.close);
  const { environment } = await cloud.surroundings();
  const nowhere = { AWS_EC2_METADATA_DISABLED: 'true', AWS_CONFIG_FILE: '/none', AWS_SHARED_CREDENTIALS_FILE: '/none' };
  return { environment: { ...environment, ...nowhere } };
}

async function keys(...args: string[]) {
  return keysWith({}, ...args);
}

async function keysWith(environment: NodeJS.ProcessEnv, ...args: string[]) {
  const { ended, printed } = runProcess(process.execPath, [MAIN, 'keys', ...args], { environment });
  const exitCode = await ended;
  return { exitCode, printed: printed() };
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'event-queue-'));
  cleanUps.push(() => rmSync(folder, { recursive: true }));
  return folder;
}

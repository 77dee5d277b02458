import { expect, test } from '@jest/globals';
import { type ConsoleFiles, openConsoleSite } from '../../../api/pages/console-site.ts';

const files: ConsoleFiles = {
  page: '<link href="/console/console.css"><div id="console"></div><script src="/console/console.js"></script>',
  script: Buffer.from('run()'),
  style: Buffer.from('a {}'),
};
const site = openConsoleSite(async () => files);
const textAt = async (path: string, opened = site) => Buffer.from((await opened(path))?.body ?? []).toString();

test.each([
  '/',
  '/console',
  '/console/',
  '/console/events',
  '/console/events/0-a',
  '/console/schedules/a.b',
  '/console/schedules/a.b/edit',
  '/console/no/such/screen',
])('the page is at %s', async (path) => {
  expect(await textAt(path)).toContain('id="console"');
  expect(await site(path)).toBe(await site('/'));
});

test.each(['/consoles', '/console.js', '/console/console.js', '/console/a.css', '/events', '/docs', '//', ''])(
  'nothing is at %s',
  async (path) => {
    expect(await site(path)).toBeUndefined();
  },
);

test('a file may be kept for a year, because its name changes with its content', async () => {
  const [style = '', script = ''] = (await textAt('/')).match(/\/console\/console-[\da-f]{12}\.(css|js)/g) ?? [];
  expect([await textAt(style), await textAt(script)]).toEqual(['a {}', 'run()']);
  expect((await site(script))?.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  expect((await site('/'))?.headers['cache-control']).toBe('no-cache');
  const other = openConsoleSite(async () => ({ ...files, script: Buffer.from('other()') }));
  expect(await textAt('/', other)).not.toContain(script);
  expect(await other(script)).toBeUndefined();
});

test('a page may run and load only files of its own site, and is shown in no frame', async () => {
  const policy = (await site('/'))?.headers['content-security-policy'];
  expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/unsafe|\*|https?:/);
});

test('the page gets the key, the target and the pause between requests, and nothing unless it is given', async () => {
  const given = openConsoleSite(async () => files, { key: '"<b>', target: '/echo', refreshSeconds: 10 });
  expect(await textAt('/', given)).toContain(
    '<div id="console" data-key="&quot;&lt;b>" data-target="/echo" data-refresh="10">',
  );
  expect(await textAt('/')).toContain('<div id="console">');
});

test('the files are read once, and again after they could not be read', async () => {
  let reads = 0;
  const failing = openConsoleSite(async () => {
    reads += 1;
    if (reads === 1) throw new Error('The disk is away.');
    return files;
  });
  await expect(failing('/')).rejects.toThrow('The disk is away.');
  expect([await textAt('/', failing), await textAt('/console', failing)]).toEqual([
    await textAt('/'),
    await textAt('/'),
  ]);
  expect(reads).toBe(2);
});

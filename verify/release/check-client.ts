import { strict as assert } from 'node:assert';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT } from '../../package/project.ts';
import { hasChromium, openChromium } from '../shared/chromium.ts';
import type { Checks } from '../shared/verdicts.ts';
import type { NodeName, PackedPackage } from './packed-package.ts';

const TSC = join(PROJECT, 'node_modules/typescript/bin/tsc');
const USE = 'use-client.mjs';
const CLIENT = 'node_modules/http-event-queue/client/client.js';

/** What the program that uses the client must find, wherever it runs. */
const EXPECTED = {
  status: 'success',
  isFound: true,
  isRefused: true,
  isError: true,
  type: 'urn:event-queue:conflict',
};

export const clientChecks: Checks<PackedPackage> = {
  'the client publishes, waits, finds and refuses on the oldest Node': (packed) => usedInNode(packed, 'oldest'),

  'the client publishes, waits, finds and refuses on the newest Node': (packed) => usedInNode(packed, 'newest'),

  async 'the client publishes, waits, finds and refuses in a page in Chromium'(packed) {
    if (!hasChromium) throw new Error('There is no Chromium to try it with.');
    await withQueue(packed, 'newest', async (url, folder) => {
      assert.deepEqual(await usedInPage(url, join(folder, CLIENT)), EXPECTED);
    });
  },

  async 'the declarations of the client compile in strict projects, with the types of browsers, of Node, and of neither'({
    tarball,
    project,
  }) {
    const { write, install, run } = await project({ type: 'module' });
    await install(tarball, '@types/node@22');
    const documented = await Promise.all(['README.md', 'docs/client.md'].map(examplesIn));
    const files = await Promise.all(
      [TYPED_USE, ...documented.flat()].map(async (text, index) => {
        await write(`use-${index}.ts`, text);
        return `use-${index}.ts`;
      }),
    );
    assert.ok(files.length >= 3, 'README.md and docs/client.md have an example each.');
    for (const [lib, types] of [
      [['es2022', 'dom'], []],
      [['es2022'], ['node']],
    ]) {
      await compile(lib, types, files);
    }
    await write('bare.ts', BARE_USE);
    await compile(['es2022'], [], ['bare.ts']);

    async function compile(
      lib: readonly string[] = [],
      types: readonly string[] = [],
      files: readonly string[] = [],
    ): Promise<void> {
      await write('tsconfig.json', JSON.stringify({ compilerOptions: { ...STRICT, lib, types }, files }));
      await run('node', TSC, '-p', '.');
    }
  },
};

async function usedInNode(packed: PackedPackage, node: NodeName): Promise<void> {
  await withQueue(packed, node, async (url, _, run) => {
    const program = `import { useClient } from './${USE}'; console.log(JSON.stringify(await useClient('${url}')));`;
    assert.deepEqual(JSON.parse(await run('node', '--input-type=module', '--eval', program)), EXPECTED);
  });
}

type Run = (program: string, ...words: readonly string[]) => Promise<string>;

/** Installs the package into a project that uses the client, and starts the queue of the package for it. */
async function withQueue(
  { tarball, project }: PackedPackage,
  node: NodeName,
  use: (url: string, folder: string, run: Run) => Promise<void>,
): Promise<void> {
  const { folder, write, install, run, start } = await project({}, node);
  await install(tarball);
  await write(USE, await readFile(new URL(USE, import.meta.url), 'utf8'));
  const queue = start('npx', 'http-event-queue', '--port', '0', '--memory');
  try {
    await use(await queue.sees(/^Open the console in a browser: (\S+)$/m), folder, run);
  } finally {
    await queue.stop();
  }
}

/** Uses the client in a page that comes from the origin of the queue, because the queue allows no other. */
async function usedInPage(url: string, client: string): Promise<unknown> {
  const imports = JSON.stringify({ imports: { 'http-event-queue': '/tried/client.js' } });
  const files: Readonly<Record<string, readonly [type: string, text: string]>> = {
    '/tried/': ['text/html', `<!doctype html><script type="importmap">${imports}</script>`],
    '/tried/client.js': ['text/javascript', await readFile(client, 'utf8')],
    '/tried/use.js': ['text/javascript', await readFile(new URL(USE, import.meta.url), 'utf8')],
  };
  const browser = await openChromium();
  try {
    const page = await browser.newPage();
    await page.route(`${url}/tried/**`, (route) => {
      const [contentType, body] = files[new URL(route.request().url()).pathname] ?? ['text/plain', ''];
      return route.fulfill({ contentType, body });
    });
    await page.goto(`${url}/tried/`);
    const program = `import('/tried/use.js').then(({ useClient }) => useClient(location.origin))`;
    return await page.evaluate(program);
  } finally {
    await browser.close();
  }
}

/** The examples in a page that make a client, each of which is a whole program. */
async function examplesIn(page: string): Promise<readonly string[]> {
  const text = await readFile(join(PROJECT, page), 'utf8');
  return [...text.matchAll(/^```ts\n(import \{ EventQueue \} from 'http-event-queue';.*?)^```/gms)].map(
    ([, example = '']) => example,
  );
}

const STRICT = {
  module: 'nodenext',
  target: 'es2022',
  noEmit: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
};

/** Uses the types of the client as an application does, and as it must not. */
const TYPED_USE = `
import { EventQueue, EventQueueError, type NewEvent, type QueueEvent } from 'http-event-queue';

interface Mail { readonly to: string; readonly at: Date | undefined }

export async function send(mail: Mail, signal: AbortSignal): Promise<string> {
  const queue = new EventQueue({ fetch: (url, init) => fetch(url, init) });
  const event: NewEvent = { url_to_send_request: 'https://example.com/', body: mail, call_url_at: mail.at, event_tags: ['mails'] };
  // @ts-expect-error There is no such field.
  await queue.publish({ ...event, callUrlAt: 1 });
  const [result] = await queue.publishAll(new Set([event]), { signal });
  if (!result?.accepted) throw result?.error;
  const finished: QueueEvent | undefined = await queue.wait(result.event.key, { maxSeconds: 5, signal });
  for await (const { attempts } of queue.list({ status: 'success', tag: ['mails'], due_before: 'now' })) console.log(attempts[0]?.outcome);
  // @ts-expect-error There is no such status.
  await queue.count({ status: 'failed' });
  return finished?.status ?? 'expired';
}

export function isTooLarge(error: unknown): boolean {
  return error instanceof EventQueueError && error.kind === 'refused' && error.type === 'urn:event-queue:too-large';
}
`;

/** Uses the client where the compiler knows the language alone, and neither a browser nor Node. */
const BARE_USE = `
import { EventQueue, EventQueueError, type QueueEvent } from 'http-event-queue';

const text = async () => '{}';
const queue = new EventQueue({
  url: 'https://queue.example.com',
  key: 'secret',
  fetch: async (_url, { method }) => ({ ok: method === 'GET', status: 200, headers: { get: () => null }, text }),
});

export async function publish(): Promise<QueueEvent | undefined> {
  try {
    const { key } = await queue.publish({ url_to_send_request: 'https://example.com/' });
    return await queue.wait(key);
  } catch (error) {
    if (!(error instanceof EventQueueError) || error.sent === undefined) throw error;
    return await queue.get((await queue.publish(error.sent)).key);
  }
}
`;

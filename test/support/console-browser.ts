import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe } from '@jest/globals';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { sqliteTable } from '../../adapters/sqlite-table.ts';
import { createApiKey } from '../../adapters/table-api-keys.ts';
import { bundleConsole } from '../../console/bundle/bundle.ts';
import type { Scope } from '../../core/api-key.ts';
import { databaseIn } from '../../local/data-folder.ts';
import { DEMO_SECRET, type LocalQueue, openLocalQueue } from '../../local/local-queue.ts';
import type { Options } from '../../local/options.ts';
import { CHROMIUM, hasChromium, openChromium } from '../../verify/shared/chromium.ts';
import { type PagePool, pagePool } from './page-pool.ts';

/** Describes tests that need Chromium. Where it is missing, they are skipped, and a line says so. */
export const describeConsole = hasChromium ? describe : describe.skip;
if (!hasChromium) process.stdout.write(`There is no ${CHROMIUM}: the console is not shown in a browser.\n`);

type PageOptions = {
  /** The path of the screen, with its query. The overview by default. */
  readonly path?: string;
  /** The width of the window in CSS pixels: 1,280 by default, and 390 for a phone. */
  readonly width?: number;
  /** The API key that the page is given by the server: `demo` by default, and none if it is empty. */
  readonly key?: string;
  /**
   * Whether the page is thrown away after its test. A page that gets another clock or a script of its own must be,
   * because neither can be taken back. All other pages are emptied, and used again by a later test.
   *
   * @default false
   */
  readonly isThrownAway?: boolean;
};

export type OpenConsole = {
  readonly queue: LocalQueue;
  /** The page that was opened first. */
  readonly page: Page;
  /** What went wrong in any page: errors of scripts, refusals of the content security policy, files that are missing. */
  readonly errors: readonly string[];
  /** The hosts to which any page sent a request. */
  readonly hosts: ReadonlySet<string>;
  /**
   * Opens another page of the same queue until the end of the test. It shares neither storage nor cookies with the
   * others.
   */
  open(options?: PageOptions): Promise<Page>;
  /** Creates an API key and returns its secret. */
  createKey(...scopes: readonly Scope[]): Promise<string>;
  close(): Promise<void>;
};

const pools = new Set<PagePool>();

// A page that stays open goes on asking the queue, which takes processor time from all later tests.
afterEach(async () => {
  for (const pages of pools) await pages.takeBack();
});

/** Opens a local queue whose events are gone when it closes, and the console in a browser. */
export async function openConsole(options: PageOptions & Partial<Options> = {}): Promise<OpenConsole> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'event-queue-console-'));
  const queue = await openLocalQueue({
    ...options,
    port: 0,
    privateTargets: true,
    dataFolder,
    version: 'test',
    readConsole: bundleConsole,
  });
  const browser = await openChromium();
  const errors: string[] = [];
  const hosts = new Set<string>();
  const pages = pagePool(browser, (page) => note(page, { errors, hosts }));
  const page = await goTo(await pages.newPage(), queue, options);
  pools.add(pages);

  async function createKey(...scopes: readonly Scope[]): Promise<string> {
    const table = sqliteTable(await databaseIn(dataFolder));
    return createApiKey(table, { label: `only ${scopes.join(' and ')}`, scopes }, Date.now()).finally(table.close);
  }

  async function close(): Promise<void> {
    pools.delete(pages);
    await browser.close();
    await queue.close();
    rmSync(dataFolder, { recursive: true });
  }

  return {
    queue,
    page,
    errors,
    hosts,
    open: async (wanted = {}) => goTo(await pages.borrow(wanted), queue, wanted),
    createKey,
    close,
  };
}

/** Lists what axe-core finds wrong with a page, in light and in dark colours, as "theme: rule: element". */
export async function violations(page: Page): Promise<readonly string[]> {
  const found: string[] = [];
  await page.evaluate(axe.source);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const violation of await page.evaluate(violationsHere)) found.push(`${colorScheme}: ${violation}`);
  }
  await page.emulateMedia({ colorScheme: null });
  return found;
}

/** Runs in the page. All results would be megabytes, and take most of the time, so only these texts leave it. */
async function violationsHere(): Promise<readonly string[]> {
  const results = await (globalThis as unknown as { axe: typeof axe }).axe.run({ resultTypes: ['violations'] });
  return results.violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
}

/** Returns by how many CSS pixels a page can be scrolled sideways. */
export async function sidewaysScroll(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  });
}

type Noted = { readonly errors: string[]; readonly hosts: Set<string> };

async function goTo(page: Page, { url }: LocalQueue, options: PageOptions): Promise<Page> {
  const { path = '/', width = 1_280, key = DEMO_SECRET } = options;
  await page.setViewportSize({ width, height: 900 });
  if (key !== DEMO_SECRET) await giveKey(page, key);
  await page.goto(`${url}${path}`);
  return page;
}

function note(page: Page, { errors, hosts }: Noted): void {
  page.on('console', (message) => {
    // Chromium also logs each answer with a status of 400 or more. Those of the API are part of the tests.
    const isAnswer = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !isAnswer) errors.push(message.text());
  });
  page.on('pageerror', (error) => void errors.push(error.message));
  page.on('response', (response) => {
    const isFile = response.request().resourceType() !== 'fetch';
    if (isFile && response.status() >= 400) errors.push(`${response.status()} ${response.url()}`);
  });
  page.on('request', (request) => {
    const { host } = new URL(request.url());
    if (host !== '') hosts.add(host);
  });
}

/** Changes the key in the page that the server sends. */
async function giveKey(page: Page, key: string): Promise<void> {
  await page.route(
    () => true,
    async (route) => {
      if (route.request().resourceType() !== 'document') return route.fallback();
      const response = await route.fetch();
      const html = await response.text();
      const attribute = key === '' ? '' : ` data-key="${key}"`;
      await route.fulfill({ response, body: html.replace(` data-key="${DEMO_SECRET}"`, attribute) });
    },
  );
}

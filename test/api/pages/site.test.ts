import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { openSite } from '../../../api/pages/site.ts';
import { type LocalQueue, openLocalQueue } from '../../../local/local-queue.ts';
import { CHROMIUM, hasChromium, openChromium } from '../../../verify/shared/chromium.ts';
import { eventually, finishedEvent, readEvent } from '../../support/http-client.ts';

const site = openSite();
const html = textOf(openSite());
/** What the page consists of. Links to screens of the console are followed, not loaded. */
const links = [...html.matchAll(/<(?:link|script|img)[^>]* (?:src|href)="([^"]*)"/g)].map(([, link = '']) => link);

describe('/docs', () => {
  test('asks for nothing but files of the site', () => {
    expect(links.length).toBeGreaterThan(4);
    for (const link of links) expect([link, site(link)?.body.length]).toEqual([link, expect.any(Number)]);
  });

  test('holds no script, and allows none from elsewhere', () => {
    expect(html).not.toMatch(/<script>|<script [^>]*>[^<]|<style| style=| on\w+=/);
    for (const one of ['/docs', '/redoc', ...links]) {
      const { 'content-security-policy': policy = '', 'x-content-type-options': sniffing } = site(one)?.headers ?? {};
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self';");
      expect(policy).not.toMatch(/unsafe|https?:|\*/);
      expect(sniffing).toBe('nosniff');
    }
  });

  test('is shown in no frame, and gives no other page a cursor on its window', () => {
    expect(site('/docs')?.headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(site('/docs')?.headers['cross-origin-opener-policy']).toBe('same-origin');
  });

  test('shows no key unless it is given one, and calls nothing of its own then', () => {
    expect(html).not.toMatch(/demo|data-|value=/);
    expect(html).toContain('<input id="key" type="password"');
    const given = textOf(openSite({ key: 'a"<b>&', target: '/echo' }));
    expect(given).toContain('data-key="a&quot;&lt;b>&amp;" data-target="/echo"');
  });
});

test('/docs leads to the screens of the console', () => {
  const screens = [...html.matchAll(/<a[^>]* href="([^"]*)"/g)].map(([, path]) => path);
  expect(screens).toEqual([
    '/',
    '/',
    '/console/events',
    '/console/schedules',
    '/console/publish',
    '/console/settings',
    '/docs',
  ]);
});

test('/redoc leads to /docs', () => {
  expect(site('/redoc')).toMatchObject({ status: 301, headers: { location: '/docs' } });
});

test.each([
  '/docs/',
  '/docs/../package.json',
  '/docs/%2e%2e/x',
  '/docs/constructor',
  '/__proto__',
  '/docs/swagger-ui.css.map',
  '/docs/docs-page.ts',
  '/redoc/',
  '/redoc/redoc.standalone.js',
  '',
])('there is no page %s', (path) => {
  expect(site(path)).toBeUndefined();
});

const inBrowser = hasChromium ? describe : describe.skip;
if (!hasChromium) process.stdout.write(`There is no ${CHROMIUM}: the pages are not shown in a browser.\n`);

inBrowser('in a browser', () => {
  let queue: LocalQueue;
  let browser: Browser;

  beforeAll(async () => {
    queue = await openLocalQueue({ port: 0, dataFolder: undefined, privateTargets: true, version: '1.2.3' });
    browser = await openChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await queue?.close();
  });

  test('the page shows every operation in its group, without an error and without another host', async () => {
    const { page, errors, hosts } = await opened(browser, `${queue.url}/redoc`);
    expect(page.url()).toBe(`${queue.url}/docs`);
    const { tags, operations } = await description(queue);
    const groups = page.locator('#ui .opblock-tag-section');
    expect(await groups.count()).toBe(tags.length);
    for (const [index, { name }] of tags.entries()) {
      const isLast = index === tags.length - 1;
      const text = await groups.nth(index).innerText();
      expect(text).toMatch(new RegExp(`^${name}\n`));
      for (const one of operations.filter((operation) => operation.tags.includes(name))) {
        expect([one.summary, text.includes(one.summary)]).toEqual([one.summary, !isLast]);
      }
    }
    expect(await page.locator('#index a').count()).toBe(operations.length);
    expect(
      await page.locator('#index details').evaluateAll((all) => all.map((one) => one.hasAttribute('open'))),
    ).toEqual(tags.map((_, index) => index < tags.length - 1));
    expect(errors).toEqual([]);
    expect([...hosts]).toEqual([new URL(queue.url).host]);
    await page.context().close();
  });

  test('one click publishes an event that calls /echo at once, and the other operations have its key', async () => {
    const { page, errors } = await opened(browser, `${queue.url}/docs`);
    expect(await page.locator('#key').inputValue()).toBe('demo');
    const { status, body } = await execute(page, 'Publish', 'publishEvent');
    expect([status, body.url_to_send_request]).toEqual([201, `${queue.url}/echo`]);
    expect(await finishedEvent(queue.url, body.key)).toMatchObject({ status: 'success', call_url_after: 0 });
    await page.locator('#index a', { hasText: /GET.*\/events\/\{key\}$/i }).click();
    const read = await execute(page, 'Find', 'getEvent');
    expect([read.status, read.body]).toEqual([200, await readEvent(queue.url, body.key)]);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test('the example of a batch calls /echo too', async () => {
    const { page } = await opened(browser, `${queue.url}/docs#/Publish/publishEvents`);
    const { status, body } = await execute(page, 'Publish', 'publishEvents');
    expect([status, body.results[0].url_to_send_request]).toEqual([200, `${queue.url}/echo`]);
    expect(await finishedEvent(queue.url, body.results[0].key)).toMatchObject({ status: 'success' });
    await page.context().close();
  });

  test('a list is asked for without a filter', async () => {
    const { page } = await opened(browser, `${queue.url}/docs#/Find/listEvents`);
    const { status, url } = await execute(page, 'Find', 'listEvents');
    expect([status, new URL(url).search]).toEqual([200, '?order=desc&limit=20']);
    await page.context().close();
  });

  test('an operation under an old path is shown to whoever follows a link to it', async () => {
    const { page, errors } = await opened(browser, `${queue.url}/docs#/Original%20paths/getEventByQuery`);
    await page.locator('#operations-Original_paths-getEventByQuery .opblock-body').waitFor();
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test('without a key of its own the page sends the one that is typed in', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.route('**/docs', (route) => route.fulfill({ contentType: 'text/html', body: html }));
    await page.goto(`${queue.url}/docs`);
    expect(await page.locator('#key').inputValue()).toBe('');
    const example = page.locator('#operations-Publish-publishEvent textarea');
    expect(JSON.parse(await example.inputValue()).url_to_send_request).toBe('https://example.com/send-mail');
    await example.fill(JSON.stringify({ url_to_send_request: `${queue.url}/echo` }));
    expect((await execute(page, 'Publish', 'publishEvent')).status).toBe(401);
    await page.locator('#key').fill('demo');
    expect((await execute(page, 'Publish', 'publishEvent')).status).toBe(201);
    await page.locator('#key').fill('');
    expect((await execute(page, 'Publish', 'publishEvent')).status).toBe(401);
    await context.close();
  });

  test('a queue that calls no private address has no example that does', async () => {
    const careful = await openLocalQueue({ port: 0, dataFolder: undefined, privateTargets: false, version: '1.2.3' });
    const { page } = await opened(browser, `${careful.url}/docs`);
    const example = await page.locator('#operations-Publish-publishEvent textarea').inputValue();
    await page.context().close();
    await careful.close();
    expect(JSON.parse(example).url_to_send_request).toBe('https://example.com/send-mail');
  });

  test.each([
    ['light', 255, 0],
    ['dark', 0, 255],
  ] as const)('the page is %s where its reader wants that', async (colorScheme, ground, text) => {
    const { page } = await opened(browser, `${queue.url}/docs`, { colorScheme });
    const operation = page.locator('#operations-Publish-publishEvent');
    for (const part of [page.locator('body'), operation, operation.locator('textarea')]) {
      const colors = await part.evaluate((element) => {
        const { backgroundColor, color } = (globalThis as unknown as Window).getComputedStyle(element);
        return [backgroundColor, color].map((one) => (one.match(/\d+/g) ?? []).slice(0, 3).map(Number));
      });
      for (const [index, expected] of [ground, text].entries()) {
        for (const value of colors[index] ?? []) expect(Math.abs(value - expected)).toBeLessThan(60);
      }
    }
    await page.context().close();
  });

  test('what Swagger UI draws is dark as long as its reader wants that', async () => {
    const { page } = await opened(browser, `${queue.url}/docs`, { colorScheme: 'dark' });
    const expectClass = (name: string) =>
      eventually(async () => {
        const root = await page.evaluate(() => (globalThis as unknown as Window).document.documentElement.className);
        expect(root).toBe(name);
      });
    await expectClass('dark-mode');
    await page.emulateMedia({ colorScheme: 'light' });
    await expectClass('');
    await page.context().close();
  });
});

/** The parts of a browser's window that the tests use. */
type Window = {
  readonly document: { readonly documentElement: { readonly className: string } };
  getComputedStyle(element: unknown): { readonly backgroundColor: string; readonly color: string };
};

/** Opens a page and notes every error on it, and every host that it sends a request to. */
async function opened(browser: Browser, url: string, options: BrowserContextOptions = {}) {
  const page = await (await browser.newContext(options)).newPage();
  const errors: string[] = [];
  const hosts = new Set<string>();
  page.on('console', (message) => void (message.type() === 'error' && errors.push(message.text())));
  page.on('pageerror', (error) => void errors.push(error.message));
  page.on('request', (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol !== 'data:') hosts.add(host);
  });
  await page.goto(url);
  await page.locator('#ui .opblock-body').first().waitFor();
  return { page, errors, hosts };
}

/** Presses Execute in an operation that is open, with the fields as they are filled in. */
async function execute(page: Page, tag: string, operationId: string) {
  const button = page.locator(`#operations-${tag}-${operationId} button.execute`);
  const isAnswer = (url: string) => new URL(url).pathname.startsWith('/events');
  const [response] = await Promise.all([page.waitForResponse((one) => isAnswer(one.url())), button.click()]);
  return { status: response.status(), url: response.url(), body: await response.json() };
}

async function description({ url }: LocalQueue) {
  const { tags, paths } = (await (await fetch(`${url}/openapi.json`)).json()) as {
    tags: readonly { readonly name: string }[];
    paths: Record<string, Record<string, { readonly summary: string; readonly tags: readonly string[] }>>;
  };
  return { tags, operations: Object.values(paths).flatMap((methods) => Object.values(methods)) };
}

function textOf(opened: ReturnType<typeof openSite>): string {
  return Buffer.from(opened('/docs')?.body ?? []).toString();
}

import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type LocalQueue, openLocalQueue } from '../../local/local-queue.ts';
import { openSite } from '../../site/pages.ts';
import { eventually } from '../local/http-client.ts';

const CHROMIUM = '/usr/bin/chromium';
const site = openSite();

describe.each(['/docs', '/redoc'])('%s', (path) => {
  const html = Buffer.from(site(path)?.body ?? []).toString();
  const links = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, link = '']) => link);

  test('asks for nothing but files of the site', () => {
    expect(links.length).toBeGreaterThan(2);
    for (const link of links) expect([link, site(link)?.body.length]).toEqual([link, expect.any(Number)]);
  });

  test('holds no script, and allows none from elsewhere', () => {
    expect(html).not.toMatch(/<script>|<script [^>]*>[^<]| on\w+=/);
    for (const one of [path, ...links]) {
      const { 'content-security-policy': policy = '', 'x-content-type-options': sniffing } = site(one)?.headers ?? {};
      expect(policy).toContain("default-src 'none'; script-src 'self';");
      expect(policy).not.toMatch(/unsafe-eval|https?:|\*/);
      expect(sniffing).toBe('nosniff');
    }
  });
});

test.each([
  '/docs/',
  '/docs/../package.json',
  '/docs/%2e%2e/x',
  '/docs/constructor',
  '/__proto__',
  '/docs/swagger-ui.css.map',
  '',
])('there is no page %s', (path) => {
  expect(site(path)).toBeUndefined();
});

const inBrowser = existsSync(CHROMIUM) ? describe : describe.skip;
if (!existsSync(CHROMIUM)) process.stdout.write(`There is no ${CHROMIUM}: the pages are not shown in a browser.\n`);

inBrowser('in a browser', () => {
  let queue: LocalQueue;
  let browser: Browser;

  beforeAll(async () => {
    queue = await openLocalQueue({ port: 0, dataFolder: undefined, privateTargets: true, version: '1.2.3' });
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--headless', '--no-sandbox', '--disable-gpu'],
    });
  });
  afterAll(async () => {
    await browser?.close();
    await queue?.close();
  });

  test('ReDoc shows every operation, without an error and without another host', async () => {
    const { page, errors, hosts } = await opened(browser, `${queue.url}/redoc`);
    const summaries = await summariesOf(queue);
    await eventually(async () => {
      const text = await page.locator('#reference').innerText();
      for (const summary of summaries) expect(text).toContain(summary);
    });
    expect(errors).toEqual([]);
    expect([...hosts]).toEqual([new URL(queue.url).host]);
    await page.close();
  });

  test('Swagger UI shows every operation and publishes an event, without an error and without another host', async () => {
    const { page, errors, hosts } = await opened(browser, `${queue.url}/docs`);
    const summaries = await summariesOf(queue);
    await eventually(async () => {
      const text = await page.locator('#ui').innerText();
      for (const summary of summaries) expect(text).toContain(summary);
    });
    await authorize(page);
    const operation = page.locator('#operations-default-publish');
    await operation.locator('.opblock-summary-control').first().click();
    await operation.locator('textarea').fill(JSON.stringify({ url_to_send_request: `${queue.url}/echo` }));
    await operation.locator('button.execute').click();
    const answer = operation.locator('.live-responses-table');
    await answer.waitFor();
    expect(await answer.innerText()).toMatch(/201[\s\S]*"status": "waiting_execution"/);
    expect(errors).toEqual([]);
    expect([...hosts]).toEqual([new URL(queue.url).host]);
    await page.close();
  });
});

/** A page on which every error is noted, and every host that it asks. */
async function opened(browser: Browser, url: string) {
  const page = await browser.newPage();
  const errors: string[] = [];
  const hosts = new Set<string>();
  page.on('console', (message) => void (message.type() === 'error' && errors.push(message.text())));
  page.on('pageerror', (error) => void errors.push(error.message));
  page.on('request', (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol !== 'data:') hosts.add(host);
  });
  await page.goto(url);
  return { page, errors, hosts };
}

async function authorize(page: Page): Promise<void> {
  await page.locator('button.authorize').first().click();
  const dialog = page.locator('.dialog-ux');
  await dialog.locator('input').first().fill('demo');
  await dialog.locator('button.authorize').first().click();
  await dialog.locator('button.btn-done').first().click();
}

async function summariesOf({ url }: LocalQueue): Promise<readonly string[]> {
  const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, { summary: string }>>;
  };
  return Object.values(paths).flatMap((operations) => Object.values(operations).map(({ summary }) => summary));
}

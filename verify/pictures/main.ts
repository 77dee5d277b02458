import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { bundleConsole } from '../../console/bundle/bundle.ts';
import { databaseIn } from '../../local/data-folder.ts';
import { helpIfAsked } from '../../local/help-if-asked.ts';
import { DEMO_SECRET, openLocalQueue } from '../../local/local-queue.ts';
import { CHROMIUM, hasChromium, openChromium } from '../shared/chromium.ts';
import { recordSampleHour } from './sample-hour.ts';

const help = `Takes the pictures of the console that README.md shows, in light and in dark colours, and writes them to docs/pictures.

  npm run pictures

It needs ${CHROMIUM}. The queue in the pictures has an hour of sample traffic that the command makes in some seconds: it is the
same at each run, but for the time of day.

Options: --help shows this.`;

const PICTURES = fileURLToPath(new URL('../../docs/pictures/', import.meta.url));
const SIZE = { width: 1_200, height: 900 };

helpIfAsked(help);
if (hasChromium) await takePictures();
else {
  console.error(`There is no ${CHROMIUM}. Install it, on Debian with: sudo apt-get install chromium`);
  process.exitCode = 2;
}

async function takePictures(): Promise<void> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'event-queue-pictures-'));
  mkdirSync(PICTURES, { recursive: true });
  await recordSampleHour(await databaseIn(dataFolder), Date.now());
  const queue = await openLocalQueue({
    port: 0,
    dataFolder,
    privateTargets: true,
    version: 'pictures',
    readConsole: bundleConsole,
  });
  const browser = await openChromium();
  try {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await openPage(browser, colorScheme);
      await takeOverview(page, queue.url, `overview-${colorScheme}.png`);
      await takeEvent(page, queue.url, `event-${colorScheme}.png`);
      await page.close();
    }
  } finally {
    await browser.close();
    await queue.close();
    rmSync(dataFolder, { recursive: true });
  }
}

async function openPage(browser: Browser, colorScheme: 'light' | 'dark'): Promise<Page> {
  const context = await browser.newContext({
    viewport: SIZE,
    colorScheme,
    reducedMotion: 'reduce',
    timezoneId: 'UTC',
  });
  return context.newPage();
}

async function takeOverview(page: Page, url: string, name: string): Promise<void> {
  await page.goto(url);
  await page.getByText('As of').waitFor();
  await page
    .getByText(/in the last hour/)
    .first()
    .waitFor();
  await take(page, name);
}

/** Takes the picture of the latest event that failed for good. */
async function takeEvent(page: Page, url: string, name: string): Promise<void> {
  const query = 'status=max_try_count_reached&host=billing.example.com&limit=1';
  const response = await fetch(`${url}/events?${query}`, { headers: { 'x-api-key': DEMO_SECRET } });
  const { events } = (await response.json()) as { readonly events: readonly { readonly key: string }[] };
  await page.goto(`${url}/console/events/${events[0]?.key}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.getByText('503').first().waitFor();
  await take(page, name);
}

async function take(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(PICTURES, name), fullPage: true });
  console.log(`docs/pictures/${name} is written.`);
}

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { clockTime, hourAndMinute } from '../../console/text/time.ts';
import {
  describeConsole,
  type OpenConsole,
  openConsole,
  sidewaysScroll,
  violations,
} from '../support/console-browser.ts';

/** The colours of successes in the plots, as red, green and blue. */
const GREEN = { light: [0x16, 0x72, 0x4a], dark: [0x4c, 0xc3, 0x8a] } as const;
const REFRESH = 5_000;

describeConsole('the overview', () => {
  describe('of a queue without events', () => {
    let console: OpenConsole;

    beforeAll(async () => {
      console = await openConsole();
    });
    afterAll(() => console?.close());

    test('shows a command that publishes, and then what became of the event', async () => {
      const { page, queue } = console;
      await page.getByRole('heading', { name: 'No events yet' }).waitFor();
      await page.getByText('Nothing has happened in this queue yet.').waitFor();
      expect(await violations(page)).toEqual([]);

      const curl = await page.getByRole('group', { name: 'curl command' }).innerText();
      expect(JSON.parse((await promisify(execFile)('sh', ['-c', curl])).stdout)).toMatchObject({
        url_to_send_request: `${queue.url}/echo`,
      });
      await tile(page, 'Succeeded, 24 h', 1).waitFor();
      await page.getByText('1 in the last hour: 1 succeeded.').waitFor();
      expect(console.errors).toEqual([]);
    });
  });

  describe('of a queue with a success and a failure', () => {
    let console: OpenConsole;

    beforeAll(async () => {
      console = await openConsole();
      await publish(console, '/echo');
      await publish(console, '/echo?status=500');
      await tile(console.page, 'Succeeded, 24 h', 1).waitFor();
      await tile(console.page, 'Failed, 24 h', 1).waitFor();
    });
    afterAll(() => console?.close());

    test('says in a sentence what failed, and leads to it', async () => {
      const page = await console.open();
      const sentence = page.getByRole('listitem').filter({ hasText: /One event .*has failed since/ });
      await sentence.waitFor();
      expect(await violations(page)).toEqual([]);
      await sentence.getByRole('link').click();
      await page.waitForURL(`${console.queue.url}/console/events?status=max_try_count_reached**`);
      expect(console.errors).toEqual([]);
    });

    test('names the host that fails with its latest error, and leads to its failed events', async () => {
      const page = await console.open();
      const host = new URL(console.queue.url).host;
      const row = page.getByRole('region', { name: 'Hosts that fail' }).getByRole('row').filter({ hasText: host });
      await row.getByText('Answered 500').waitFor();
      expect(await row.getByRole('cell').allInnerTexts()).toEqual(['1', '1 of 2', expect.stringContaining('500')]);
      const search = new URLSearchParams({ status: 'max_try_count_reached', host });
      expect(await row.getByRole('link').getAttribute('href')).toBe(`/console/events?${search}`);
    });

    test('leads from each number to the list of its events', async () => {
      const page = await console.open();
      await tile(page, 'Waiting', 0).waitFor();
      const addresses = await page
        .locator('.tile')
        .evaluateAll((tiles) => tiles.map((one) => one.getAttribute('href')));
      const searches = addresses.map((address) => new URLSearchParams(address?.split('?')[1]));
      expect(searches.map((search) => [search.get('status'), search.has('due_before')])).toEqual([
        ['waiting_execution', false],
        ['waiting_execution', true],
        ['waiting_execution', true],
        ['success', false],
        ['max_try_count_reached', false],
      ]);
    });

    test('has its plots as tables, too', async () => {
      const page = await console.open();
      const plot = page.getByRole('region', { name: 'Finished events', exact: true });
      await plot.getByText('1 succeeded, 1 failed').waitFor();
      await plot.getByRole('button', { name: 'Table' }).click();
      await plot.getByRole('cell', { name: '1' }).first().waitFor();
      expect(await plot.getByRole('columnheader').allInnerTexts()).toEqual(['From', 'Succeeded', 'Failed']);
      expect(await violations(page)).toEqual([]);
    });

    test('keeps the time that its plots cover in the URL', async () => {
      const page = await console.open();
      await page.getByText('2 in the last hour: 1 succeeded, 1 failed.').waitFor();
      await page.getByRole('button', { name: 'Last day' }).click();
      await page.waitForURL(`${console.queue.url}/?range=day`);
      await page.reload();
      await page.getByText('2 in the last day: 1 succeeded, 1 failed.').waitFor();
    });

    test('draws its plots in the colours that are chosen, and in those of the system', async () => {
      const page = await console.open();
      await plottedIn(page, GREEN.light);
      await page.getByRole('button', { name: 'Live' }).click();
      await page.emulateMedia({ colorScheme: 'dark' });
      await plottedIn(page, GREEN.dark);
      await page.getByRole('button', { name: 'Preferences' }).click();
      await page.getByRole('button', { name: 'Light' }).click();
      await plottedIn(page, GREEN.light);
    });

    test('does not move anything while it loads', async () => {
      const page = await console.open();
      const held = Promise.withResolvers<void>();
      await page.route(/\/(stats|events\/count)\?/, async (route) => {
        await held.promise;
        await route.continue();
      });
      await page.reload();
      await page.getByText('Whether all is well is not known yet.').waitFor();
      const before = await placesOf(page);
      held.resolve();
      await page.getByText('1 succeeded, 1 failed').waitFor();
      expect(await placesOf(page)).toEqual(before);
    });

    test('asks five times for each refresh, and never from a hidden tab', async () => {
      const page = await console.open({ isThrownAway: true });
      await page.clock.install();
      await page.reload();
      await page.getByText('As of').waitFor();
      const start = Date.now() + 60_000;
      await page.clock.pauseAt(start);
      await received(page, start);
      const asked: string[] = [];
      page.on('request', (request) => asked.push(new URL(request.url()).pathname));

      for (const at of [start + REFRESH, start + 2 * REFRESH]) {
        await page.clock.runFor(REFRESH);
        await received(page, at);
      }
      const once = ['/events/count', '/events/count', '/events/count', '/stats', '/stats'];
      expect(asked.toSorted()).toEqual([...once, ...once].toSorted());

      await page.evaluate(() => {
        Object.defineProperty(document, 'visibilityState', { value: 'hidden' });
        document.dispatchEvent(new Event('visibilitychange'));
      });
      await page.clock.runFor(60_000);
      expect(asked.length).toBe(2 * once.length);
    });

    test('asks nothing in a tab that is opened in the background, until somebody looks at it', async () => {
      const page = await console.open({ isThrownAway: true });
      await page.addInitScript(() =>
        Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true }),
      );
      const asked: string[] = [];
      page.on('request', (request) => asked.push(new URL(request.url()).pathname));
      await page.reload();
      await page.waitForFunction(() => document.title.startsWith('Overview'));
      expect(asked.filter((path) => /^.(stats|events|health)/.test(path))).toEqual([]);
      await page.evaluate(() => {
        Object.defineProperty(document, 'visibilityState', { value: 'visible' });
        document.dispatchEvent(new Event('visibilitychange'));
      });
      await tile(page, 'Succeeded, 24 h', 1).waitFor();
    });

    test('shows the times of its plots in the zone that is chosen', async () => {
      const page = await console.open();
      await page.evaluate(() => localStorage.setItem('event-queue:zone', 'Asia/Kolkata'));
      await page.reload();
      const plot = page.getByRole('region', { name: 'Finished events', exact: true });
      await plot.getByText('1 succeeded').waitFor();
      await plot.getByRole('button', { name: 'Table' }).click();
      const now = Date.now();
      const minutes = Array.from({ length: 60 }, (_, ago) => hourAndMinute(now - ago * 60_000, 'Asia/Kolkata'));
      expect(minutes).toContain(await plot.getByRole('rowheader').first().innerText());
    });

    test('names the scope that a key lacks', async () => {
      const page = await console.open({ key: await console.createKey('publish') });
      await page.getByText('read', { exact: true }).first().waitFor();
      expect(await page.locator('.tile').count()).toBe(0);
    });

    test('keeps what it shows when the queue does not answer, and says how old it is', async () => {
      const page = await console.open();
      await tile(page, 'Succeeded, 24 h', 1).waitFor();
      await page.route(/\/(stats|events)/, (route) => route.abort());
      await page.getByText(/As of .*, out of date/).waitFor();
      await page.getByText('The queue does not answer.').waitFor();
      await tile(page, 'Succeeded, 24 h', 1).waitFor();
      expect(await violations(page)).toEqual([]);
    });

    test('says why it has no numbers, and asks again when it is told to', async () => {
      const page = await console.open();
      const detail = 'The table is busy.';
      let isBusy = true;
      await page.route(/\/stats/, (route) =>
        isBusy ? route.fulfill({ status: 503, json: { title: 'Busy', detail } }) : route.continue(),
      );
      await page.reload();
      await page.getByRole('alert').getByText(detail).waitFor();
      // A page that has stopped asks for nothing by itself, so only the button can bring the numbers.
      await page.getByRole('button', { name: 'Live' }).click();
      isBusy = false;
      await page.getByRole('button', { name: 'Ask again' }).click();
      await tile(page, 'Succeeded, 24 h', 1).waitFor();
    });

    test('does not scroll sideways on a phone', async () => {
      const page = await console.open({ width: 390 });
      await tile(page, 'Failed, 24 h', 1).waitFor();
      expect(await sidewaysScroll(page)).toBe(0);
      expect(await violations(page)).toEqual([]);
    });
  });
});

async function publish({ queue: { url } }: OpenConsole, path: string): Promise<void> {
  const response = await fetch(`${url}/events`, {
    method: 'POST',
    headers: { 'x-api-key': 'demo', 'content-type': 'application/json' },
    body: JSON.stringify({ url_to_send_request: `${url}${path}`, max_try_count: 1 }),
  });
  expect(response.status).toBe(201);
}

function tile(page: Page, name: string, value: number): Locator {
  return page.getByRole('link', { name: `${name} ${value}` });
}

/** Waits until everything on the page was received at an instant. */
function received(page: Page, at: number): Promise<void> {
  return page.getByText(`As of ${clockTime(at, at, undefined)}`).waitFor();
}

/** Waits until the bars of the events that succeeded have a colour. */
async function plottedIn(page: Page, colour: readonly [number, number, number]): Promise<void> {
  await page.waitForFunction(
    (wanted) => {
      const bars = document.querySelector('#finished path.good');
      return bars !== null && bars.getAttribute('d') !== '' && getComputedStyle(bars).fill === wanted;
    },
    `rgb(${colour.join(', ')})`,
  );
}

/** Where the tiles and the plots are, in CSS pixels from the top of the page, and how high they are. */
function placesOf(page: Page): Promise<readonly (readonly number[])[]> {
  return page.locator('.tile, .plot-card').evaluateAll((parts) =>
    parts.map((part) => {
      const { top, height } = part.getBoundingClientRect();
      return [top, height];
    }),
  );
}

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page, Route } from 'playwright-core';
import {
  describeConsole,
  type OpenConsole,
  openConsole,
  sidewaysScroll,
  violations,
} from '../support/console-browser.ts';
import { eventually, finishedEvent, publish, readEvent } from '../support/http-client.ts';
import { openReceiver, type Receiver } from '../support/receiver.ts';

const headers = { 'x-api-key': 'demo', 'content-type': 'application/json' };
/** One request changes at most a thousand events, so this many need three. */
const MANY = 2_500;

describeConsole('the change of many events', () => {
  let console: OpenConsole;
  let receiver: Receiver;
  let isDown = true;

  beforeAll(async () => {
    console = await openConsole({ path: '/console/bulk' });
    receiver = await openReceiver((_, response) => void response.writeHead(isDown ? 503 : 200).end());
  });
  afterAll(async () => {
    receiver?.close();
    await console?.close();
  });

  async function failed(tag: string): Promise<string> {
    const event = { url_to_send_request: receiver.url, max_try_count: 1, event_tags: [tag] };
    return (await finishedEvent(console.queue.url, (await publish(console.queue.url, event)).key)).key;
  }

  /** Publishes events that wait for an hour. */
  async function waiting(tag: string, count: number): Promise<void> {
    const event = { url_to_send_request: receiver.url, call_url_after: 3_600, event_tags: [tag] };
    for (let left = count; left > 0; left -= 100) {
      const body = JSON.stringify({ events: Array(Math.min(100, left)).fill(event) });
      const { status } = await fetch(`${console.queue.url}/events/batch`, { method: 'POST', headers, body });
      expect(status).toBe(200);
    }
  }

  async function countOf(tag: string, status: string): Promise<number> {
    const response = await fetch(`${console.queue.url}/events/count?tag=${tag}&status=${status}`, { headers });
    return ((await response.json()) as { count: number }).count;
  }

  const open = (query: string, options = {}) => console.open({ path: `/console/bulk?${query}`, ...options });

  test('retries the failed events of the list that the reader comes from, after a count and a question', async () => {
    const keys = await Promise.all([failed('down'), failed('down'), failed('down')]);
    const other = await failed('other');
    const page = await console.open({ path: '/console/events?tag=down&status_code=503' });
    await page.getByRole('link', { name: 'Retry all' }).click();
    const { searchParams } = new URL(page.url());
    expect(Object.fromEntries(searchParams)).toMatchObject({ action: 'retry', tag: 'down', status_code: '503' });
    await page.getByRole('button', { name: 'Count the events' }).click();
    await page.getByText('3 events would be retried').waitFor();
    await page.getByRole('cell', { name: new URL(receiver.url).host }).waitFor();
    expect(await readEvent(console.queue.url, keys[0] as string)).toMatchObject({ status: 'max_try_count_reached' });
    expect(await violations(page)).toEqual([]);
    isDown = false;
    await page.getByRole('button', { name: 'Retry 3 events …' }).click();
    const question = page.getByRole('dialog', { name: 'Retry 3 events?' });
    expect(await question.innerText()).toContain(new URL(receiver.url).host);
    expect(await violations(page)).toEqual([]);
    await question.getByRole('button', { name: 'Retry 3 events' }).click();
    await page.getByText('3 events are retried.').waitFor();
    for (const key of keys) {
      await eventually(async () =>
        expect(await readEvent(console.queue.url, key)).toMatchObject({ status: 'success' }),
      );
    }
    expect(await readEvent(console.queue.url, other)).toMatchObject({ status: 'max_try_count_reached' });
  });

  test('is bounded in time by a day unless the reader takes the bound away, and has all of it in the address', async () => {
    const page = await open('action=retry');
    await page.waitForURL(/due_after=2.*due_before=2|due_before=2.*due_after=2/);
    const { searchParams } = new URL(page.url());
    const [from, until] = ['due_after', 'due_before'].map((name) => Date.parse(searchParams.get(name) ?? ''));
    expect((until ?? 0) - (from ?? 0)).toBe(86_400_000);
    expect([await page.getByLabel('Due from').inputValue(), searchParams.get('rate')]).toEqual([
      expect.stringMatching(/^\d{4}-/),
      '10',
    ]);
    await page.getByLabel('Due from').fill('');
    await page.waitForURL(/due_after=(&|$)/);
    await page.getByLabel('Calls per second').fill('2.5');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.waitForURL(/action=cancel/);
    expect(await page.getByLabel('Calls per second').count()).toBe(0);
  });

  test('a rate spreads the calls, and is a part of both requests', async () => {
    isDown = true;
    await failed('slowly');
    const page = await open('action=retry&tag=slowly&rate=0.5');
    const bodies: unknown[] = [];
    page.on('request', (request) => request.method() === 'POST' && bodies.push(request.postDataJSON()));
    await page.getByRole('button', { name: 'Count the events' }).click();
    await page.getByRole('button', { name: 'Retry 1 event …' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Retry 1 event' }).click();
    await page.getByText('1 event is retried.').waitFor();
    expect(bodies).toMatchObject([
      { rate: 0.5, dry_run: true, tag: ['slowly'] },
      { rate: 0.5, tag: ['slowly'] },
    ]);
    expect(bodies[1]).not.toHaveProperty('dry_run');
  });

  test('shows how far it has got, stops when it is told to, and goes on from there', async () => {
    await waiting('stopped', MANY);
    const page = await open('action=cancel&tag=stopped');
    const { held } = await holdSecondChange(page);
    await countAndConfirm(page, 'Cancel', '2,500 events');
    await page.getByText('1,000 of 2,500 events are cancelled.').waitFor();
    expect(await page.getByRole('progressbar').getAttribute('value')).toBe('1000');
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('button', { name: 'Stopping' }).waitFor();
    await (await held).continue();
    await page.getByText('2,000 events are cancelled. The rest is as it was.').waitFor();
    expect(await countOf('stopped', 'waiting_execution')).toBe(500);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('2,500 events are cancelled.', { exact: true }).waitFor();
    expect(await countOf('stopped', 'waiting_execution')).toBe(0);
    await page.getByRole('button', { name: 'Begin another' }).click();
    await page.getByRole('button', { name: 'Count the events' }).waitFor();
  });

  test('says why it failed, goes on on other screens, and warns before the page is closed', async () => {
    await waiting('failing', MANY);
    const page = await open('action=cancel&tag=failing');
    const { held } = await holdSecondChange(page);
    await countAndConfirm(page, 'Cancel', '2,500 events');
    const second = await held;
    const [warning] = await Promise.all([page.waitForEvent('dialog'), page.close({ runBeforeUnload: true })]);
    expect(warning.type()).toBe('beforeunload');
    await warning.dismiss();
    await page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: 'Settings' }).click();
    await page.getByText('The cancelling of many events is under way: 1,000 of 2,500 events.').waitFor();
    expect(await violations(page)).toEqual([]);
    await second.abort();
    await page.getByText('The cancelling of many events has stopped').waitFor();
    await page.getByRole('link', { name: 'See it' }).click();
    await page.getByRole('alert').getByText('It is safe to go on.').waitFor();
    await page.getByText('1,000 events are cancelled.').waitFor();
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('2,500 events are cancelled.', { exact: true }).waitFor();
    expect(await countOf('failing', 'waiting_execution')).toBe(0);
  });

  test('says so if nothing fits, and if the key may not change events', async () => {
    const page = await open('action=cancel&tag=nothing');
    await page.getByRole('button', { name: 'Count the events' }).click();
    await page.getByText('0 events would be cancelled.').waitFor();
    expect(await page.getByRole('button', { name: /^Cancel \d/ }).count()).toBe(0);
    const reader = await open('action=cancel', { key: await console.createKey('read') });
    await reader.getByText('This key may not change events.').waitFor();
    expect(await violations(reader)).toEqual([]);
  });

  test('fits on a phone', async () => {
    const page = await open('action=retry', { width: 390 });
    await page.getByRole('button', { name: 'Count the events' }).waitFor();
    expect(await sidewaysScroll(page)).toBe(0);
    expect(await violations(page)).toEqual([]);
  });

  test('makes no error and asks no other host on the way', () => {
    expect(console.errors).toEqual([]);
    expect([...console.hosts]).toEqual([new URL(console.queue.url).host]);
  });
});

async function countAndConfirm(page: Page, verb: string, many: string): Promise<void> {
  await page.getByRole('button', { name: 'Count the events' }).click();
  await page.getByRole('button', { name: `${verb} ${many} …` }).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: `${verb} ${many}` })
    .click();
}

/** Holds the second request that changes events, until the test lets it go on. */
async function holdSecondChange(page: Page): Promise<{ readonly held: Promise<Route> }> {
  const { promise, resolve } = Promise.withResolvers<Route>();
  let changes = 0;
  await page.route('**/events/cancel', async (route) => {
    const isDryRun = route.request().postDataJSON().dry_run === true;
    if (!isDryRun && ++changes === 2) resolve(route);
    else await route.continue();
  });
  return { held: promise };
}

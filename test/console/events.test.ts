import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import {
  describeConsole,
  type OpenConsole,
  openConsole,
  sidewaysScroll,
  violations,
} from '../support/console-browser.ts';
import { eventually, finishedEvent, publish, readEvent } from '../support/http-client.ts';

const HOSTILE = '<img src=x onerror="document.title=1">';
const rows = (page: Page) => page.locator('[data-row]');
const tab = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Events by status' }).getByRole('link', { name });
const rowOf = (page: Page, key: string) => page.locator(`[data-row="${key}"]`);

describeConsole('the list of events', () => {
  let console: OpenConsole;
  let echo: string;

  beforeAll(async () => {
    console = await openConsole({ path: '/console/events' });
    echo = `${console.queue.url}/echo`;
  });
  afterAll(() => console?.close());

  async function published(event: object = {}): Promise<string> {
    return (await publish(console.queue.url, { url_to_send_request: echo, retry_delay: 1, ...event })).key;
  }

  async function finished(event: object = {}): Promise<string> {
    return (await finishedEvent(console.queue.url, await published(event))).key;
  }

  async function openList(query = '', options = {}): Promise<Page> {
    return console.open({ path: `/console/events${query}`, ...options });
  }

  test('tells the reader of an empty queue how to publish the first event, and shows it when it has come', async () => {
    const { page } = console;
    await page.getByText('No events yet').waitFor();
    expect(await page.getByRole('group', { name: 'curl command' }).innerText()).toContain(`'x-api-key: demo'`);
    expect(await violations(page)).toEqual([]);
    const key = await finished({ event_tags: ['first'] });
    await rowOf(page, key).waitFor();
    expect(await page.title()).toBe('Events · Event Queue');
  });

  test('shows what has happened, latest first, and what waits with its own tab, next due first', async () => {
    const [older, newer] = [await finished({ event_tags: ['order'] }), await finished({ event_tags: ['order'] })];
    const [later, sooner] = [
      await published({ event_tags: ['order'], call_url_after: 7_200 }),
      await published({ event_tags: ['order'], call_url_after: 3_600 }),
    ];
    const page = await openList('?tag=order');
    await rows(page).first().waitFor();
    expect(await keysOf(page)).toEqual([newer, older]);
    await tab(page, 'Waiting').click();
    await rowOf(page, sooner).waitFor();
    expect(await keysOf(page)).toEqual([sooner, later]);
    expect(await tab(page, 'Waiting').innerText()).toMatch(/Waiting\s*2/);
    await page.getByRole('button', { name: 'Due, or between two tries' }).click();
    await page.getByText('No event fits').waitFor();
  });

  test('keeps its filters in the address, so that another reader sees the same, and removes each by its chip', async () => {
    const both = await finished({ event_tags: ['shared', 'a&b=c'] });
    const one = await finished({ event_tags: ['shared'] });
    const page = await openList();
    await page.keyboard.press('/');
    await page.keyboard.type('shared');
    await page.keyboard.press('Enter');
    await rowOf(page, one).waitFor();
    await page.keyboard.type('a&b=c');
    await page.keyboard.press('Enter');
    await eventually(async () => expect(await keysOf(page)).toEqual([both]));
    await tab(page, 'Succeeded').click();
    await eventually(async () => expect(await keysOf(page)).toEqual([both]));
    const { search } = new URL(page.url());
    expect([...new URLSearchParams(search)].sort()).toEqual([
      ['status', 'success'],
      ['tag', 'a&b=c'],
      ['tag', 'shared'],
    ]);
    const other = await openList(search);
    await rowOf(other, both).waitFor();
    expect(await keysOf(other)).toEqual([both]);
    await other.getByRole('button', { name: 'Tag: a&b=c' }).click();
    await rowOf(other, one).waitFor();
    expect(await keysOf(other)).toEqual([one, both]);
    expect(await other.evaluate(() => document.activeElement?.textContent)).toBe('Filter');
  });

  test('has a form for all filters, which asks the API with its own parameters', async () => {
    const page = await openList('?status=success');
    await page.getByRole('button', { name: 'Filter' }).click();
    const form = page.getByRole('dialog');
    expect(await violations(page)).toEqual([]);
    await form.getByLabel('Tags').fill('x y\nz');
    await form.getByLabel('Host').fill(new URL(echo).host);
    await form.getByLabel('Outcome').selectOption('Timed out');
    await form.getByLabel('Status code').fill('5XX');
    await form.getByLabel('Due from').fill('2026-01-02T03:04:05');
    const [request] = await Promise.all([
      page.waitForRequest((one) => new URL(one.url()).searchParams.has('due_after') && one.url().includes('limit')),
      form.getByRole('button', { name: 'Show the events' }).click(),
    ]);
    const asked = Object.fromEntries(new URL(request.url()).searchParams);
    const expected = {
      status: 'success',
      host: new URL(echo).host,
      outcome: 'timed_out',
      status_code: '5xx',
      due_after: await page.evaluate(() => new Date('2026-01-02T03:04:05').toISOString()),
    };
    expect(asked).toMatchObject(expected);
    expect(Object.fromEntries(new URL(page.url()).searchParams)).toMatchObject(expected);
    expect(new URL(page.url()).searchParams.getAll('tag')).toEqual(['x y', 'z']);
    await page.getByText('No event fits').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('link', { name: 'Remove all' }).click();
    await rows(page).first().waitFor();
    expect(page.url()).toBe(`${console.queue.url}/console/events`);
  });

  test.each([
    ['key', (key: string) => ` ${key}\n`, (key: string) => key],
    ['webhook-id', (key: string) => key.slice(-36), (key: string) => key.slice(-36)],
  ])('opens the event whose %s is pasted', async (_, copied, shown) => {
    const key = await finished();
    const page = await openList('#search');
    await eventually(async () => expect(await page.evaluate(() => document.activeElement?.id)).toBe('search'));
    await page.evaluate((text) => navigator.clipboard.writeText(text), copied(key));
    await page.keyboard.press('Control+V');
    await page.waitForURL(`${console.queue.url}/console/events/${shown(key)}`);
    await page.getByText('Succeeded').first().waitFor();
  });

  test('searches on through pages without events, and says how far it has looked', async () => {
    const page = await openList('?tag=first');
    await rows(page).first().waitFor();
    const asked: (string | null)[] = [];
    await page.route(
      ({ pathname, searchParams }) => pathname === '/events' && searchParams.get('tag') === 'sparse',
      async (route) => {
        const cursor = new URL(route.request().url()).searchParams.get('cursor');
        asked.push(cursor);
        await route.fulfill({ json: { events: [], next_cursor: `${cursor ?? ''}x` } });
      },
    );
    await page.keyboard.press('/');
    await page.keyboard.type('sparse');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Tag: first' }).first().click();
    await page.getByText('looked at up to 5,000 events').waitFor();
    expect(asked.slice(-5)).toEqual([null, 'x', 'xx', 'xxx', 'xxxx']);
    expect(await violations(page)).toEqual([]);
    await page.getByRole('link', { name: 'Search further' }).click();
    await page.waitForURL(/cursor=xxxxx/);
  });

  test('announces new events, and lets them in by a click, so that no row moves by itself', async () => {
    const before = await finished({ event_tags: ['news'] });
    const page = await openList('?tag=news');
    await rowOf(page, before).waitFor();
    const after = await finished({ event_tags: ['news'] });
    const announced = page.getByRole('button', { name: '1 new' });
    await announced.waitFor();
    expect(await keysOf(page)).toEqual([before]);
    await announced.click();
    expect(await keysOf(page)).toEqual([after, before]);
    expect(await page.evaluate(() => document.activeElement !== document.body)).toBe(true);
  });

  test('updates a row where it stands, and marks one that does not fit any more', async () => {
    const [one, other] = [
      await published({ event_tags: ['rows'], call_url_after: 3_600 }),
      await published({ event_tags: ['rows'], call_url_after: 3_600 }),
    ];
    const [waiting, all] = [
      await openList('?tag=rows&status=waiting_execution'),
      await openList('?tag=rows&due_after=now&due_before=4000000000'),
    ];
    await Promise.all([rowOf(waiting, other).waitFor(), rowOf(all, other).waitFor()]);
    const before = [await keysOf(waiting), await keysOf(all)];
    await cancelled(console.queue.url, one);
    await rowOf(all, one).getByText('Cancelled').waitFor();
    await rowOf(waiting, one).getByText('Changed').waitFor();
    expect([await keysOf(waiting), await keysOf(all)]).toEqual(before);
    await waiting.getByRole('button', { name: '1 changed' }).click();
    expect(await keysOf(waiting)).toEqual([other]);
  });

  test('has pages behind the first one, and a way back', async () => {
    await Promise.all(Array.from({ length: 30 }, () => published({ event_tags: ['pages'], call_url_after: 3_600 })));
    const page = await openList('?tag=pages&due_before=4000000000');
    await rows(page).first().waitFor();
    const first = await keysOf(page);
    await page.getByRole('link', { name: 'Older' }).click();
    await page.getByText('5 events on this page, and none behind it.').waitFor();
    const second = await keysOf(page);
    expect([first.length, second.length, new Set([...first, ...second]).size]).toEqual([25, 5, 30]);
    expect(new URL(page.url()).searchParams.get('tag')).toBe('pages');
    expect(await page.evaluate(() => [document.activeElement?.className, scrollY])).toEqual(['list', 0]);
    await page.getByRole('link', { name: 'Back to the newest' }).click();
    await page.getByText('25 events on this page.').waitFor();
    expect(await keysOf(page)).toEqual(first);
  });

  test('can be used by keyboard alone', async () => {
    const [last, middle, first] = [
      await published({ event_tags: ['keys'], call_url_after: 3_600 }),
      await published({ event_tags: ['keys'], call_url_after: 3_600 }),
      await published({ event_tags: ['keys'], call_url_after: 3_600 }),
    ].sort();
    const page = await openList('?tag=keys&status=waiting_execution');
    await rows(page).nth(2).waitFor();
    expect(await keysOf(page)).toEqual([first, middle, last]);
    for (const key of ['j', 'j', 'j', 'k', 'x']) await page.keyboard.press(key);
    expect(await page.getByRole('group', { name: 'Selected events' }).innerText()).toContain('1 selected');
    expect(
      await rowOf(page, middle as string)
        .getByRole('checkbox')
        .isChecked(),
    ).toBe(true);
    await page.keyboard.press('c');
    await page.getByRole('dialog').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await readEvent(console.queue.url, middle as string)).toMatchObject({ status: 'waiting_execution' });
    await page.keyboard.press('c');
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel the event' }).focus();
    await page.keyboard.press('Enter');
    await rowOf(page, middle as string)
      .getByText('Cancelled')
      .or(rowOf(page, middle as string).getByText('Changed'))
      .first()
      .waitFor();
    await page.getByText('1 event is cancelled.').waitFor();
    await page.keyboard.press('k');
    await page.keyboard.press('r');
    expect(await finishedEvent(console.queue.url, first as string)).toMatchObject({ status: 'success' });
    await page.keyboard.press('Enter');
    await page.waitForURL(`${console.queue.url}/console/events/${first}`);
  });

  test('gives the focus back to the row of the event that its reader comes back from', async () => {
    const [later, earlier] = [
      await published({ event_tags: ['back'], call_url_after: 3_600 }),
      await published({ event_tags: ['back'], call_url_after: 3_600 }),
    ].sort();
    const page = await openList('?tag=back&status=waiting_execution');
    await rows(page).nth(1).waitFor();
    for (const key of ['j', 'j', 'Enter']) await page.keyboard.press(key);
    await page.waitForURL(`${console.queue.url}/console/events/${later}`);
    await page.goBack();
    await rowOf(page, later as string)
      .locator('a:focus')
      .waitFor();
    await page.keyboard.press('k');
    await rowOf(page, earlier as string)
      .locator('a:focus')
      .waitFor();
  });

  test('changes the selected events after one question, which says how many and where', async () => {
    const keys = await Promise.all([1, 2, 3].map(() => finished({ event_tags: ['several'] })));
    const page = await openList('?tag=several');
    await rows(page).nth(2).waitFor();
    await page.getByRole('checkbox', { name: 'Select all' }).check();
    const selected = page.getByRole('group', { name: 'Selected events' });
    expect(await selected.getByRole('button', { name: 'Cancel' }).getAttribute('aria-disabled')).toBe('true');
    await selected.getByRole('button', { name: 'Retry' }).click();
    const question = page.getByRole('dialog', { name: 'Retry 3 events?' });
    expect(await question.innerText()).toContain(new URL(echo).host);
    await question.getByRole('button', { name: 'Retry 3 events' }).click();
    await page.getByText('3 events are called now.').waitFor();
    for (const key of keys) {
      await eventually(async () => expect(await readEvent(console.queue.url, key)).toMatchObject({ try_count: 2 }));
    }
  });

  test('shows cards on a phone, whose buttons can be reached, and does not scroll sideways', async () => {
    const key = await published({
      event_tags: ['phone', 'a'.repeat(128)],
      call_url_after: 3_600,
      url_to_send_request: `${echo}/${'x'.repeat(1_900)}`,
    });
    const page = await openList('?tag=phone&status=waiting_execution', { width: 390 });
    const card = rowOf(page, key);
    await card.waitFor();
    expect(await sidewaysScroll(page)).toBe(0);
    expect(await violations(page)).toEqual([]);
    await card.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel the event' }).click();
    await page.getByText('1 event is cancelled.').waitFor();
    expect(await readEvent(console.queue.url, key)).toMatchObject({ status: 'cancelled' });
  });

  test('shows hostile tags and addresses as texts', async () => {
    const key = await finished({ event_tags: [HOSTILE, 'hostile'], url_to_send_request: `${echo}?${HOSTILE}` });
    const page = await openList(`?${new URLSearchParams([['tag', HOSTILE]])}`);
    await rowOf(page, key).getByText(HOSTILE).waitFor();
    await page.getByRole('button', { name: HOSTILE }).waitFor();
    expect([await page.locator('img[src="x"]').count(), await page.title()]).toEqual([0, 'Events · Event Queue']);
  });

  test('keeps what it showed when the queue does not answer, says how old it is, and goes on by itself', async () => {
    const key = await finished({ event_tags: ['stale'] });
    const page = await openList('?tag=stale');
    await rowOf(page, key).waitFor();
    await page.route('**/events?**', (route) => route.abort());
    const notice = page.getByRole('alert');
    await notice.getByText('What is shown here was received').waitFor();
    expect(await keysOf(page)).toEqual([key]);
    expect(await violations(page)).toEqual([]);
    await page.unroute('**/events?**');
    await notice.getByRole('button', { name: 'Ask again' }).click();
    await notice.waitFor({ state: 'detached' });
  });

  test('says which filter is not valid, and offers to remove it', async () => {
    const page = await openList('?status=foo&tag=first');
    await page.getByRole('alert').getByText('One of waiting_execution').first().waitFor();
    await page.getByRole('button', { name: 'Status: foo' }).click();
    await rows(page).first().waitFor();
  });

  test('says what a key lacks: it may not read, or may read and change nothing', async () => {
    await finished();
    const blind = await openList('', { key: await console.createKey('publish') });
    await blind.getByText('This key may not see events. That needs a key with the scope read.').waitFor();
    expect(await violations(blind)).toEqual([]);
    const reader = await openList('?status=success', { key: await console.createKey('read') });
    await rows(reader).first().hover();
    const retry = rows(reader).first().getByRole('button', { name: 'Retry' });
    expect(await retry.getAttribute('aria-disabled')).toBe('true');
    expect(await retry.getAttribute('title')).toContain('scope manage');
  });

  test('makes no error and asks no other host on the way', () => {
    expect(console.errors).toEqual([]);
    expect([...console.hosts]).toEqual([new URL(console.queue.url).host]);
  });
});

async function keysOf(page: Page): Promise<readonly (string | null)[]> {
  return rows(page).evaluateAll((all) => all.map((row) => row.getAttribute('data-row')));
}

async function cancelled(url: string, key: string): Promise<void> {
  const { status } = await fetch(`${url}/events/${key}`, { method: 'DELETE', headers: { 'x-api-key': 'demo' } });
  expect(status).toBe(200);
}

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
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

const run = promisify(execFile);

describeConsole('the screen that publishes', () => {
  let console: OpenConsole;

  beforeAll(async () => {
    console = await openConsole({ path: '/console/publish' });
  });
  afterAll(() => console?.close());

  const openForm = async (options = {}): Promise<Page> => {
    const page = await console.open({ path: '/console/publish', ...options });
    await page.getByRole('form', { name: 'New event' }).waitFor();
    return page;
  };
  const field = (page: Page, label: string | RegExp) => page.getByLabel(label, { exact: true });
  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
  const publishedKey = async (page: Page): Promise<string> =>
    page.locator('.published a').first().innerText({ timeout: 30_000 });

  test('publishes an event that calls the queue itself, and shows that it succeeds', async () => {
    const { page, queue } = console;
    expect(await field(page, 'URL to call').inputValue()).toBe(`${queue.url}/echo`);
    await press(page, 'Publish');
    await page.locator('.published .badge', { hasText: 'Succeeded' }).waitFor();
    await page.getByText('the first attempt was answered with 200').waitFor();
    const event = await readEvent(queue.url, await publishedKey(page));
    expect(event).toMatchObject({ method: 'POST', body: { hello: 'world' }, status: 'success' });
    await page.locator('.published a').click();
    await page.getByRole('heading', { name: '/echo' }).waitFor();
  });

  test('publishes all that can be chosen', async () => {
    const page = await openForm();
    await page.getByLabel('Method').selectOption('PUT');
    await press(page, 'Text');
    await field(page, 'Text to send').fill('<b>hello</b>');
    await press(page, 'Add a header');
    await field(page, 'Name of header 1').fill('x-team');
    await field(page, 'Value of header 1').fill('billing');
    await field(page, /^Tags/).fill('orders\nmails');
    await press(page, 'In …');
    await field(page, 'Time until the call').fill('2');
    await page.getByLabel('Unit').selectOption('hours');
    await page.getByText('Tries, timeouts and how long it is kept').click();
    await field(page, 'Tries').fill('7');
    await page.getByLabel('The delay').selectOption('exponential');
    await field(page, /^Longest delay/).fill('600');
    await field(page, /^URL to call if/).fill(`${console.queue.url}/echo?failed`);
    await press(page, 'Publish');
    await page.getByText('It waits until it is due, in 2 h.').or(page.getByText('in 1 h 59 min')).waitFor();
    expect(await readEvent(console.queue.url, await publishedKey(page))).toMatchObject({
      method: 'PUT',
      body: '<b>hello</b>',
      headers: { 'x-team': 'billing' },
      event_tags: ['orders', 'mails'],
      call_url_after: 7_200,
      max_try_count: 7,
      retry_backoff: 'exponential',
      retry_max_delay: 600,
      failure_url: `${console.queue.url}/echo?failed`,
    });
  });

  test('shows the same request as curl, which publishes the same event', async () => {
    const page = await openForm();
    await field(page, 'JSON to send').fill(`{"text": "it's $HOME", "number": 12345678901234567890}`);
    await page.getByRole('button', { name: 'Copy request in curl' }).click();
    const curl = await page.evaluate(() => navigator.clipboard.readText());
    const { stdout } = await run('sh', ['-c', `${curl} -s`]);
    const { key } = JSON.parse(stdout);
    const answer = await finishedEvent(console.queue.url, key);
    const received = JSON.parse(answer.request_response_body ?? '').body;
    expect(received).toBe(`{"text":"it's $HOME","number":12345678901234567890}`);
    await press(page, 'TypeScript');
    await page.getByText("body: '{").waitFor();
  });

  test('checks JSON while one types', async () => {
    const page = await openForm();
    await field(page, 'JSON to send').fill('{"a": 1,\n "b" 2}');
    await page.getByText('This is not JSON: look at line 2, column 6.').first().waitFor();
    await field(page, 'JSON to send').fill('{"a": 1}');
    await page.getByText('This is JSON.').waitFor();
  });

  test('shows what the queue refuses at its fields, and goes to the first of them', async () => {
    const page = await openForm();
    await field(page, 'URL to call').fill('ftp://example.com');
    await press(page, 'Add a header');
    await field(page, 'Name of header 1').fill('host');
    await field(page, 'Value of header 1').fill('a');
    await page.getByText('Tries, timeouts and how long it is kept').click();
    await field(page, 'Tries').fill('5000');
    await page.getByText('Tries, timeouts and how long it is kept').click();
    await press(page, 'Publish');
    await page.getByText('A whole number from 1 to 1000.').waitFor();
    const wrong = page.locator('form [aria-invalid="true"]');
    expect(await wrong.count()).toBe(3);
    await eventually(async () =>
      expect(await wrong.first().evaluate((one) => one === document.activeElement)).toBe(true),
    );
    expect(await field(page, 'URL to call').getAttribute('aria-describedby')).not.toBeNull();
    await page.getByText('This header belongs to the connection').waitFor();
    expect(await violations(page)).toEqual([]);
  });

  test('works by keyboard alone, and Enter publishes', async () => {
    const page = await openForm();
    await field(page, 'URL to call').focus();
    await page.keyboard.press('Enter');
    await page.locator('.published .badge').waitFor();
    expect(await page.locator('.published li').count()).toBe(1);
    await page.keyboard.press('Escape');
  });

  test('publishes an event again, with edits', async () => {
    const { key } = await publish(console.queue.url, {
      url_to_send_request: `${console.queue.url}/echo?first`,
      headers: { authorization: "Bearer it's-secret" },
      body: { order: 1 },
      event_tags: ['orders'],
      deduplication_id: 'only-once',
      call_url_after: 600,
    });
    const page = await console.open({ path: `/console/events/${key}` });
    await page.getByRole('link', { name: 'Publish again …' }).click();
    await page.getByText('Some of these fields are set.').waitFor();
    expect(await field(page, 'Value of header 1').getAttribute('type')).toBe('password');
    expect(await page.locator('main').innerText()).not.toContain("it's-secret");
    await press(page, 'Show secret values');
    await page.getByText("Bearer it'\\''s-secret").waitFor();
    await field(page, 'JSON to send').fill('{"order": 2}');
    await press(page, 'Publish');
    const copy = await finishedEvent(console.queue.url, await publishedKey(page));
    expect(copy).toMatchObject({
      url_to_send_request: `${console.queue.url}/echo?first`,
      headers: { authorization: "Bearer it's-secret" },
      body: { order: 2 },
      event_tags: ['orders'],
      deduplication_id: null,
    });
  });

  test('greys what the key may not do, and names the scope', async () => {
    const page = await openForm({ key: await console.createKey('read') });
    const button = page.getByRole('button', { name: 'Publish', exact: true });
    await eventually(async () => expect(await button.getAttribute('aria-disabled')).toBe('true'));
    expect(await button.getAttribute('title')).toBe('This needs a key with the scope publish.');
    await field(page, 'URL to call').press('Enter');
    await page.getByText('Nothing yet.').waitFor();
  });

  test('says what a key that may only publish cannot see, and writes no secret key into code', async () => {
    const key = await console.createKey('publish');
    const page = await console.open({ path: '/console/publish', key: '' });
    await field(page, 'API key').fill(key);
    await press(page, 'Use this key');
    await press(page, 'Publish');
    await page.getByText('It was accepted. This key may not see what becomes of it').waitFor();
    expect(await page.locator('main').innerText()).not.toContain(key);
  });

  test('says that nobody knows whether the event was published when the queue does not answer', async () => {
    const page = await openForm();
    await page.route('**/events', (route) => route.abort());
    await press(page, 'Publish');
    await page.getByRole('alert').getByText('It is not known whether this was done.').waitFor();
  });

  test('has nothing that axe-core finds wrong, and nothing that scrolls sideways on a phone', async () => {
    const page = await openForm({ width: 390 });
    await field(page, 'URL to call')
      .first()
      .fill(`http://127.0.0.1:1/${'a'.repeat(2_000)}`);
    await press(page, 'At …');
    await press(page, 'Add a header');
    await page.getByText('Tries, timeouts and how long it is kept').click();
    expect(await sidewaysScroll(page)).toBe(0);
    expect(await violations(page)).toEqual([]);
  });

  test('had no error and asked no other host', () => {
    expect(console.errors).toEqual([]);
    expect([...console.hosts]).toEqual([new URL(console.queue.url).host]);
  });
});

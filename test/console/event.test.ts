import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { EventAnswer } from '../../api/event-answer.ts';
import {
  describeConsole,
  type OpenConsole,
  openConsole,
  sidewaysScroll,
  violations,
} from '../support/console-browser.ts';
import { eventually, finishedEvent, publish, readEvent } from '../support/http-client.ts';

/** Markup that runs a script, or ends an attribute, wherever it is not taken for text. */
const HOSTILE = `"><img src=x onerror="document.title='hacked'"><script>document.title='hacked'</script>`;

describeConsole('the screen of an event', () => {
  let console: OpenConsole;

  beforeAll(async () => {
    console = await openConsole();
  });
  afterAll(() => console?.close());

  const echo = (query = '') => `${console.queue.url}/echo${query}`;
  const published = (event: object): Promise<EventAnswer> => publish(console.queue.url, event);
  const finished = async (event: object): Promise<EventAnswer> =>
    finishedEvent(console.queue.url, (await published(event)).key);
  const waiting = () => published({ url_to_send_request: echo(), call_url_after: 600 });

  async function openEvent({ key }: EventAnswer, options = {}): Promise<Page> {
    const page = await console.open({ path: `/console/events/${key}`, ...options });
    await page.locator('#event-title').waitFor();
    return page;
  }

  test('shows a failing event: its attempts, the newest first, why it failed, and its callback, which leads back', async () => {
    const event = await finished({
      url_to_send_request: echo('?status=503'),
      body: { order: 1 },
      max_try_count: 2,
      retry_delay: 1,
      failure_url: echo('?callback'),
    });
    const excerpt = event.attempts[0]?.answer_excerpt?.text ?? 'none';
    const page = await openEvent(event);
    await page.getByText('its 2 tries are used up, and the last one was answered with 503').waitFor();
    expect(await page.locator('.timeline h3').allInnerTexts()).toEqual([
      'Attempt 2: answered 503',
      'Attempt 1: answered 503',
    ]);
    const [newest] = await page.locator('.timeline .instants').allInnerTexts();
    const last = event.attempts[1];
    expect(newest).toContain(last?.started_at_utc.slice(11, 23));
    const planned = new Date(Date.parse(last?.started_at_utc ?? '') - (last?.late_ms ?? 0)).toISOString();
    expect(newest).toContain(`planned ${planned.slice(11, 23)}`);
    expect(await page.locator('.timeline .excerpt').last().textContent()).toContain(excerpt);
    await page.getByRole('link', { name: 'The event that reports this failure' }).click();
    await page.getByRole('link', { name: event.key }).click();
    await page.getByRole('heading', { name: 'status=503' }).waitFor();
  });

  test('says which attempts of a long history are not kept', async () => {
    const event = { url_to_send_request: echo('?status=500'), max_try_count: 23, retry_delay: 60 };
    const { key } = await published(event);
    for (let tries = 1; tries < 23; tries++) {
      await eventually(async () => expect((await readEvent(console.queue.url, key)).try_count).toBe(tries));
      await change(`/events/${key}/retry`, 'POST');
    }
    const page = await openEvent(await finishedEvent(console.queue.url, key));
    await page.getByRole('button', { name: 'Show the earlier attempts, too' }).click();
    await page.locator('.timeline > li').nth(20).waitFor();
    expect(await page.locator('.timeline > li').count()).toBe(21);
    expect(await page.locator('.timeline > li').nth(10).innerText()).toContain('Attempts 11 to 13 are not kept');
  });

  test('shows the end of an event that is called while somebody looks', async () => {
    const page = await openEvent(await waiting());
    await page.getByText('It waits until it is due, in').waitFor();
    await page.getByRole('button', { name: 'Call now' }).click();
    await page.getByText('the first attempt was answered with 200').waitFor();
    await page.getByRole('button', { name: 'Call again' }).click();
    await page.getByText('Attempt 2: answered 200').waitFor();
  });

  test('cancels an event after it has asked once, and retries it', async () => {
    const event = await waiting();
    const page = await openEvent(event);
    await page.getByRole('button', { name: 'Cancel …' }).click();
    await page.getByRole('button', { name: 'Go back' }).click();
    expect((await readEvent(console.queue.url, event.key)).status).toBe('waiting_execution');
    await page.getByRole('button', { name: 'Cancel …' }).click();
    await page.getByRole('button', { name: 'Cancel the event' }).click();
    await page.getByText('It was cancelled').waitFor();
    expect(await page.locator(':focus').innerText()).toBe('Cancel …');
    await page.getByRole('button', { name: 'Retry' }).click();
    await page.getByText('the first attempt was answered with').or(page.getByText('was answered with 200')).waitFor();
  });

  test('explains why an event cannot be retried yet, and when it can', async () => {
    const { key } = await published({ url_to_send_request: echo('?delay=5'), timeout_for_request: 6 });
    const page = await console.open({ path: `/console/events/${key}` });
    await page.getByRole('button', { name: 'Cancel …' }).click();
    await page.getByRole('button', { name: 'Cancel the event' }).click();
    await page.getByRole('button', { name: 'Retry' }).click();
    await page.getByText('An attempt may have started before the event was cancelled').waitFor();
    await page.getByText(/It is possible again in \d s/).waitFor();
  });

  test('works by keyboard alone', async () => {
    const event = await waiting();
    const page = await openEvent(event);
    await page.keyboard.press('c');
    await page.getByRole('dialog', { name: 'Cancel this event?' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('c');
    await page.getByRole('button', { name: 'Cancel the event' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('It was cancelled').waitFor();
    await page.keyboard.press('r');
    await page.getByText('was answered with 200').first().waitFor();
  });

  test('hides secrets until the reader asks, also from what is copied', async () => {
    const event = await finished({
      url_to_send_request: echo(),
      headers: { Authorization: "Bearer it's-secret", 'x-team': 'billing' },
    });
    const page = await openEvent(event);
    const request = page.getByRole('region', { name: 'Request', exact: true });
    expect(await request.innerText()).not.toContain("it's-secret");
    await request.getByRole('button', { name: 'Copy as curl, without hidden values' }).click();
    expect(await clipboard(page)).toContain(`-H 'Authorization: '"$AUTHORIZATION"`);
    await request.getByRole('button', { name: 'Show secret values' }).click();
    await request.getByText("Bearer it's-secret").waitFor();
    await request.getByRole('button', { name: 'Copy as curl' }).click();
    expect(await clipboard(page)).toContain(`-H 'Authorization: Bearer it'\\''s-secret'`);
  });

  test('shows JSON with all its digits, indented or as it was sent', async () => {
    const body = '{"b": 1.0,"a":12345678901234567890}';
    const text = `{"url_to_send_request":"${echo()}","body":${body}}`;
    const response = await fetch(`${console.queue.url}/events`, {
      method: 'POST',
      headers: { 'x-api-key': 'demo', 'content-type': 'application/json' },
      body: text,
    });
    const page = await openEvent((await response.json()) as EventAnswer);
    const shown = page.getByRole('group', { name: 'request body', exact: true });
    expect(await shown.innerText()).toBe('{\n  "b": 1.0,\n  "a": 12345678901234567890\n}');
    await page.getByRole('region', { name: 'Request', exact: true }).getByRole('button', { name: 'Raw' }).click();
    expect(await shown.innerText()).toBe(body);
    await page.getByText(`Body ${body.length} bytes`).waitFor();
  });

  test('shows bytes that are no text as what they are', async () => {
    const event = await published({ url_to_send_request: echo(), body_base64: 'AAEC/w==', call_url_after: 600 });
    const page = await openEvent(event);
    await page.getByText('4 bytes that are no text, in base64').waitFor();
    await page.getByText('AAEC/w==').waitFor();
  });

  test('shows what others sent as text and never as markup', async () => {
    const event = await finished({
      url_to_send_request: `${echo('?status=500')}&q=${encodeURIComponent(HOSTILE)}#${HOSTILE}`,
      headers: { 'x-note': HOSTILE },
      body: `${HOSTILE}\u202e`,
      event_tags: [HOSTILE, 'a\u202eb'],
      deduplication_id: HOSTILE,
      max_try_count: 1,
    });
    const page = await openEvent(event);
    const shown = await page.locator('main').innerText();
    expect([shown.includes(HOSTILE), shown.includes('\u202e'), shown.includes('U+202E')]).toEqual([true, false, true]);
    expect(await page.locator('main :is(img, script)').count()).toBe(0);
    expect(await page.title()).toBe('Event · Event Queue');
    const tag = page.getByRole('link', { name: HOSTILE });
    const { searchParams } = new URL((await tag.getAttribute('href')) ?? '', console.queue.url);
    expect(searchParams.get('tag')).toBe(HOSTILE);
  });

  test('says of an unknown event how long results are kept', async () => {
    const unknown = '98204006567.199-01763ea4-eef8-4ad5-b69f-cd0760f0625b';
    const page = await console.open({ path: `/console/events/${unknown}` });
    await page.getByText('A result is kept for 24 hours after its event has finished').waitFor();
    await page.getByText(unknown).waitFor();
    const nonsense = await console.open({ path: `/console/events/${encodeURIComponent(HOSTILE)}` });
    await nonsense.getByText(HOSTILE).waitFor();
  });

  test('says of an address that cannot be read that it cannot, and leads on', async () => {
    const page = await console.open({ path: '/console/events/%E0%A4%A' });
    await page.getByText('This screen cannot be shown').waitFor();
    await page.getByRole('link', { name: 'overview', exact: true }).click();
    await page.waitForURL(`${console.queue.url}/`);
    await page.getByText('This screen cannot be shown').waitFor({ state: 'detached' });
  });

  test('keeps what it shows, marked as old, when the queue does not answer any more', async () => {
    const page = await openEvent(await published({ url_to_send_request: echo(), call_url_after: 30 }));
    await page.route('**/events/*', (route) => route.abort());
    await page.getByText('What is shown here was received').waitFor();
    await page.getByText('It waits until it is due').waitFor();
  });

  test('greys what the key may not do, and names the scope', async () => {
    const page = await openEvent(await waiting(), { key: await console.createKey('read') });
    const button = page.getByRole('button', { name: 'Call now' });
    await eventually(async () => expect(await button.getAttribute('aria-disabled')).toBe('true'));
    expect(await button.getAttribute('title')).toBe('This needs a key with the scope manage.');
    await button.click({ force: true });
    await page.keyboard.press('r');
    await page.getByText('It waits until it is due').waitFor();
  });

  test('names the scope that a key needs to see events', async () => {
    const { key } = await waiting();
    const page = await console.open({
      path: `/console/events/${key}`,
      key: await console.createKey('publish'),
    });
    await page.getByText('This key may not see events. That needs a key with the scope read.').waitFor();
  });

  test('has nothing that axe-core finds wrong, and nothing that scrolls sideways on a phone', async () => {
    const failed = await finished({
      url_to_send_request: `${echo(`?status=500&q=${'a'.repeat(1_900)}`)}`,
      body: { text: 'b'.repeat(5_000) },
      event_tags: ['a'.repeat(128)],
      headers: { cookie: 'a=b' },
      max_try_count: 1,
    });
    for (const event of [failed, await waiting()]) {
      const page = await openEvent(event, { width: 390 });
      expect(await sidewaysScroll(page)).toBe(0);
      expect(await violations(page)).toEqual([]);
    }
  });

  test('had no error and asked no other host', () => {
    expect(console.errors).toEqual([]);
    expect([...console.hosts]).toEqual([new URL(console.queue.url).host]);
  });

  async function change(path: string, method: string): Promise<void> {
    await fetch(`${console.queue.url}${path}`, { method, headers: { 'x-api-key': 'demo' } });
  }
});

function clipboard(page: Page): Promise<string> {
  return page.evaluate(() => navigator.clipboard.readText());
}

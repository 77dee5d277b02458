import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { DEMO_SECRET } from '../../local/local-queue.ts';
import {
  describeConsole,
  type OpenConsole,
  openConsole,
  sidewaysScroll,
  violations,
} from '../support/console-browser.ts';

const PATH = '/console/settings';

describeConsole('the settings', () => {
  let console: OpenConsole;
  let page: Page;

  beforeAll(async () => {
    console = await openConsole({ path: PATH });
    page = console.page;
  });
  afterAll(async () => {
    expect(console?.errors).toEqual([]);
    await console?.close();
  });

  const ask = (path: string, key: string, method = 'GET') =>
    fetch(`${console.queue.url}${path}`, { method, headers: { 'x-api-key': key } });
  const dialog = () => page.getByRole('dialog');

  test('pause the queue after one question, and every screen says so until it is resumed', async () => {
    await page.getByRole('button', { name: 'Pause …' }).click();
    await dialog().getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByRole('status').getByText('The queue has been paused since').waitFor();
    expect(await (await ask('/health', '')).json()).toMatchObject({ paused: true });
    await page.getByRole('navigation').getByRole('link', { name: 'Publish' }).click();
    await page.getByRole('status').getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('status').getByText('The queue has been paused since').waitFor({ state: 'detached' });
    expect(await (await ask('/health', '')).json()).toEqual({ status: 'ok' });
    await page.getByRole('navigation').getByRole('link', { name: 'Settings' }).click();
  });

  test('make a key that works, show it once, and revoke it', async () => {
    await page.getByRole('button', { name: 'New key …' }).click();
    await dialog().getByLabel('Whose key it is').fill('<b>night shift</b>');
    await dialog().getByLabel('publish').uncheck();
    await dialog().getByLabel('read').check();
    expect(await violations(page)).toEqual([]);
    await dialog().getByRole('button', { name: 'Make the key' }).click();
    const secret = (await dialog().locator('pre').textContent()) ?? '';
    expect(await (await ask('/keys/self', secret)).json()).toMatchObject({
      label: '<b>night shift</b>',
      scopes: ['read'],
    });
    await dialog().getByRole('button', { name: 'I have copied it' }).click();

    const row = page.getByRole('listitem').filter({ hasText: '<b>night shift</b>' });
    await row.waitFor();
    expect(await page.content()).not.toContain(secret);
    await row.getByRole('button', { name: 'Revoke …' }).click();
    await dialog().getByRole('button', { name: 'Revoke' }).click();
    await row.waitFor({ state: 'detached' });
    const { keys } = (await (await ask('/keys', DEMO_SECRET)).json()) as { keys: readonly object[] };
    expect(keys).toEqual([]);
  });

  test('say what is wrong with the label of a new key, and keep what was typed', async () => {
    await page.getByRole('button', { name: 'New key …' }).click();
    await dialog().getByRole('button', { name: 'Make the key' }).click();
    await dialog().getByRole('alert').getByText('label').waitFor();
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
  });

  test('show the signing secret only when asked, and name what still signs after it was replaced', async () => {
    const { secret } = (await (await ask('/signing-secret', DEMO_SECRET)).json()) as { secret: string };
    expect(await page.content()).not.toContain(secret);
    await page.getByRole('button', { name: 'Show' }).click();
    await page.getByText(secret).waitFor();
    await page.getByRole('button', { name: 'Replace …' }).click();
    await dialog().getByRole('button', { name: 'Replace' }).click();
    await page.getByText(`${secret.slice(0, 12)}…`).waitFor();
    expect(await violations(page)).toEqual([]);
  });

  test('name the scope that a key lacks, and change nothing with it', async () => {
    const reader = await console.open({ path: PATH, key: await console.createKey('read') });
    await reader.getByText('This key may not see the API keys. That needs a key with the scope').waitFor();
    const pause = reader.getByRole('button', { name: 'Pause …' });
    expect(await pause.getAttribute('title')).toBe('This needs a key with the scope manage.');
    await pause.click({ force: true });
    expect(await reader.getByRole('dialog').count()).toBe(0);
    expect(await violations(reader)).toEqual([]);
  });

  test('fit a phone', async () => {
    const phone = await console.open({ path: PATH, width: 390 });
    await phone.getByRole('button', { name: 'New key …' }).waitFor();
    expect(await sidewaysScroll(phone)).toBe(0);
  });
});

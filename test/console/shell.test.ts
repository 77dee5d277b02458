import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  describeConsole,
  type OpenConsole,
  openConsole,
  sidewaysScroll,
  violations,
} from '../support/console-browser.ts';

describeConsole('the console', () => {
  let console: OpenConsole;

  beforeAll(async () => {
    console = await openConsole();
  });
  afterAll(() => console?.close());

  test('leads to its screens, without an error and without a request to another host', async () => {
    const { page, queue, errors, hosts } = console;
    await page.getByRole('navigation').getByRole('link', { name: 'Publish' }).click();
    await page.waitForURL(`${queue.url}/console/publish`);
    expect(errors).toEqual([]);
    expect([...hosts]).toEqual([new URL(queue.url).host]);
  });

  test('has nothing that axe-core finds wrong until a button without a name is added, in light and in dark colours', async () => {
    expect(await violations(console.page)).toEqual([]);
    await console.page.evaluate(() => document.body.append(document.createElement('button')));
    expect(await violations(console.page)).toEqual([
      'light: button-name: body > button',
      'dark: button-name: body > button',
    ]);
  });

  test('does not scroll sideways on a phone', async () => {
    const page = await console.open({ width: 390 });
    await page.getByRole('navigation').waitFor();
    expect(await sidewaysScroll(page)).toBe(0);
  });

  test('asks for a key if the server gives it none, and shows the label of the key that it gets', async () => {
    const page = await console.open({ key: '' });
    await page.getByLabel('API key').fill(await console.createKey('read'));
    await page.getByRole('button', { name: 'Use this key' }).click();
    await page.getByRole('button', { name: 'only read' }).waitFor();
  });

  test('refuses a wrong key, says so, and takes a better one', async () => {
    const page = await console.open({ key: 'wrong' });
    await page.getByRole('alert').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByLabel('API key').fill('wrong again');
    await page.getByLabel('API key').press('Enter');
    await page.getByRole('alert').waitFor();
    await page.getByLabel('API key').fill(await console.createKey('read', 'publish'));
    await page.getByLabel('API key').press('Enter');
    await page.getByRole('button', { name: 'only read and publish' }).waitFor();
  });

  test('keeps a key until the tab is closed, or in the browser if its reader wants that', async () => {
    const page = await console.open({ key: '' });
    const kept = () =>
      page.evaluate(() => [sessionStorage.getItem('event-queue:key'), localStorage.getItem('event-queue:key')]);
    const key = await console.createKey('read');
    await page.getByLabel('API key').fill(key);
    await page.getByRole('button', { name: 'Use this key' }).click();
    await page.getByRole('button', { name: 'only read' }).click();
    expect(await kept()).toEqual([key, null]);
    await page.getByRole('button', { name: 'Forget this key' }).click();
    expect(await kept()).toEqual([null, null]);
    await page.keyboard.press('Escape');
    await page.getByLabel('API key').fill(key);
    await page.getByLabel('Keep it in this browser').check();
    await page.getByRole('button', { name: 'Use this key' }).click();
    await page.getByRole('button', { name: 'only read' }).waitFor();
    expect(await kept()).toEqual([null, key]);
  });

  test('takes another key where the server gives one, until the tab is closed or its reader forgets it', async () => {
    const page = await console.open({ path: '/console/settings' });
    await page.getByRole('button', { name: 'demo' }).click();
    await page.getByText('Use another key').click();
    await page.getByRole('textbox', { name: 'API key' }).fill(await console.createKey('read'));
    await page.getByRole('button', { name: 'Use this key' }).click();
    await page.getByText('This key may not see the API keys.').waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'only read' }).click();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Forget this key' }).click();
    await page.getByRole('button', { name: 'demo' }).waitFor();
    expect(await page.getByText('This key may not see the API keys.').count()).toBe(0);
  });

  test('says that the queue is gone, keeps what it shows, and goes on when the queue is back', async () => {
    const page = await console.open({ path: '/console/settings' });
    await page.getByRole('button', { name: 'New key …' }).waitFor();
    await page.context().setOffline(true);
    await page.getByRole('status').getByText('The queue does not answer').waitFor();
    await page.getByRole('button', { name: 'New key …' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.context().setOffline(false);
    await page.getByRole('status').getByText('The queue does not answer').waitFor({ state: 'detached' });
  });

  test('takes the colours and the time zone that its reader chooses, and keeps them', async () => {
    const page = await console.open();
    await page.getByRole('button', { name: 'demo' }).click();
    await page.getByRole('button', { name: 'Dark' }).click();
    await page.getByLabel('Time zone').selectOption('Asia/Tokyo');
    await page.reload();
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
    await page.getByRole('button', { name: 'demo' }).click();
    expect(await page.getByLabel('Time zone').inputValue()).toBe('Asia/Tokyo');
    expect(await violations(page)).toEqual([]);
  });

  test('is led by the keyboard, which does nothing else while its reader types', async () => {
    const page = await console.open();
    await page.getByRole('button', { name: 'demo' }).waitFor();
    await page.keyboard.press('Shift+?');
    await page.getByRole('dialog').getByText('Search events').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('g');
    await page.keyboard.press('s');
    await page.waitForURL(/\/console\/settings$/);
    await page.getByRole('button', { name: 'New key …' }).click();
    await page.getByLabel('Whose key it is').pressSequentially('go e');
    expect(await page.getByLabel('Whose key it is').inputValue()).toBe('go e');
    expect(page.url()).toMatch(/settings$/);
  });

  test('says that a screen does not exist', async () => {
    const page = await console.open({ path: '/console/nowhere' });
    await page.getByRole('heading', { name: 'There is no such screen' }).waitFor();
  });
});

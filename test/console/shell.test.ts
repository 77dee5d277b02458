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
});

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

const PATH = '/console/schedules';

describeConsole('the schedules', () => {
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

  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  const field = (label: string | RegExp) => page.getByLabel(label, { exact: true });
  const heading = (name: string) => page.getByRole('heading', { name, exact: true }).waitFor();
  const text = (said: string | RegExp) => page.getByText(said).first().waitFor();
  const api = async (path: string, method = 'GET', body?: unknown) => {
    const headers = { 'x-api-key': DEMO_SECRET, 'content-type': 'application/json' };
    const request = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
    return (await fetch(`${console.queue.url}/schedules${path}`, request)).json();
  };
  const event = () => ({ url_to_send_request: `${console.queue.url}/echo`, body: { n: 1 } });
  const whole = async () => {
    expect(await violations(page)).toEqual([]);
    for (const width of [390, 730, 1_000]) {
      await page.setViewportSize({ width, height: 844 });
      expect(await sidewaysScroll(page)).toBe(0);
    }
    await page.setViewportSize({ width: 1_280, height: 900 });
  };

  test('say how to make the first one, and their form previews it in words and instants', async () => {
    await text('No schedules yet');
    await page.getByText(/curl .*each-minute/).waitFor();
    await page.getByRole('link', { name: 'a form' }).click();
    await field(/^Id/).fill('reports.daily');
    await field(/^Cron/).fill('61 9 * * *');
    await text('The minute is 61.');
    await field(/^Cron/).fill('0 9 * * mon');
    await field('Time zone').selectOption('Asia/Tokyo');
    await text('At 09:00 on Mondays, Tokyo time.');
    expect(await page.getByText(/^Mon, .*, 09:00 GMT\+9$/).count()).toBe(5);
    await page.getByRole('button', { name: 'UTC', exact: true }).click();
    await page
      .getByText(/^Mon, .*, 00:00 UTC$/)
      .nth(4)
      .waitFor();
    await field('URL to call').fill('ftp://example.com');
    await press('Make the schedule');
    await page.locator('[aria-invalid="true"]').waitFor();
    expect(await field('URL to call').getAttribute('aria-invalid')).toBe('true');
    await text('A field is not valid.');
    await whole();
    await field('URL to call').fill(`${console.queue.url}/echo`);
    await page.getByText('A field is not valid.').waitFor({ state: 'detached' });
    await press('Make the schedule');
    await heading('reports.daily');
    expect(await api('/reports.daily')).toMatchObject({
      cron: '0 9 * * mon',
      time_zone: 'Asia/Tokyo',
      status: 'active',
    });
  });

  test('are run at once, and show how their runs ended, each a link to its event and back', async () => {
    await page.reload();
    await text('There is none yet');
    await press('Run now');
    await text('A run is called now.');
    await page.getByRole('link', { name: /^Succeeded, due \d/ }).click();
    await heading(`POST ${console.queue.url}/echo`);
    await page.getByRole('link', { name: 'reports.daily' }).click();
    await heading('reports.daily');
    await page.getByRole('link', { name: 'See them as a list' }).click();
    await page.getByRole('button', { name: /Schedule: reports.daily/ }).waitFor();
    await page.locator('[data-row]').first().waitFor();
    expect(await page.locator('[data-row]').count()).toBe(1);
    await page.goBack();
  });

  test('are paused, resumed and changed, and what was not changed stays as it was', async () => {
    await press('Pause');
    await text('It is paused: no run starts until somebody resumes it.');
    await whole();
    await press('Resume');
    await text(/Its next run is due in/);
    const before = await api('/reports.daily');
    await page.getByRole('link', { name: 'Edit …' }).click();
    await heading('Edit reports.daily');
    await press('At an interval');
    await field('Time from one run to the next').fill('90');
    await field('Unit').selectOption('minutes');
    await text('Every 90 minutes.');
    await press('Save the changes');
    await heading('reports.daily');
    await text('Every 90 minutes.');
    const after = await api('/reports.daily');
    expect(after).toMatchObject({ cron: null, every: 5_400, created_at_utc: before.created_at_utc });
    expect(after.event).toEqual(before.event);
  });

  test('are listed with their next and last runs, and a new one does not replace another', async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('c');
    await text('Every 90 minutes');
    await page.getByRole('listitem').getByText('Succeeded').waitFor();
    await whole();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await heading('reports.daily');
    await page.goBack();
    await page.getByRole('link', { name: 'New schedule …' }).click();
    await field(/^Id/).fill('reports.daily');
    await press('Make the schedule');
    await text('There is a schedule with this id already.');
    expect(await api('/reports.daily')).toMatchObject({ every: 5_400 });
  });

  test('that are gone say so, and appear when they are back', async () => {
    await page.goto(`${console.queue.url}${PATH}/coming`);
    await text('There is no such schedule any more, or its id is wrong');
    await api('/coming', 'PUT', { every: 60, from: new Date(Date.now() + 100_000).toISOString(), event: event() });
    await heading('coming');
    // Two of its runs have been made, but the instant of none has come.
    expect((await api('/coming/runs')).events.length).toBeGreaterThan(0);
    await text('There is none yet');
    await press('Delete …');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete the schedule' }).click();
    await heading('Schedules');
    await text('reports.daily');
    expect(await api('/coming')).toMatchObject({ status: 404 });
  });

  test('stay on the page when the queue does not answer, and one banner says so', async () => {
    const offline = await console.open({ path: PATH });
    await offline.getByText('reports.daily').waitFor();
    await offline.route(/\/(schedules|health)/, (route) => route.abort());
    await offline.getByText('What is shown here was received').waitFor();
    await offline.getByText('The queue does not answer').waitFor();
    expect(await offline.getByText('The queue does not answer').count()).toBe(1);
    await offline.getByText('reports.daily').waitFor();
  });

  test('that get no answer while the queue gives others say so themselves', async () => {
    const reader = await console.open({ path: PATH });
    await reader.getByText('reports.daily').waitFor();
    await reader.route(/\/schedules/, (route) => route.abort());
    await reader.getByRole('alert').getByText('The queue does not answer.').waitFor();
  });

  test('with long names do not make the page scroll sideways', async () => {
    const id = 'long-words_'.repeat(11);
    await api(`/${id}`, 'PUT', { cron: '0 0 1 1 *', time_zone: 'America/Argentina/ComodRivadavia', event: event() });
    await page.goto(`${console.queue.url}${PATH}/${id}`);
    await heading(id);
    await whole();
    await page.goto(`${console.queue.url}${PATH}/${id}/edit`);
    await heading(`Edit ${id}`);
    await whole();
  });

  test('name the scope that a key lacks', async () => {
    const reader = await console.open({ path: `${PATH}/reports.daily`, key: await console.createKey('read') });
    const pause = reader.getByRole('button', { name: 'Pause' });
    await pause.and(reader.locator('[aria-disabled="true"]')).waitFor();
    expect(await pause.getAttribute('title')).toContain('manage');
    expect(await reader.getByRole('button', { name: 'Run now' }).getAttribute('title')).toContain('publish');
    const publisher = await console.open({ path: PATH, key: await console.createKey('publish') });
    await publisher.getByText('This key may not see schedules.').waitFor();
  });
});

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page, Response } from 'playwright-core';
import { describeConsole, type OpenConsole, openConsole } from '../support/console-browser.ts';
import { finishedEvent, publish } from '../support/http-client.ts';

const MANY = 10_000;
const headers = { 'x-api-key': 'demo', 'content-type': 'application/json' };

type Cost = { readonly requests: number; readonly bytes: number };

describeConsole('the list of events in a queue with 10,000 of them', () => {
  let console: OpenConsole;

  beforeAll(async () => {
    console = await openConsole();
  });
  afterAll(() => console?.close());

  test('costs as many requests and bytes as in an almost empty queue', async () => {
    const event = { url_to_send_request: `${console.queue.url}/echo`, event_tags: ['many'], body: 'x'.repeat(100) };
    for (let count = 0; count < 26; count++) await publishLater(console, event, 1);
    const { key } = await publish(console.queue.url, { ...event, retry_delay: 1 });
    await finishedEvent(console.queue.url, key);
    const lists = ['', '?status=waiting_execution', '?tag=many&due_before=4000000000'];
    const before = await costsOf(console, lists);
    for (let count = 0; count < MANY; count += 100) await publishLater(console, event, 100);
    const after = await costsOf(console, lists);
    for (const [index, { requests, bytes }] of after.entries()) {
      expect(requests).toBe(before[index]?.requests);
      expect(bytes).toBeLessThan(1.05 * (before[index]?.bytes ?? 0));
    }
  });
});

/** Publishes events that are due in a day or later, so that none is called. */
async function publishLater({ queue }: OpenConsole, event: object, count: number): Promise<void> {
  const events = Array.from({ length: count }, () => ({ ...event, call_url_after: 86_400 }));
  const { status } = await fetch(`${queue.url}/events/batch`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ events }),
  });
  expect(status).toBe(200);
}

/** What each list costs until its first rows are there. Times are printed, and depend on the machine. */
async function costsOf(console: OpenConsole, lists: readonly string[]): Promise<readonly Cost[]> {
  const costs: Cost[] = [];
  for (const list of lists) {
    const page = await console.open({ path: '/console/settings' });
    await page.getByRole('heading', { level: 1 }).waitFor();
    const answers = answersOf(page);
    const startedAt = performance.now();
    await page.goto(`${console.queue.url}/console/events${list}`);
    await page.locator('[data-row]').first().waitFor();
    const took = Math.round(performance.now() - startedAt);
    const bodies = await Promise.all(answers.map((answer) => answer.body()));
    const cost = { requests: answers.length, bytes: bodies.reduce((sum, body) => sum + body.length, 0) };
    process.stdout.write(
      `events${list}: ${cost.requests} requests, ${cost.bytes} bytes, first rows after ${took} ms\n`,
    );
    costs.push(cost);
    await page.context().close();
  }
  return costs;
}

/** The answers of the list of events that a page gets. */
function answersOf(page: Page): readonly Response[] {
  const answers: Response[] = [];
  page.on('response', (response) => void (new URL(response.url()).pathname === '/events' && answers.push(response)));
  return answers;
}

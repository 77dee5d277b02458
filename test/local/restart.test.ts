import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import type { EventAnswer } from '../../api/event-answer.ts';
import { serveInProcess } from '../../verify/shared/local-process.ts';
import { eventually, publish, readEvent } from '../support/http-client.ts';
import { openReceiver, type Receiver } from '../support/receiver.ts';

const EVENTS = 200;
const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

test('a queue that is killed with 200 waiting events calls all of them after a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'event-queue-'));
  cleanUps.push(() => rmSync(folder, { recursive: true }));
  const receiver = await openReceiver(({ path, headers }, response) => {
    const isFirstOfTwo = path.startsWith('/retried') && headers['event-queue-attempt'] === '1';
    if (path.startsWith('/under-way') && !restarted) return;
    response.writeHead(isFirstOfTwo ? 500 : 200).end();
  });
  cleanUps.push(receiver.close);

  let restarted = false;
  const first = await serving(folder);
  const events = await Promise.all(Array.from({ length: EVENTS }, (_, n) => publish(first.url, wish(receiver, n))));
  const underWay = () => receiver.calls.filter(({ path }) => path.startsWith('/under-way'));
  await eventually(async () => expect(underWay()).toHaveLength(EVENTS / 4));
  const retried = events.filter(({ url_to_send_request }) => url_to_send_request.includes('/retried'));
  await eventually(() => Promise.all(retried.map((event) => expectTries(first.url, event, 1))));
  first.kill('SIGKILL');
  await first.ended;
  const overdue = events.filter(({ url_to_send_request }) => url_to_send_request.includes('/overdue'));
  await sleep(Math.max(...overdue.map(dueAt)) - Date.now());

  restarted = true;
  const second = await serving(folder);
  const missed = events.filter(({ url_to_send_request }) => /overdue|under-way/.test(url_to_send_request));
  await eventually(() => Promise.all(missed.map((event) => expectSuccess(second.url, event))));
  await eventually(() => Promise.all(events.map((event) => expectSuccess(second.url, event))));

  for (const { url_to_send_request, key } of events) {
    const path = new URL(url_to_send_request).pathname;
    const calls = receiver.callsTo(path);
    const event = await readEvent(second.url, key);
    // The process was killed during one call of each event under `/under-way`, so the receiver got one call more than
    // the event has recorded. The number of recorded calls is added up, because a call that times out on a busy machine
    // is recorded and made again.
    const recorded = event.attempts.reduce((sum, { requests = 1 }) => sum + requests, 0);
    expect([path, calls.length]).toEqual([path, recorded + (path.includes('under-way') ? 1 : 0)]);
    if (path.includes('retried')) expect(recorded).toBeGreaterThan(1);
    expect(calls[0]?.at).toBeGreaterThanOrEqual(dueAt(event));
    expect(event.attempts.at(-1)?.outcome).toBe('answered');
  }
});

/**
 * Returns the request to publish event number `n`. The events are of four kinds in turn: due while no process runs,
 * called when the process is killed, between two tries at that moment, and due after the restart.
 */
function wish({ url }: Receiver, n: number): object {
  const [kind, call_url_after] = (
    [
      ['overdue', 5],
      ['under-way', 0],
      ['retried', 0],
      ['later', 8],
    ] as const
  )[n % 4] ?? ['', 0];
  const url_to_send_request = `${url}/${kind}/${n}`;
  // There are more tries than calls that can time out on a busy machine.
  return { url_to_send_request, call_url_after, retry_delay: 8, timeout_for_request: 6, max_try_count: 20 };
}

/** Returns the instant at which an event is due, in epoch milliseconds. */
function dueAt({ timestamp_for_execution_to_start }: EventAnswer): number {
  return Math.round(timestamp_for_execution_to_start * 1_000);
}

async function expectTries(url: string, { key }: EventAnswer, count: number): Promise<void> {
  expect((await readEvent(url, key)).try_count).toBe(count);
}

async function expectSuccess(url: string, { key }: EventAnswer): Promise<void> {
  expect((await readEvent(url, key)).status).toBe('success');
}

async function serving(folder: string) {
  const running = await serveInProcess(['--data', folder, '--max-calls-per-host', String(EVENTS)]);
  cleanUps.push(() => {
    running.kill('SIGKILL');
    return running.ended;
  });
  return running;
}

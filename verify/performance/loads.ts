import { setTimeout as sleep } from 'node:timers/promises';
import type { EventAnswer } from '../../api/event-answer.ts';
import { quantileOf } from '../shared/steadiness.ts';
import { collectGarbage } from './collect-garbage.ts';
import type { Measure } from './figure.ts';
import { inParallel, publishingClient } from './publishing-client.ts';
import { LOST_AFTER, type TimingReceiver } from './timing-receiver.ts';

const CLIENTS = 32;
const BATCHES_AT_ONCE = 4;
const BATCH = 100;
const LOOK_EVERY = 20;
const LATENESS = { p50: { most: 5 }, p99: { most: 10 } } as const;
const SLOW_SHARE = 0.05;
/** The milliseconds before the first event is due, in which even a slow machine accepts all of them. */
const BEFORE_THE_FIRST = 5_000;

export type Scene = { readonly queueUrl: string; readonly receiver: TimingReceiver; readonly measure: Measure };

/** Publishes events that are due at once, one in each request. Resolves with how many were recorded in a second. */
export async function burst({ queueUrl, receiver, measure }: Scene, events: number): Promise<number> {
  const client = await publishingClient(queueUrl, CLIENTS);
  const before = await succeeded(queueUrl);
  const accepting: number[] = [];
  const postedAt = new Map<string, number>();
  collectGarbage();
  const startedAt = now();
  await inParallel(events, CLIENTS, async (n) => {
    const event = { url_to_send_request: `${receiver.url}/${n}` };
    postedAt.set(`/${n}`, now());
    accepting.push((await client.post('/events', JSON.stringify(event))).took);
  });
  const acceptedIn = now() - startedAt;
  await receiver.called(events);
  await recorded(queueUrl, before + events);
  const recordedIn = now() - startedAt;
  client.close();
  measure('accepted', perSecond(events, acceptedIn), 'per second');
  measure('called and recorded', perSecond(events, recordedIn), 'per second', { least: 3_000 });
  measureTimes(measure, 'until accepted', accepting, ['p50', 'p99']);
  measureTimes(measure, 'until called', latenesses(receiver, postedAt), ['p50', 'p99']);
  receiver.forget();
  return perSecond(events, recordedIn);
}

/** Publishes events that are due at once, a hundred in each request. */
export async function batches({ queueUrl, receiver, measure }: Scene, events: number): Promise<void> {
  const before = await succeeded(queueUrl);
  collectGarbage();
  const startedAt = now();
  await publishBatches(queueUrl, events, (n) => ({ url_to_send_request: `${receiver.url}/${n}` }));
  const acceptedIn = now() - startedAt;
  await recorded(queueUrl, before + events);
  measure('accepted', perSecond(events, acceptedIn), 'per second', { least: 6_000 });
  measure('called and recorded', perSecond(events, now() - startedAt), 'per second');
  receiver.forget();
}

type Steady = {
  /** The events in each second, evenly spread. */
  readonly rate: number;
  readonly seconds: number;
  /**
   * A receiver that gets every twentieth event and takes five seconds. The lateness of these events is not measured.
   */
  readonly slow?: TimingReceiver;
};

export async function steady({ queueUrl, receiver, measure }: Scene, load: Steady): Promise<void> {
  const { rate, seconds, slow } = load;
  const client = await publishingClient(queueUrl, CLIENTS);
  const dueAt = new Map<string, number>();
  /** The publishes that have begun. A failure of one of them is thrown only after all have begun. */
  const published: Promise<void>[] = [];
  collectGarbage();
  const startedAt = now();
  for (let n = 0; n < rate * seconds; ) {
    for (const due = ((now() - startedAt) / 1_000) * rate; n < due; n++) {
      const publishing = publish(n);
      publishing.catch(() => {});
      published.push(publishing);
    }
    await sleep(1);
  }
  await Promise.all(published);
  await receiver.called(dueAt.size);
  client.close();
  measureTimes(measure, 'late', latenesses(receiver, dueAt), ['p50', 'p99', 'max'], LATENESS);
  receiver.forget();

  async function publish(n: number): Promise<void> {
    const isSlow = slow !== undefined && n % (1 / SLOW_SHARE) === 0;
    const path = isSlow ? `/slow/${n}` : `/${n}`;
    const event = { url_to_send_request: `${isSlow ? slow.url : receiver.url}${path}`, timeout_for_request: 6 };
    const { text } = await client.post('/events', JSON.stringify(event));
    if (!isSlow) dueAt.set(path, dueIn(JSON.parse(text)));
  }
}

/** Publishes events that are due at random instants of the next seconds. */
export async function delayed({ queueUrl, receiver, measure }: Scene, events: number, seconds: number): Promise<void> {
  const before = await succeeded(queueUrl);
  const at = now() + BEFORE_THE_FIRST;
  const results = await publishBatches(queueUrl, events, (n) => ({
    url_to_send_request: `${receiver.url}/${n}`,
    call_url_at: (at + Math.random() * seconds * 1_000) / 1_000,
  }));
  const dueAt = new Map(results.map((event) => [new URL(event.url_to_send_request).pathname, dueIn(event)]));
  collectGarbage();
  await receiver.called(events);
  await recorded(queueUrl, before + events);
  measureTimes(measure, 'late', latenesses(receiver, dueAt), ['p50', 'p99', 'max'], LATENESS);
  receiver.forget();
}

/** Publishes events that wait for at least an hour. */
export async function waiting(queueUrl: string, events: number): Promise<void> {
  await publishBatches(queueUrl, events, (n) => ({
    url_to_send_request: `http://127.0.0.1:9/${n}`,
    call_url_after: 3_600 + (n % 86_400),
  }));
}

async function publishBatches(
  queueUrl: string,
  events: number,
  wish: (n: number) => object,
): Promise<readonly EventAnswer[]> {
  const client = await publishingClient(queueUrl, BATCHES_AT_ONCE);
  const kept: EventAnswer[] = [];
  const isWorthKeeping = events <= 20_000;
  await inParallel(Math.ceil(events / BATCH), BATCHES_AT_ONCE, async (batch) => {
    const size = Math.min(BATCH, events - batch * BATCH);
    const all = Array.from({ length: size }, (_, n) => wish(batch * BATCH + n));
    const { text } = await client.post('/events/batch', JSON.stringify({ events: all }));
    if (isWorthKeeping) kept.push(...(JSON.parse(text) as { results: EventAnswer[] }).results);
  });
  client.close();
  return kept;
}

/** Resolves with the number of events that the queue has recorded as successes. */
async function succeeded(queueUrl: string): Promise<number> {
  const response = await fetch(`${queueUrl}/stats`, { headers: { 'x-api-key': 'demo' } });
  const { periods } = (await response.json()) as { periods: readonly { succeeded: number }[] };
  return periods.reduce((sum, period) => sum + period.succeeded, 0);
}

/** Resolves when the queue has recorded `count` successes. Rejects when a minute passes without another one. */
async function recorded(queueUrl: string, count: number): Promise<void> {
  let most = -1;
  let until = now();
  for (let found = await succeeded(queueUrl); found < count; found = await succeeded(queueUrl)) {
    if (found > most) until = now() + LOST_AFTER;
    if (now() > until) throw new Error(`${found} of ${count} successes were recorded, and then none for a minute.`);
    most = found;
    await sleep(LOOK_EVERY);
  }
}

function latenesses({ calledAt }: TimingReceiver, dueAt: ReadonlyMap<string, number>): number[] {
  return [...dueAt].map(([path, due]) => (calledAt.get(path) ?? Number.NaN) - due);
}

const quantiles = { p50: 0.5, p99: 0.99, max: 1 } as const;

function measureTimes(
  measure: Measure,
  what: string,
  times: readonly number[],
  names: readonly (keyof typeof quantiles)[],
  aims: Readonly<Record<string, { most: number }>> = {},
): void {
  for (const name of names)
    measure(`${what}, ${name}`, quantileOf(times, quantiles[name]) ?? Number.NaN, 'ms', aims[name]);
}

function dueIn({ timestamp_for_execution_to_start }: EventAnswer): number {
  return Math.round(timestamp_for_execution_to_start * 1_000);
}

function perSecond(count: number, milliseconds: number): number {
  return (count / milliseconds) * 1_000;
}

/** Returns the present instant in epoch milliseconds, with fractions. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

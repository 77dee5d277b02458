import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { serveInProcess } from '../shared/local-process.ts';

const EVENTS = 200;
const DELAYED_EVENTS = 50;
const DELAY_SECONDS = 3;

/**
 * Measures the time from a post to its call, and the lateness of delayed events, on a local queue without other load.
 */
export async function first(): Promise<void> {
  const receiver = await openReceiver();
  const queue = await serveInProcess(['--memory']);
  try {
    console.log(
      `from post to call    ${figures(await postToCall(queue.url, receiver))}   (${EVENTS} events, one after the other)`,
    );
    console.log(
      `late after ${DELAY_SECONDS} s wait  ${figures(await lateness(queue.url, receiver))}   (${DELAYED_EVENTS} events)`,
    );
  } finally {
    queue.kill('SIGTERM');
    await queue.ended;
    receiver.close();
  }
}

/**
 * The instant of a call, in milliseconds: by the clock of the queue, to compare it with the instant of the event, and
 * by a monotonic clock, which also has fractions of a millisecond.
 */
type Call = { readonly wallClock: number; readonly monotonic: number };

type Receiver = { readonly url: string; called(path: string): Promise<Call>; close(): void };

/** Opens a receiver that records the instant at which each path is called first. */
async function openReceiver(): Promise<Receiver> {
  const calls = new Map<string, PromiseWithResolvers<Call>>();
  const callOf = (path: string) => {
    const call = calls.get(path) ?? Promise.withResolvers<Call>();
    calls.set(path, call);
    return call;
  };
  const server = createServer(({ url = '' }, response) => {
    callOf(url).resolve({ wallClock: Date.now(), monotonic: performance.now() });
    response.end('ok');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, called: (path) => callOf(path).promise, close: () => server.close().closeAllConnections() };
}

async function postToCall(queueUrl: string, receiver: Receiver): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < EVENTS; n++) {
    const postedAt = performance.now();
    await publish(queueUrl, { url_to_send_request: `${receiver.url}/${n}` });
    times.push((await receiver.called(`/${n}`)).monotonic - postedAt);
  }
  return times;
}

async function lateness(queueUrl: string, receiver: Receiver): Promise<number[]> {
  const waiting = Array.from({ length: DELAYED_EVENTS }, async (_, n) => {
    await sleep(n * 20);
    const event = { url_to_send_request: `${receiver.url}/delayed/${n}`, call_url_after: DELAY_SECONDS };
    const { timestamp_for_execution_to_start } = await publish(queueUrl, event);
    const { wallClock } = await receiver.called(`/delayed/${n}`);
    const late = wallClock - Math.round(timestamp_for_execution_to_start * 1_000);
    if (late < 0) throw new Error(`An event was called ${-late} ms before its instant.`);
    return late;
  });
  return Promise.all(waiting);
}

async function publish(queueUrl: string, event: object): Promise<{ timestamp_for_execution_to_start: number }> {
  const headers = { 'x-api-key': 'demo', 'content-type': 'application/json' };
  const response = await fetch(`${queueUrl}/events`, { method: 'POST', headers, body: JSON.stringify(event) });
  if (response.status !== 201) throw new Error(`The event was refused: ${await response.text()}`);
  return (await response.json()) as { timestamp_for_execution_to_start: number };
}

function figures(times: readonly number[]): string {
  const sorted = [...times].sort((one, other) => one - other);
  const at = (share: number) => `${(sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(1).padStart(6)} ms`;
  return `p50 ${at(0.5)}   p99 ${at(0.99)}   max ${at(1)}`;
}

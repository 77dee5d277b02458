import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { MINUTE, SECOND } from '../core/durations.ts';
import type { Distribution } from './distribution.ts';
import { helpIfAsked } from './help-if-asked.ts';

function helpText({ typed }: Distribution): string {
  return `Fills a running queue with lively sample traffic: mails, reports, webhooks and reminders, of which some are slow and some fail.

  ${typed('demo', '[options]')}

  --url <url>          the queue (default http://127.0.0.1:3000)
  --key <key>          an API key with the scope publish (default demo)
  --rate <number>      events a second, 0.1 to 100 (default 5)
  --minutes <number>   how long it publishes, 0.1 to 60 (default 10)

The receivers are a part of this program, on 127.0.0.1: events that are due when it has ended find nobody.`;
}

/** The error of a command that cannot be carried out. Its message tells the user what to do. */
class Refused extends Error {}

type Options = {
  readonly url: string;
  readonly key: string;
  /** What the user types to start a queue on this machine. */
  readonly startedBy: string;
  readonly rate: number;
  readonly minutes: number;
};

/** Answers a call to one of the receivers. */
type Answer = (response: ServerResponse, attempt: number) => unknown;

const receivers: Readonly<Record<string, Answer>> = {
  '/mail': (response) => response.end('sent'),
  '/report': async (response) => {
    await sleep(500 + Math.random() * 2_500);
    response.end('written');
  },
  '/webhook': (response, attempt) => response.writeHead(attempt < 3 ? 503 : 200).end(attempt < 3 ? 'busy' : 'taken'),
  '/reminder': (response) => response.writeHead(204).end(),
  '/down': (response) => response.writeHead(500).end('The database of this receiver is down.'),
  '/stuck': () => {},
  '/closed': (response) => response.writeHead(410).end('This account was closed.'),
};

type Sample = (id: number) => object & { readonly path: string };

/** The events of the demo, each with its share in percent. */
const samples: readonly (readonly [share: number, sample: Sample])[] = [
  [40, (id) => ({ path: '/mail', body: { mail: 'welcome', to: id }, event_tags: ['mails'] })],
  [15, (id) => ({ path: '/report', body: { report: id }, event_tags: ['reports'] })],
  [15, (id) => ({ path: '/webhook', body: { order: id }, event_tags: ['orders', 'webhooks'], retry_delay: 2 })],
  [15, (id) => ({ path: `/reminder?user=${id}`, call_url_after: 5 + Math.random() * 115, event_tags: ['reminders'] })],
  [7, (id) => ({ path: '/down', body: { invoice: id }, event_tags: ['invoices'], retry_delay: 5 })],
  [5, (id) => ({ path: '/stuck', body: { job: id }, timeout_for_request: 1, max_try_count: 2, retry_delay: 3 })],
  [3, (id) => ({ path: '/closed', body: { account: id }, event_tags: ['webhooks'] })],
];

const hundred = samples.flatMap(([share, sample]) => Array<Sample>(share).fill(sample));

/** The command that publishes sample events, and receives them. */
export async function demo(words: readonly string[], distribution: Distribution): Promise<void> {
  helpIfAsked(helpText(distribution));
  try {
    await run(parsed(words, distribution));
  } catch (error) {
    console.error(error instanceof Refused ? error.message : error);
    process.exitCode = error instanceof Refused ? 2 : 1;
  }
}

async function run(options: Options): Promise<void> {
  const server = createServer(receive).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await publishAll(options, target).finally(() => server.close().closeAllConnections());
}

async function publishAll({ rate, minutes, ...queue }: Options, target: string): Promise<void> {
  const total = Math.max(1, Math.round(rate * minutes * 60));
  console.log(
    `Publishing ${total} events to ${queue.url} in ${minutes} minutes, ${rate} a second. Watch them in a browser at ${queue.url}.
The receivers are a part of this program: when it ends, or you end it with Ctrl-C, calls find nobody and fail.`,
  );
  for (let id = 1; id <= total; id++) {
    await publish(queue, target, id);
    if (id % Math.max(1, Math.round(rate * 10)) === 0) console.log(`${id} events are published.`);
    await sleep(SECOND / rate);
  }
  console.log('All events are published. The last of them have half a minute to be called.');
  await sleep(Math.min(30 * SECOND, minutes * MINUTE));
}

type Queue = Omit<Options, 'rate' | 'minutes'>;

async function publish({ url, key, startedBy }: Queue, target: string, id: number): Promise<void> {
  const sample = hundred[Math.floor(Math.random() * hundred.length)] as Sample;
  const { path, ...event } = sample(id);
  const body = JSON.stringify({ ...event, url_to_send_request: `${target}${path}` });
  const headers = { 'x-api-key': key, 'content-type': 'application/json' };
  const response = await fetch(`${url}/events`, { method: 'POST', headers, body }).catch(() => {
    throw new Refused(
      `No queue answers at ${url}. Start one in another terminal, with ${startedBy}, or say where it is: --url.`,
    );
  });
  if (response.status === 201) return;
  throw new Refused(`The queue answered ${response.status}: ${await response.text()}`);
}

function receive(request: IncomingMessage, response: ServerResponse): void {
  const { pathname } = new URL(request.url ?? '', 'http://127.0.0.1');
  const answer = receivers[pathname] ?? ((other: ServerResponse) => other.writeHead(404).end());
  request.resume().once('end', () => void answer(response, Number(request.headers['event-queue-attempt'])));
}

function parsed(args: readonly string[], { typed }: Distribution): Options {
  const text = { type: 'string' } as const;
  try {
    const options = { url: text, key: text, rate: text, minutes: text } as const;
    const { values } = parseArgs({ args: [...args], options });
    const url = URL.parse(values.url ?? 'http://127.0.0.1:3000');
    if (url === null) throw new Error(`--url takes a URL, not ${values.url}.`);
    return {
      url: url.origin,
      key: values.key ?? 'demo',
      startedBy: typed('start'),
      rate: number('rate', values.rate ?? '5', 0.1, 100),
      minutes: number('minutes', values.minutes ?? '10', 0.1, 60),
    };
  } catch (error) {
    throw new Refused(`${(error as Error).message.replace(/\.?$/, '.')} See ${typed('demo', '--help')}.`);
  }
}

function number(name: string, given: string, least: number, most: number): number {
  const value = Number(given);
  if (given.trim() !== '' && value >= least && value <= most) return value;
  throw new Error(`--${name} takes a number from ${least} to ${most}, not ${given}.`);
}

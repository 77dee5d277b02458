import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { SECOND } from '../core/durations.ts';
import type { Distribution } from './distribution.ts';
import { helpIfAsked } from './help-if-asked.ts';
import { surviveUnreadOutput } from './survive-unread-output.ts';

function helpText({ typed }: Distribution): string {
  return `Cancels the events that wait in a queue, all or those that are found, over its API: on this machine or on AWS.
The runs of schedules for the next three minutes are among them. Later runs come all the same, unless a schedule is paused.

  ${typed('purge', '[options]')}

  --url <url>             the queue (default http://127.0.0.1:3000; on AWS the output Url of the stack)
  --key <key>             an API key with the scope manage (default demo); with read, it is shown to which hosts the events go
  --yes                   cancels without asking; needed where nobody can answer

  --tag <tag>             events that have this tag; given more than once, all of the tags
  --host <host>           events that go to this host, as example.com or example.com:8443
  --outcome <outcome>     events whose last attempt ended so: answered, timed_out, unreachable and so on
  --status-code <code>    events whose last attempt was answered so, as 503 or 5xx
  --due-after <instant>   events that were due first at this instant or later: ISO 8601 with a time zone, or epoch seconds
  --due-before <instant>  events that were due first before this instant

A cancelled event starts no further attempt. One that is under way ends, and stands in the history. The command says how many
events it cancelled. They stay readable for keep_result_for, and POST /events/retry with "status": "cancelled" makes them due again.`;
}

/** A request is sent at most this many times while the queue, or the gateway before it, answers 429 or 5xx. */
const TRIES = 5;
/** The pause after the first try lasts this many milliseconds. Each later pause lasts that much longer than the last. */
const PAUSE = SECOND;
/** At most this many requests, for up to 1,000 events each, count the events before the user is asked. */
const MOST_LOOKED_AT = 10;
/** The question to the user names at most this many hosts. */
const MOST_HOSTS = 5;

/** The error of a command that cannot be carried out. Its message tells the user what to do. */
class Refused extends Error {}

/** The fields of a request that say which events it is about. */
type Search = Readonly<Record<string, string | number | boolean | readonly string[]>>;
type Queue = {
  readonly url: string;
  readonly key: string;
  /** What the user types to start a queue on this machine. */
  readonly startedBy: string;
};

/** The command that cancels events that wait. */
export async function purge(words: readonly string[], distribution: Distribution): Promise<void> {
  surviveUnreadOutput();
  helpIfAsked(helpText(distribution));
  try {
    await run(parsed(words, distribution));
  } catch (error) {
    console.error(error instanceof Refused ? error.message : error);
    process.exitCode = error instanceof Refused ? 2 : 1;
  }
}

async function run({ queue, search, isSure }: ReturnType<typeof parsed>): Promise<void> {
  if (!isSure && !(await isWanted(queue, search))) return console.log('Nothing was cancelled.');
  let cancelled = 0;
  try {
    for await (const { changed } of pages(queue, search)) cancelled += changed;
  } catch (error) {
    if (cancelled > 0) console.log(cancelledText(cancelled));
    throw error;
  }
  console.log(cancelledText(cancelled));
}

/**
 * Asks the user whether to cancel the events, and shows how many there are. Throws if there is no terminal, because
 * nobody could answer.
 */
async function isWanted(queue: Queue, search: Search): Promise<boolean> {
  const { count, text } = await wouldCancel(queue, search);
  if (count === 0) return false;
  if (!process.stdin.isTTY) throw new Refused(`This would cancel ${text} at ${queue.url}. Say --yes to do it.`);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // Ctrl-C and Ctrl-D reject the question. They count as no.
  const answer = await terminal.question(`Cancel ${text} at ${queue.url}? [y/N] `).catch(() => '');
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

/**
 * Counts the events that a purge would cancel. The text also names the hosts that they go to if the key has the scope
 * read.
 */
async function wouldCancel(queue: Queue, search: Search): Promise<{ readonly count: number; readonly text: string }> {
  const hosts = new Map<string, number>();
  let count = 0;
  let looked = 0;
  let isAll = true;
  for await (const page of pages(queue, { ...search, dry_run: true })) {
    count += page.changed;
    for (const one of page.hosts ?? []) hosts.set(one.host, (hosts.get(one.host) ?? 0) + one.count);
    isAll = !page.more;
    if (++looked === MOST_LOOKED_AT) break;
  }
  const many = isAll ? eventsText(count) : `${count} events or more`;
  const mostFirst = [...hosts]
    .sort(([, one], [, other]) => other - one)
    .map(([host, number]) => `${number} to ${host}`);
  const shown = mostFirst.slice(0, MOST_HOSTS).concat(mostFirst.length > MOST_HOSTS ? ['others'] : []);
  return { count, text: shown.length === 0 ? many : `${many} (${shown.join(', ')})` };
}

type BulkPage = {
  readonly changed: number;
  readonly more: boolean;
  readonly next_cursor: string | null;
  readonly hosts?: readonly { readonly host: string; readonly count: number }[];
};

/** Sends cancels in bulk until no events are left. Each request after the first has the cursor of the answer before. */
async function* pages(queue: Queue, search: Search): AsyncGenerator<BulkPage> {
  for (let cursor: string | null = null, more = true; more; ) {
    const page: BulkPage = await answerOf(await request(queue, { ...search, ...(cursor !== null && { cursor }) }));
    yield page;
    ({ more, next_cursor: cursor } = page);
  }
}

function cancelledText(count: number): string {
  return `${eventsText(count)} ${count === 1 ? 'is' : 'are'} cancelled.`;
}

function eventsText(count: number): string {
  return count === 1 ? '1 event' : `${count} events`;
}

/**
 * Sends a request, again if the queue could not take it. That is safe, because a repeated cancel leaves cancelled
 * events alone.
 */
async function request(queue: Queue, body: object): Promise<Response> {
  for (let tries = 1; ; tries++) {
    const response = await requestOnce(queue, body);
    if (tries === TRIES || (response.status !== 429 && response.status < 500)) return response;
    await sleep(tries * PAUSE);
  }
}

async function requestOnce({ url, key, startedBy }: Queue, body: object): Promise<Response> {
  const headers = { 'x-api-key': key, 'content-type': 'application/json' };
  return fetch(`${url}/events/cancel`, { method: 'POST', headers, body: JSON.stringify(body) }).catch(() => {
    throw new Refused(`No queue answers at ${url}. Start one with ${startedBy}, or say where it is: --url.`);
  });
}

async function answerOf<Answer>(response: Response): Promise<Answer> {
  if (response.ok) return (await response.json()) as Answer;
  const { detail } = (await response.json().catch(() => ({}))) as { detail?: string };
  throw new Refused(`The queue answered ${response.status}.${detail === undefined ? '' : ` ${detail}`}`);
}

function parsed(args: readonly string[], { typed }: Distribution) {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        url: { ...text, default: 'http://127.0.0.1:3000' },
        key: { ...text, default: 'demo' },
        yes: { type: 'boolean', default: false },
        tag: { ...text, multiple: true },
        host: text,
        outcome: text,
        'status-code': text,
        'due-after': text,
        'due-before': text,
      },
    });
    const { url, key, yes, ...filters } = values;
    if (URL.parse(url) === null) throw new Error(`--url takes a URL, not ${url}.`);
    return {
      queue: { url: url.replace(/\/+$/, ''), key, startedBy: typed('start') },
      search: searchFrom(filters),
      isSure: yes,
    };
  } catch (error) {
    throw new Refused(`${(error as Error).message.replace(/\.?$/, '.')} See ${typed('purge', '--help')}.`);
  }
}

function searchFrom(filters: Readonly<Record<string, string | string[] | undefined>>): Search {
  const given = Object.entries(filters).flatMap(([option, value]) =>
    value === undefined ? [] : [[option.replace('-', '_'), isEpoch(option, value) ? Number(value) : value] as const],
  );
  return Object.fromEntries(given);
}

function isEpoch(option: string, value: string | string[]): boolean {
  return option.startsWith('due-') && typeof value === 'string' && /^\d+(\.\d+)?$/.test(value);
}

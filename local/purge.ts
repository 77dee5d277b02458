import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { helpIfAsked } from './help-if-asked.ts';
import { surviveUnreadOutput } from './unread-output.ts';

const help = `Cancels the events that wait in a queue, all or those that are found, over its API: on this machine or on AWS.

  npm run purge -- [options]

  --url <url>             the queue (default http://127.0.0.1:3000; on AWS the output Url of the stack)
  --key <key>             an API key with the scopes manage and read (default demo); without read, nobody is told how many wait
  --yes                   cancels without asking; needed where nobody can answer

  --tag <tag>             events that have this tag; given more than once, all of the tags
  --host <host>           events that go to this host, as example.com or example.com:8443
  --outcome <outcome>     events whose last attempt ended so: answered, timed_out, unreachable and so on
  --status-code <code>    events whose last attempt was answered so, as 503 or 5xx
  --due-after <instant>   events that were due first at this instant or later: ISO 8601 with a time zone, or epoch seconds
  --due-before <instant>  events that were due first before this instant

A cancelled event starts no further attempt. One that is under way ends, and stands in the history. npm run purge says how many
events it cancelled. They stay readable for keep_result_for, and POST /events/retry with "status": "cancelled" makes them due again.`;

/** How often a request is sent that the queue, or the gateway before it, does not take. */
const TRIES = 5;
const PAUSE = 1_000;

/** What is wrong with a command, or stands in its way, in words for who gave it. */
class Refused extends Error {}

/** Which events, as a request names it. */
type Search = Readonly<Record<string, string | number | readonly string[]>>;
type Queue = { readonly url: string; readonly key: string };

surviveUnreadOutput();
helpIfAsked(help);
try {
  await run(parsed(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof Refused ? error.message : error);
  process.exitCode = error instanceof Refused ? 2 : 1;
}

async function run({ queue, search, isSure }: ReturnType<typeof parsed>): Promise<void> {
  if (!isSure && !(await isWanted(queue, search))) return console.log('Nothing was cancelled.');
  let cancelled = 0;
  try {
    for (let cursor: string | null = null, more = true; more; ) {
      const page: { changed: number; more: boolean; next_cursor: string | null } = await ask(queue, '/events/cancel', {
        ...search,
        ...(cursor !== null && { cursor }),
      });
      cancelled += page.changed;
      ({ more, next_cursor: cursor } = page);
    }
  } finally {
    console.log(`${eventsText(cancelled)} ${cancelled === 1 ? 'is' : 'are'} cancelled.`);
  }
}

/** Shows how many events it is about, and asks. Without a terminal nobody can answer. */
async function isWanted(queue: Queue, search: Search): Promise<boolean> {
  const number = await waiting(queue, search);
  if (number === '0 events') return false;
  if (!process.stdin.isTTY) throw new Refused(`This would cancel ${number} at ${queue.url}. Say --yes to do it.`);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`Cancel ${number} at ${queue.url}? [y/N] `);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

async function waiting(queue: Queue, search: Search): Promise<string> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) for (const one of [value].flat()) query.append(name, String(one));
  const response = await request(queue, `/events/count?${query}`);
  if (response.status === 403) return 'an unknown number of events';
  const { count, complete } = await answerOf<{ count: number; complete: boolean }>(response);
  return complete ? eventsText(count) : `${count} events or more`;
}

function eventsText(count: number): string {
  return count === 1 ? '1 event' : `${count} events`;
}

async function ask<Answer>(queue: Queue, path: string, body: object): Promise<Answer> {
  return answerOf(await request(queue, path, body));
}

/** A cancel that is repeated changes nothing more, so what the queue could not take is sent again. */
async function request(queue: Queue, path: string, body?: object): Promise<Response> {
  for (let tries = 1; ; tries++) {
    const response = await requestOnce(queue, path, body);
    if (tries === TRIES || (response.status !== 429 && response.status < 500)) return response;
    await sleep(tries * PAUSE);
  }
}

async function requestOnce({ url, key }: Queue, path: string, body?: object): Promise<Response> {
  const headers = { 'x-api-key': key, 'content-type': 'application/json' };
  const init = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) };
  return fetch(`${url}${path}`, init).catch(() => {
    throw new Refused(`No queue answers at ${url}. Start one with npm start, or say where it is: --url.`);
  });
}

async function answerOf<Answer>(response: Response): Promise<Answer> {
  if (response.ok) return (await response.json()) as Answer;
  const { detail } = (await response.json().catch(() => ({}))) as { detail?: string };
  throw new Refused(`The queue answered ${response.status}.${detail === undefined ? '' : ` ${detail}`}`);
}

function parsed(args: readonly string[]) {
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
    return { queue: { url: url.replace(/\/+$/, ''), key }, search: searchFrom(filters), isSure: yes };
  } catch (error) {
    throw new Refused(`${(error as Error).message.replace(/\.?$/, '.')} See npm run purge -- --help.`);
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

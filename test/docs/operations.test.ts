import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { telemetry } from '../../lambdas/runtime/telemetry.ts';
import { type ServingProcess, serveInProcess } from '../../verify/shared/local-process.ts';
import { captureLines } from '../support/captured-lines.ts';
import { eventually, finishedEvent, publish, readEvent } from '../support/http-client.ts';
import { openReceiver, type Receiver } from '../support/receiver.ts';
import { queuedEvent } from '../support/sample-event.ts';

const PAGE = readText('../../docs/operations.md');
const [, RUNBOOKS = ''] = /\n## Runbooks\n(.*?)\n## /s.exec(PAGE) ?? [];
const runbooks = new Map(
  RUNBOOKS.split('\n### ')
    .slice(1)
    .map((text) => [text.slice(0, text.indexOf('\n')), text]),
);
/**
 * The words of the query language of CloudWatch Logs Insights. All other words are fields or names that the query
 * defines.
 */
const KEYWORDS = new Set(
  'filter stats sort limit by as and or in like desc asc count min max latest pct bin'.split(' '),
);

describe('the commands of a runbook do what it says:', () => {
  let folder: string;
  let queue: ServingProcess;
  let receiver: Receiver;
  let isUp = false;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'event-queue-'));
    queue = await serveInProcess(['--data', folder]);
    receiver = await openReceiver((_, response) => response.writeHead(isUp ? 200 : 500).end());
  });
  afterAll(async () => {
    receiver.close();
    queue.kill('SIGKILL');
    await queue.ended;
    rmSync(folder, { recursive: true });
  });

  /**
   * Runs the commands of a runbook one after the other, with the values that its reader knows, and returns what they
   * print.
   */
  async function run(name: string, known: Readonly<Record<string, string>> = {}): Promise<string> {
    const commands = [...(runbooks.get(name) ?? '').matchAll(/^( *)```sh\n(.*?)^ *```$/gms)].map(([, indent, code]) =>
      (code ?? '').replaceAll(`\n${indent}`, '\n').trim(),
    );
    expect(commands.length).toBeGreaterThan(0);
    const here = {
      'api.example.com': new URL(receiver.url).host,
      'npm run keys -- ': `npm run --silent keys -- --data '${folder}' `,
      ...known,
    };
    const script = Object.entries(here).reduce(
      (text, [shown, real]) => text.replaceAll(shown, real),
      commands.join('\n'),
    );
    const strict = 'set -eu\ncurl() { command curl --fail-with-body "$@"; echo; }';
    const env = { ...process.env, NODE_OPTIONS: '', QUEUE: queue.url, KEY: 'demo' };
    const { stdout } = await promisify(execFile)('bash', ['-c', `${strict}\n${script}`], { env });
    return stdout;
  }

  const publishHere = (fields: object) => publish(queue.url, { url_to_send_request: receiver.url, ...fields });

  test('A receiver was down for two hours', async () => {
    isUp = false;
    const failed = await publishHere({ max_try_count: 1 });
    const waiting = await publishHere({ retry_delay: 3_600 });
    await finishedEvent(queue.url, failed.key);
    await eventually(async () => expect((await readEvent(queue.url, waiting.key)).try_count).toBe(1));
    isUp = true;
    const printed = await run('A receiver was down for two hours');
    expect(printed).toContain('{"count":1,"complete":true}\n{"count":1,"complete":true}\n');
    expect(printed.match(/"changed":1\b/g)).toHaveLength(3);
    for (const { key } of [failed, waiting]) expect((await finishedEvent(queue.url, key)).status).toBe('success');
  });

  test('A poison event', async () => {
    const { key } = await publishHere({ call_url_after: 600 });
    const like = await publishHere({ call_url_after: 600, event_tags: ['reports'] });
    const other = await publishHere({ call_url_after: 600 });
    const printed = await run('A poison event', { '98225183999.750-0198f2a4-5b6c-7d8e-9f00-112233445566': key });
    expect(printed).toContain('1 event is cancelled.');
    expect((await readEvent(queue.url, like.key)).status).toBe('cancelled');
    expect((await readEvent(queue.url, other.key)).status).toBe('waiting_execution');
    expect((await finishedEvent(queue.url, key)).status).toBe('success');
  });

  test('A leaked key', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...['local/main.ts', 'keys', 'create', '--label', 'leaked', '--scopes', 'publish', '--data', folder],
    ]);
    const [leaked = ''] = /eq_\S+/.exec(stdout) ?? [];
    const { key } = await publish(queue.url, {
      url_to_send_request: 'http://stranger.example.com/',
      call_url_after: 600,
    });
    const printed = await run('A leaked key', { 'eq_...': leaked });
    expect(printed).toMatch(/The key \S+ is revoked\..*A key for web, .*.*1 event is cancelled\..*"signs_until_utc"/s);
    expect(printed).not.toContain(leaked);
    expect((await readEvent(queue.url, key)).status).toBe('cancelled');
  });

  test('A throttled table', async () => {
    isUp = true;
    const { key } = await publishHere({ call_url_after: 600 });
    expect(await run('A throttled table')).toMatch(/"range":"hour".* cancelled\.\n.*"changed":\d+/s);
    expect((await finishedEvent(queue.url, key)).status).toBe('success');
  });

  test('A queue that must stop now', async () => {
    const wrong = await publishHere({ call_url_after: 600 });
    const schedule = JSON.stringify({ cron: '@daily', event: { url_to_send_request: receiver.url } });
    const headers = { 'x-api-key': 'demo', 'content-type': 'application/json' };
    await fetch(`${queue.url}/schedules/daily-report`, { method: 'PUT', headers, body: schedule });
    const printed = await run('A queue that must stop now');
    expect(printed).toMatch(
      /"paused":true.*"paused":true.*A key for night.*"status":"paused".* cancelled\.\n.*"paused":false.*"status":"active"/s,
    );
    expect((await readEvent(queue.url, wrong.key)).status).toBe('cancelled');
    const { key } = await publishHere({});
    expect((await finishedEvent(queue.url, key)).status).toBe('success');
  });
});

test('there is a runbook for each of what happens at night', () => {
  expect([...runbooks.keys()]).toEqual([
    'A receiver was down for two hours',
    'A poison event',
    'A leaked key',
    'A throttled table',
    'A queue that must stop now',
  ]);
});

test('the queries of the runbooks name fields that the logs have', () => {
  const names = fieldNames();
  const queries = [...RUNBOOKS.matchAll(/```insights\n(.*?)```/gs)].map(([, query = '']) => query);
  expect(queries.length).toBeGreaterThan(5);
  for (const query of queries) {
    const plain = query.replaceAll(/'[^']*'|\/[^/]*\//g, '');
    const given = [...plain.matchAll(/ as (\w+)/g)].map(([, name]) => name);
    const words = plain.match(/(?<!\d)@?[a-z_][\w.]*/gi) ?? [];
    const unknown = words.filter((word) => !KEYWORDS.has(word) && !names.has(word) && !given.includes(word));
    expect([query, unknown]).toEqual([query, []]);
  }
});

/** The fields of the lines that the functions write, those of the access log, and those that CloudWatch adds. */
function fieldNames(): ReadonlySet<string> {
  const captured = captureLines();
  const { emit, report } = telemetry('Queue');
  const attempt = { number: 1, startedAt: 0, late: 0, duration: 0 };
  emit({ kind: 'attempted', event: queuedEvent(0), attempt: { ...attempt, outcome: 'answered', statusCode: 500 } });
  emit({
    kind: 'attempted',
    event: queuedEvent(0),
    attempt: { ...attempt, outcome: 'timed_out', error: 'No answer.' },
  });
  report(new Error('It failed.', { cause: new Error('This is why.') }));
  captured.restore();
  const access = readText('../../lib/queue-http-api.ts').matchAll(/^ +(\w+): '\$context\./gm);
  return new Set([
    '@timestamp',
    ...captured.lines.flatMap((line) => pathsIn(line)),
    ...[...access].map(([, name]) => name ?? ''),
  ]);
}

function pathsIn(value: object): string[] {
  return Object.entries(value).flatMap(([name, inner]) =>
    typeof inner === 'object' && inner !== null ? pathsIn(inner).map((path) => `${name}.${path}`) : [name],
  );
}

function readText(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}

import { PassThrough, Writable } from 'node:stream';
import { afterEach, beforeAll, expect, test } from '@jest/globals';
import { type LogOptions, openLog } from '../../local/log.ts';
import { type LocalProcess, serveInProcess } from '../../verify/shared/local-process.ts';
import { closedPortUrl } from '../../verify/shared/tcp-receiver.ts';
import { eventually, finishedEvent, publish } from '../support/http-client.ts';
import { queuedEvent } from '../support/sample-event.ts';

const TEXT: LogOptions = { format: 'text', isQuiet: false };
const cleanUps: (() => unknown)[] = [];
let closedPort: string;

beforeAll(async () => {
  closedPort = await closedPortUrl();
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

test('prints a line for each event that fails for good, and none for one that succeeds or is tried again', async () => {
  const queue = await serving();
  const failed = await three(queue.url);
  const said = await stopped(queue);
  const lines = said.split('\n').filter((line) => line.includes(' failed for good after '));
  expect(lines.map((line) => line.replace(/^\d\d:\d\d:\d\d /, '')).sort()).toEqual(
    [
      `Event ${failed.stopped} to ${hostOf(queue.url)} failed for good after 1 attempt. The last one: It was answered 410.`,
      `Event ${failed.unreachable} to ${hostOf(closedPort)} failed for good after 2 attempts. The last one: The connection was refused.`,
    ].sort(),
  );
});

test('prints a summary of what happened since the last one when it stops', async () => {
  const queue = await serving();
  await three(queue.url);
  expect(await stopped(queue)).toMatch(
    /^\d\d:\d\d:\d\d Within \d+ s: 3 accepted; 4 attempts, at most \d+ ms late; 1 succeeded; 2 failed for good\.$/m,
  );
});

test('prints no such line with --quiet', async () => {
  const queue = await serving('--quiet');
  await three(queue.url);
  expect(await stopped(queue)).not.toMatch(/failed for good|Within/);
});

test('prints nothing but objects of JSON with --log json', async () => {
  const queue = await serving('--log', 'json');
  const { stopped: key } = await three(queue.url);
  const lines = (await stopped(queue))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines[0]).toMatchObject({ level: 'info', url: queue.url, data_folder: null });
  expect(lines).toContainEqual({
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    level: 'warn',
    message: expect.stringContaining(' failed for good after 1 attempt. '),
    event_key: key,
    host: hostOf(queue.url),
    try_count: 1,
    outcome: 'answered',
    status_code: 410,
    ended_because: 'stopped_by_receiver',
  });
  expect(lines.at(-1)).toMatchObject({ accepted: 3, attempts: 4, success: 1, max_try_count_reached: 2, cancelled: 0 });
});

test('prints in JSON why it cannot go on, too', async () => {
  const { url } = await serving();
  const second = await serveInProcess(['--log', 'json', '--memory', '--port', new URL(url).port]).catch(String);
  expect(String(second)).toMatch(/"level":"error","message":"Port \d+ is taken\./);
});

test('prints a summary at intervals, but none of a time in which nothing happened', async () => {
  const stdout = new PassThrough().setEncoding('utf8');
  const log = openLog(TEXT, { stdout, every: 1 });
  cleanUps.push(log.stop);
  for (let minute = 1; minute <= 3; minute++) {
    log.onChange({ kind: 'accepted', event: queuedEvent(0) });
    expect(await eventually(async () => stdout.read() ?? Promise.reject(new Error('Nothing is printed.')))).toMatch(
      /^\S+ Within 1 s: 1 accepted\.\n$/,
    );
  }
});

test('prints nothing more while nobody reads what it has printed', () => {
  const stdout = new Writable({ write: () => {} });
  const log = openLog(TEXT, { stdout });
  for (let n = 0; n < 1_000; n++) log.say('x'.repeat(10_000));
  log.stop();
  expect(stdout.writableLength).toBeLessThan(1_100_000);
});

test.each([
  [['--log', 'xml'], /--log takes text or json, not xml\./],
  [['--max-timeout', '841'], /--max-timeout takes a whole number from 1 to 840, not 841\./],
])('refuses %j and says what is wrong', async (args, reason) => {
  await expect(serveInProcess(args)).rejects.toThrow(reason);
});

test('takes events whose timeout is as long as --max-timeout says', async () => {
  const { url } = await serving('--max-timeout', '30');
  await publish(url, { url_to_send_request: `${url}/echo`, timeout_for_request: 30 });
  await expect(publish(url, { url_to_send_request: `${url}/echo`, timeout_for_request: 31 })).rejects.toThrow('422');
});

/** Publishes one event that succeeds, one that its receiver ends, and one that fails twice. */
async function three(url: string) {
  const events = await Promise.all([
    publish(url, { url_to_send_request: `${url}/echo` }),
    publish(url, { url_to_send_request: `${url}/echo?status=410` }),
    publish(url, { url_to_send_request: closedPort, max_try_count: 2, retry_delay: 1 }),
  ]);
  await Promise.all(events.map(({ key }) => finishedEvent(url, key)));
  const [, stopped, unreachable] = events.map(({ key }) => key);
  return { stopped, unreachable };
}

async function serving(...args: string[]) {
  const running = await serveInProcess(['--memory', ...args]);
  cleanUps.push(() => {
    running.kill('SIGKILL');
    return running.ended;
  });
  return running;
}

/** Everything that a queue has printed when it has ended. */
async function stopped({ kill, ended, printed }: LocalProcess): Promise<string> {
  kill('SIGTERM');
  expect(await ended).toBe(0);
  return printed();
}

function hostOf(url: string): string {
  return new URL(url).host;
}

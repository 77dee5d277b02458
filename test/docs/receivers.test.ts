import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { secretText, signatureOf } from '../../adapters/webhook-signature.ts';
import { publicKey } from '../../core/event/event-key.ts';
import { type LocalQueue, openLocalQueue } from '../../local/local-queue.ts';
import { describedJson, eventually, finishedEvent, publish, readEvent } from '../support/http-client.ts';
import { openReceiver } from '../support/receiver.ts';

const PAGE = readText('../../docs/receivers.md');
const [MARKS, COMMON, NODE, EXPRESS, ROUTE, PYTHON, PHP] = [
  ...['table-marks.mjs', 'event-queue.mjs', 'receiver.mjs', 'express.mjs', 'route.mjs', 'receiver.py', 'receiver.php'],
].map(example) as [string, string, string, string, string, string, string];
const SERVE_ROUTE = fileURLToPath(new URL('../support/serve-route.mjs', import.meta.url));
const OUR_RECEIVER = ['--import', new URL('../support/resolve-receiver.mjs', import.meta.url).href];
const { standardWebhooks: CASES } = JSON.parse(readText('../cases/signing.json')) as {
  standardWebhooks: readonly Case[];
};
const BINARY = Buffer.from(CASES.find(({ bodyBase64 }) => bodyBase64)?.bodyBase64 ?? '', 'base64');
const OTHER_SECRET = secretText(Buffer.alloc(32, 'other'));

const languages: readonly Language[] = [
  { name: 'Node', file: NODE, interpreter: process.execPath, args: () => [...OUR_RECEIVER, NODE, '0'] },
  { name: 'Express', file: EXPRESS, interpreter: process.execPath, args: () => [...OUR_RECEIVER, EXPRESS, '0'] },
  {
    name: 'Next.js',
    file: ROUTE,
    interpreter: process.execPath,
    args: () => [...OUR_RECEIVER, SERVE_ROUTE, '0', ROUTE],
  },
  { name: 'python', file: PYTHON, interpreter: 'python3', args: (folder) => [PYTHON, '0', folder] },
  // Without its settings file, PHP writes each warning into the answer, which is the harder case.
  { name: 'php', file: PHP, interpreter: 'php', args: () => ['-n', '-S', '127.0.0.1:0', PHP] },
];

let queue: LocalQueue;
let secret: string;
const cleanUps: (() => unknown)[] = [];

beforeAll(async () => {
  queue = await openLocalQueue({ port: 0, dataFolder: undefined, privateTargets: true, version: 'test' });
});

afterAll(() => queue.close());

beforeEach(async () => {
  secret = await secretFrom('/signing-secret');
});

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

test('the page shows the examples as they are', () => {
  const shown = [...PAGE.matchAll(/```(js|python|php)\n(.*?)```/gs)].map(([, , code]) => code);
  expect(shown).toEqual(
    [MARKS, COMMON, ...languages.map(({ file }) => file)].map((file) => readFileSync(file, 'utf8')),
  );
});

test('the page names every header that a call carries by itself', async () => {
  const receiver = await openReceiver((_, response) => response.end());
  cleanUps.push(receiver.close);
  const { key } = await publish(queue.url, { url_to_send_request: receiver.url, body: 'sent' });
  await finishedEvent(queue.url, key);
  const { host, connection, ...sent } = receiver.calls[0]?.headers ?? {};
  const [, arrives = ''] = /^## What arrives\n(.*?)^## /ms.exec(PAGE) ?? [];
  const named = [...arrives.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name);
  expect(named.toSorted()).toEqual(Object.keys(sent).toSorted());
});

test('the page’s command gives a receiver the secret, and those before it that still sign', async () => {
  const old = secret;
  const current = await secretFrom('/signing-secret/rotate', 'POST');
  const [, command = ''] = /```sh\n(.*?)```/s.exec(PAGE) ?? [];
  const script = `${command.replace('http://127.0.0.1:3000', queue.url)}\nprintf '%s' "$WEBHOOK_SECRET"`;
  const { stdout } = await promisify(execFile)('bash', ['-c', script]);
  expect(stdout.split('\n').slice(0, 2)).toEqual([current, old]);
});

test.each<[string, object, object, string]>([
  ['JSON', { body: { a: 1 } }, {}, 'good'],
  ['text that is no JSON', { body: 'text' }, {}, 'SyntaxError'],
  ['text that is no JSON, and is not parsed', { body: 'text' }, { jsonParse: false }, 'good'],
  ['no body', { method: 'GET' }, {}, 'good'],
  ['bytes that are no UTF-8', { body_base64: '//4A' }, {}, 'WebhookVerificationError'],
])('standardwebhooks does with %s what the page says', async (_, fields, options, expected) => {
  const receiver = await openReceiver((_, response) => response.end());
  cleanUps.push(receiver.close);
  const { key } = await publish(queue.url, { url_to_send_request: receiver.url, ...fields });
  await finishedEvent(queue.url, key);
  const [call] = receiver.calls;
  const verify = () => new Webhook(secret).verify(call?.body ?? '', call?.headers as Record<string, string>, options);
  expect(resultOf(verify)).toBe(expected);
});

for (const language of languages) {
  const describeHere = isHere(language) ? describe : describe.skip;
  describeHere(`the receiver in ${language.name}`, () => testWork(language));
  describeHere(`the receiver in ${language.name}, called by anybody`, () => testVerification(language));
}

type Case = {
  readonly name: string;
  readonly secret?: string;
  readonly secrets?: readonly string[];
  readonly bodyUtf8?: string;
  readonly bodyBase64?: string;
};

type SignedCall = { readonly headers: Record<string, string>; readonly body: Buffer<ArrayBuffer> };

type Language = {
  readonly name: string;
  readonly file: string;
  readonly interpreter: string;
  args(folder: string): readonly string[];
};

function resultOf(verify: () => unknown): string {
  try {
    verify();
    return 'good';
  } catch (error) {
    return (error as Error).name;
  }
}

function isHere({ name, interpreter }: Language): boolean {
  const answers = spawnSync(interpreter, ['--version']).status === 0;
  if (!answers) process.stderr.write(`Skipped: the receiver in ${name}, for want of ${interpreter}.\n`);
  return answers;
}

function testWork(language: Language): void {
  let folder: string;
  let url: string;
  let end: () => Promise<unknown>;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'event-queue-'));
    cleanUps.push(() => rmSync(folder, { recursive: true }));
    ({ url, end } = await serving(language, folder, secret));
  });

  const work = () => readFileSync(join(folder, 'work.log'), 'utf8');

  test('does the work of an event once, however often it is called for it', async () => {
    const { key } = await publish(queue.url, { url_to_send_request: url, body: { task: 'Grüße' } });
    expect(await finishedEvent(queue.url, key)).toMatchObject({
      status: 'success',
      try_count: 1,
      request_response_status_code: 200,
    });
    expect(await statusOf(url, key, '{"task":"Grüße"}')).toBe(200);
    expect(await statusOf(url, key, '{"task":"Grüße"}', 2)).toBe(200);
    expect(work()).toBe('{"task":"Grüße"}\n');
  });

  test('takes calls by every method', async () => {
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      const { key } = await publish(queue.url, { url_to_send_request: url, method });
      expect(await finishedEvent(queue.url, key)).toMatchObject({ method, status: 'success', try_count: 1 });
    }
  });

  test('answers 500 if the work fails, and does it at a later attempt', async () => {
    mkdirSync(join(folder, 'work.log'));
    const wanted = { url_to_send_request: url, body: 'late', retry_delay: 1, max_try_count: 10 };
    const { key } = await publish(queue.url, wanted);
    await eventually(async () => expect((await readEvent(queue.url, key)).try_count).toBeGreaterThan(0));
    rmdirSync(join(folder, 'work.log'));
    const { status, attempts } = await finishedEvent(queue.url, key);
    expect([status, attempts[0]?.status_code, attempts.at(-1)?.status_code]).toEqual(['success', 500, 200]);
    expect(work()).toBe('late\n');
  });

  test('does the work once for calls at the same moment', async () => {
    const keys = Array.from({ length: 50 }, newKey);
    for (const key of keys) {
      const statuses = await Promise.all([1, 1, 2, 2].map((attempt) => statusOf(url, key, key, attempt)));
      expect([200, 503]).toEqual(expect.arrayContaining(statuses));
      expect(statuses).toContain(200);
    }
    expect(work()).toBe(keys.map((key) => `${key}\n`).join(''));
  });

  test('answers 503 to a call whose work is under way, and 200 once it is done', async () => {
    const { finish } = slowWork(folder);
    const key = newKey();
    const first = statusOf(url, key, 'slow');
    await eventually(async () => expect(readdirSync(folder)).toContain(idOf(key)));
    expect(await statusOf(url, key, 'slow')).toBe(503);
    expect(await finish()).toBe('slow\n');
    expect(await first).toBe(200);
    expect(await statusOf(url, key, 'slow')).toBe(200);
  });

  test('finishes work whose caller has hung up', async () => {
    const { finish } = slowWork(folder);
    const key = newKey();
    const caller = new AbortController();
    const hungUp = expect(statusOf(url, key, 'slow', 1, caller.signal)).rejects.toThrow('aborted');
    await eventually(async () => expect(readdirSync(folder)).toContain(idOf(key)));
    caller.abort();
    await hungUp;
    expect(await finish()).toBe('slow\n');
    await eventually(async () => expect(await statusOf(url, key, 'slow', 2)).toBe(200));
  });

  test('knows after a restart what it has done, and does not guess about the work in which it was killed', async () => {
    const [done, begun] = [newKey(), newKey()];
    expect(await statusOf(url, done, 'done')).toBe(200);
    rmSync(join(folder, 'work.log'));
    slowWork(folder);
    const broken = expect(statusOf(url, begun, 'begun')).rejects.toThrow();
    await eventually(async () => expect(readdirSync(folder)).toContain(idOf(begun)));
    await end();
    await broken;

    const again = await serving(language, folder, secret);
    expect(await statusOf(again.url, done, 'done')).toBe(200);
    expect(await statusOf(again.url, begun, 'begun')).toBe(503);
  });

  test('does nothing with an incomplete body', async () => {
    const key = newKey();
    const { hostname: host, port } = new URL(url);
    const headers = Object.entries({ host, ...signedCall(key, 'whole').headers, 'content-length': 5 });
    const socket = connect({ host, port: Number(port) });
    socket.end(`POST / HTTP/1.1\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\nwh`);
    await once(socket.resume(), 'close');
    expect(readdirSync(folder)).toEqual([]);
    expect(await statusOf(url, key, 'whole')).toBe(200);
    expect(work()).toBe('whole\n');
  });

  test('refuses an invalid id, and makes no file for it', async () => {
    for (const id of ['', 'work.log', '../outside', '..', `${randomUUID()}/../x`])
      expect([400, 401]).toContain(await statusOf(url, `12345678901.234-${id}`, 'signed'));
    expect(readdirSync(folder)).toEqual([]);
  });

  test('takes calls after a rotation, whether it knows the old secret or the new one', async () => {
    const renewed = await serving(language, folder, await secretFrom('/signing-secret/rotate', 'POST'));
    for (const target of [url, renewed.url]) {
      const { key } = await publish(queue.url, { url_to_send_request: target, body: 'rotated' });
      expect(await finishedEvent(queue.url, key)).toMatchObject({ status: 'success', try_count: 1 });
    }
  });
}

function testVerification(language: Language): void {
  let folder: string;
  let url: string;
  let known: readonly string[];
  const atLast: (() => unknown)[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'event-queue-'));
    atLast.push(() => rmSync(folder, { recursive: true }));
    known = [...new Set([await secretFrom('/signing-secret'), ...CASES.flatMap(secretsOf)])];
    ({ url } = await serving(language, folder, known.join(' '), atLast));
  });

  afterAll(async () => {
    for (const cleanUp of atLast.reverse()) await cleanUp();
  });

  test.each<[string, object]>([
    ['JSON', { body: { name: 'Grüße', number: 12.0 } }],
    ['a number', { body: 0 }],
    ['text', { body: 'no JSON: Grüße' }],
    ['an empty text', { body: '' }],
    ['text that says to be JSON', { body: '{', headers: { 'content-type': 'application/json' } }],
    ['a form', { body: 'a=1&b=%FF', headers: { 'content-type': 'application/x-www-form-urlencoded' } }],
    ['bytes that are no text', { body_base64: BINARY.toString('base64') }],
    ['packed bytes', { body_base64: gzipSync('packed').toString('base64'), headers: { 'content-encoding': 'gzip' } }],
    ['the most bytes that a body has', { body_base64: Buffer.alloc(256 * 1_024, 0xff).toString('base64') }],
    ['no body, by POST', { method: 'POST' }],
    ['no body, by GET', { method: 'GET' }],
  ])('takes %s from the queue', async (_, fields) => {
    const { key } = await publish(queue.url, { url_to_send_request: url, ...fields });
    expect(await finishedEvent(queue.url, key)).toMatchObject({ status: 'success', try_count: 1 });
  });

  test('takes the bodies of the standard’s cases', async () => {
    for (const wanted of CASES) expect([wanted.name, await send(url, signedCase(wanted))]).toEqual([wanted.name, 200]);
  });

  test('takes what any of its secrets has signed', async () => {
    for (const one of known) expect(await send(url, signedCall(newKey(), 'signed', { secrets: [one] }))).toBe(200);
  });

  test('takes one good signature among others', async () => {
    for (const secrets of [
      [secret, OTHER_SECRET],
      [OTHER_SECRET, secret],
    ])
      expect(await send(url, signedCall(newKey(), 'signed', { secrets }))).toBe(200);
    const call = signedCall(newKey(), 'signed');
    const signature = `v1a,bm90IG91cnM= ${call.headers['webhook-signature']}`;
    expect(await send(url, altered(call, { 'webhook-signature': signature }))).toBe(200);
  });

  test('takes a call from a clock that is nearly five minutes off', async () => {
    for (const off of [-280, 280])
      expect(await send(url, signedCall(newKey(), 'signed', { timestamp: seconds() + off }))).toBe(200);
  });

  test('answers 401 to a request that the queue did not send in this form, and does nothing', async () => {
    const call = signedCall(newKey(), BINARY);
    const before = readdirSync(folder);
    for (const [what, forged] of Object.entries(forgeriesOf(call)))
      expect([what, await send(url, forged)]).toEqual([what, 401]);
    expect(readdirSync(folder)).toEqual(before);
    expect(await send(url, call)).toBe(200);
  });

  test('does the work once, even if somebody repeats the call under a key that is not signed', async () => {
    const key = newKey();
    expect(await statusOf(url, key, 'once')).toBe(200);
    const repeated = altered(signedCall(key, 'once'), { 'event-queue-key': `00000000000.000-${idOf(key)}` });
    expect(await send(url, repeated)).toBe(200);
    expect(readFileSync(join(folder, 'work.log'), 'utf8').match(/once/g)).toHaveLength(1);
  });

  test.each(['', 'whsec_'])('does nothing with "%s" for a secret, and says why', async (nothing) => {
    const { url: listening, exitCode, printed } = started(language, folder, nothing);
    // PHP's own server listens before it runs the example.
    const key = newKey();
    const result = language.name === 'php' ? await statusOf(await listening(), key, 'signed') : await exitCode;
    expect(result).toBe(language.name === 'php' ? 500 : 1);
    await eventually(async () => expect(printed()).toContain('WEBHOOK_SECRET'));
    expect(readdirSync(folder)).not.toContain(idOf(key));
  });
}

/** Starts an example in a process of its own, on a free port. */
async function serving(language: Language, folder: string, secrets: string, atLast = cleanUps) {
  const { url, end } = started(language, folder, secrets, atLast);
  return { url: await url(), end };
}

function started({ interpreter, args }: Language, folder: string, secrets: string, atLast = cleanUps) {
  const env = {
    ...process.env,
    NODE_OPTIONS: '',
    WEBHOOK_SECRET: secrets,
    RECEIVER_FOLDER: folder,
    // PHP's server takes one call at a time unless it has workers. They outlive it, so the process group is ended.
    PHP_CLI_SERVER_WORKERS: '4',
  };
  const child = spawn(interpreter, args(folder), { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env });
  const closed = once(child, 'close');
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });

  async function end(): Promise<void> {
    if (child.exitCode === null && child.signalCode === null && child.pid) process.kill(-child.pid, 'SIGKILL');
    await closed;
  }

  atLast.push(end);
  return {
    end,
    printed: () => printed,
    exitCode: closed.then(([code]) => code as number | null),
    url: () =>
      eventually(async () => {
        const [found] = /http:\/\/127\.0\.0\.1:\d+(?=[)\n])/.exec(printed) ?? [];
        if (found === undefined) throw new Error(`It is not ready, and printed: ${printed}`);
        return found;
      }),
  };
}

/**
 * Makes the work last until `finish`, which resolves to what the work wrote: its log is a pipe, and a pipe takes
 * nothing until it is read.
 */
function slowWork(folder: string) {
  const log = join(folder, 'work.log');
  execFileSync('bash', ['-c', 'mkfifo "$0"', log]);
  return { finish: () => readFile(log, 'utf8') };
}

function newKey(): string {
  return publicKey({ dueAt: Date.now(), uuid: randomUUID() });
}

function idOf(key: string): string {
  return key.slice(key.indexOf('-') + 1);
}

function seconds(): number {
  return Math.floor(Date.now() / 1_000);
}

/** The signing secret that the queue answers. */
async function secretFrom(path: string, method = 'GET'): Promise<string> {
  const response = await fetch(`${queue.url}${path}`, {
    method,
    headers: { 'x-api-key': 'demo', 'content-type': 'application/json' },
  });
  return ((await describedJson(response, method)) as { secret: string }).secret;
}

/** Makes a call to a receiver as the queue makes it. */
function statusOf(url: string, key: string, body: string, attempt = 1, signal?: AbortSignal): Promise<number> {
  return send(url, signedCall(key, body, { attempt }), signal);
}

async function send(url: string, { headers, body }: SignedCall, signal?: AbortSignal): Promise<number> {
  return (await fetch(url, { method: 'POST', headers, body, ...(signal && { signal }) })).status;
}

function signedCall(
  key: string,
  content: string | Buffer<ArrayBuffer>,
  { attempt = 1, timestamp = seconds(), secrets = [secret] } = {},
): SignedCall {
  const id = idOf(key);
  const body = Buffer.from(content);
  const headers = {
    'user-agent': 'event-queue/test',
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatureOf(
      { id, timestamp, body },
      secrets.map((one) => ({ secret: one })),
    ),
    'event-queue-key': key,
    'event-queue-attempt': String(attempt),
  };
  return { headers, body };
}

/**
 * The signature of the standard's test vector is for another id and for a time long ago, so both are replaced by those
 * of a call that is made now.
 */
function signedCase(wanted: Case): SignedCall {
  return signedCall(newKey(), bodyOf(wanted), { secrets: secretsOf(wanted) });
}

function bodyOf({ bodyBase64, bodyUtf8 = '' }: Case): Buffer<ArrayBuffer> {
  return bodyBase64 === undefined ? Buffer.from(bodyUtf8) : Buffer.from(bodyBase64, 'base64');
}

function secretsOf({ secret: only, secrets = only === undefined ? [] : [only] }: Case): string[] {
  return [...secrets];
}

function altered(call: SignedCall, headers: Record<string, string>): SignedCall {
  return { ...call, headers: { ...call.headers, ...headers } };
}

/**
 * The calls that somebody without the secret can make from one that was overheard. Each differs from it in one thing.
 */
function forgeriesOf(call: SignedCall): Record<string, SignedCall> {
  const { 'webhook-signature': signature = '', 'event-queue-key': key = '', ...unsigned } = call.headers;
  const { 'webhook-id': _, ...nameless } = call.headers;
  const other = newKey();
  const signed = (text: string) => altered(call, { 'webhook-signature': text });
  const by = (options: Parameters<typeof signedCall>[2], body = call.body) => signedCall(key, body, options);
  return {
    'a byte of the body': { ...call, body: Buffer.concat([call.body.subarray(0, -1), Buffer.from('!')]) },
    'a longer body': { ...call, body: Buffer.concat([call.body, Buffer.from('\n')]) },
    'no body': { ...call, body: Buffer.alloc(0) },
    'the body as text': signed(by({}, Buffer.from(call.body.toString())).headers['webhook-signature'] ?? ''),
    'another event': altered(call, { 'webhook-id': idOf(other), 'event-queue-key': other }),
    'the key of another event': altered(call, { 'event-queue-key': other }),
    'another timestamp': altered(call, { 'webhook-timestamp': String(seconds() + 1) }),
    'an old timestamp': by({ timestamp: seconds() - 301 }),
    'a timestamp far ahead': by({ timestamp: seconds() + 330 }),
    'a timestamp that is none': altered(call, { 'webhook-timestamp': 'now' }),
    'another secret': by({ secrets: [OTHER_SECRET] }),
    'no secret': by({ secrets: ['whsec_'] }),
    'two secrets, none ours': by({ secrets: [OTHER_SECRET, 'whsec_'] }),
    'an asymmetric signature': signed(signature.replace('v1,', 'v1a,')),
    'an unknown version': signed(signature.replace('v1,', 'v2,')),
    'a signature without its version': signed(signature.replace('v1,', '')),
    'a part of the signature': signed(signature.slice(0, 20)),
    'a signature of other letters': signed('v1,Grüße'),
    'an empty signature': signed(''),
    'no signature': { ...call, headers: { ...unsigned, 'event-queue-key': key } },
    'no id': { ...call, headers: nameless },
    'nothing but a body': { ...call, headers: {} },
  };
}

function example(name: string): string {
  return fileURLToPath(new URL(`../../docs/receivers/${name}`, import.meta.url));
}

function readText(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}

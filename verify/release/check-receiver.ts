import { deepEqual, doesNotMatch, equal, match, notEqual, ok } from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { secretText, signatureOf } from '../../adapters/webhook-signature.ts';
import type { EventAnswer } from '../../api/event-answer.ts';
import { MAX_BODY_BYTES } from '../../api/wire/new-event.ts';
import { openLocalQueue } from '../../local/local-queue.ts';
import type { Checks } from '../shared/verdicts.ts';
import type { NodeName, PackedPackage } from './packed-package.ts';

const EXPRESS = 'express@5.3.0';
const SERVER = 'receiver-server.mjs';
const TSC = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));

export const receiverChecks: Checks<PackedPackage> = {
  'the receiver takes every kind of body from a queue, and no call of somebody else, on the oldest Node': (packed) =>
    received(packed, 'oldest'),

  'the receiver takes every kind of body from a queue, and no call of somebody else, on the newest Node': (packed) =>
    received(packed, 'newest'),

  async 'the receiver needs no module, no global and no types of Node'({ tarball, project }) {
    const { folder, install, run, write } = await project({ type: 'module' });
    await install(tarball);
    const code = readFileSync(join(folder, 'node_modules/http-event-queue/receiver/receiver.js'), 'utf8');
    doesNotMatch(code, /^\s*import\b|\bimport\(|\brequire\(|\bprocess\.|\bBuffer\./m);
    await write('receiver.ts', TYPED);
    const options = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--module', 'nodenext', '--lib', 'es2022'];
    await run('node', TSC, ...options, '--types', '', 'receiver.ts');
  },
};

const TYPED = `import { doOnce, type Marks, VerificationError, verify } from 'http-event-queue/receiver';

export async function statusFor(request: Parameters<typeof verify>[0], marks: Marks): Promise<number> {
  try {
    const call = await verify(request, { secrets: ['whsec_'], tolerance: undefined });
    return await doOnce(call.id, marks, () => call.text() + String(call.attempt));
  } catch (error) {
    return error instanceof VerificationError && error.reason === 'too_old' ? error.status : 500;
  }
}
`;

type Scene = {
  /** The address of the queue, which is the one of the repository. */
  readonly queue: string;
  /** The address of the receivers, which are those of the package. */
  readonly receivers: string;
  readonly secret: string;
};

const HEADERS = { 'x-api-key': 'demo', 'content-type': 'application/json' };
const kinds = ['node', 'express', 'fetch'] as const;

const binary = Buffer.from('fffe00018000c328', 'hex');
const largest = Buffer.alloc(MAX_BODY_BYTES, 0xff);
/** The fields of an event of each kind of body, and the bytes that its receiver must get. */
const bodies: readonly (readonly [object, Buffer])[] = [
  [{ body: { name: 'Grüße' } }, Buffer.from('{"name":"Grüße"}')],
  [{ body: 0 }, Buffer.from('0')],
  [{ body: 'no JSON: Grüße' }, Buffer.from('no JSON: Grüße')],
  [{ body: '' }, Buffer.alloc(0)],
  [{ body_base64: binary.toString('base64') }, binary],
  [{ body_base64: gzipSync('a').toString('base64'), headers: { 'content-encoding': 'gzip' } }, gzipSync('a')],
  [{ body_base64: largest.toString('base64') }, largest],
  ...['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'].map((method) => [{ method }, Buffer.alloc(0)] as const),
];

/**
 * Lets the queue of the repository call receivers of the package with every kind of body, before and after a rotation of
 * its secret, and sends them what somebody else can send.
 */
async function received({ tarball, project }: PackedPackage, node: NodeName): Promise<string> {
  const { install, write, start } = await project({ type: 'module' }, node);
  await install(tarball, EXPRESS);
  await write(SERVER, readFileSync(new URL(SERVER, import.meta.url), 'utf8'));
  const queue = await openLocalQueue({ port: 0, dataFolder: undefined, privateTargets: true, version: 'release' });
  const secret = await secretFrom(queue.url, 'GET', '');
  await write('.env', `WEBHOOK_SECRET=${secret}\n`);
  const server = start('node', '--env-file=.env', SERVER);
  try {
    const scene = { queue: queue.url, receivers: await server.sees(/http:\S+\d/), secret };
    for (const kind of kinds) for (const [fields, bytes] of bodies) await checkCalled(scene, kind, fields, bytes);
    for (const kind of kinds) await checkForged(scene, kind);
    await checkParsed(scene);
    const renewed = await secretFrom(queue.url, 'POST', '/rotate');
    notEqual(renewed, secret);
    for (const kind of kinds) await checkCalled(scene, kind, { body: 'rotated' }, Buffer.from('rotated'));
    return `${kinds.length} kinds of receivers, ${bodies.length} kinds of bodies`;
  } finally {
    await Promise.all([server.stop(), queue.close()]);
  }
}

async function checkCalled({ queue, receivers }: Scene, kind: string, fields: object, bytes: Buffer): Promise<void> {
  const wanted = { url_to_send_request: `${receivers}/${kind}`, max_try_count: 1, ...fields };
  const { key } = await ask<EventAnswer>(queue, 'POST', '/events', wanted);
  const event = await finished(queue, key);
  const what = `${kind}: ${JSON.stringify(fields).slice(0, 80)}`;
  equal(event.status, 'success', `${what}: ${event.request_response_body}`);
  if (event.method === 'HEAD') return;
  const { timestamp, ...call } = JSON.parse(event.request_response_body ?? '');
  const id = key.slice(key.indexOf('-') + 1);
  deepEqual(call, { id, attempt: 1, key, sha256: createHash('sha256').update(bytes).digest('hex'), isNew: true }, what);
  ok(Math.abs(timestamp - Date.now() / 1_000) < 300, `${what}: the instant is ${timestamp}`);
}

async function checkForged({ receivers, secret }: Scene, kind: string): Promise<void> {
  const url = `${receivers}/${kind}`;
  const now = Math.floor(Date.now() / 1_000);
  const id = randomUUID();
  const good = signed(id, now, secret);
  const { 'webhook-id': _, ...nameless } = good;
  const forgeries: readonly (readonly [Record<string, string>, Buffer, string])[] = [
    [good, Buffer.from('tampered'), 'wrong_signature'],
    [good, Buffer.alloc(0), 'wrong_signature'],
    [signed(id, now, secretText(Buffer.alloc(32))), binary, 'wrong_signature'],
    [{ ...good, 'webhook-timestamp': String(now + 1) }, binary, 'wrong_signature'],
    [{ ...good, 'event-queue-key': `1-${randomUUID()}` }, binary, 'wrong_key'],
    [{ ...good, 'webhook-id': `${id}, ${id}` }, binary, 'duplicate_header'],
    [signed(id, now - 400, secret), binary, 'too_old'],
    [signed(id, now + 400, secret), binary, 'too_new'],
    [nameless, binary, 'missing_header'],
    [good, Buffer.alloc(MAX_BODY_BYTES + 1), 'body_too_large'],
  ];
  for (const [headers, body, reason] of forgeries) {
    const { status, answer } = await send(url, headers, body);
    deepEqual([status, answer.reason], [reason === 'body_too_large' ? 413 : 401, reason], `${kind}: ${reason}`);
  }
  // The genuine call is taken, its work is done, and when it is replayed in time its id shows the repetition.
  for (const isNew of [true, false]) {
    const { status, answer } = await send(url, good, binary);
    deepEqual([status, answer.id, answer.isNew], [200, id, isNew], `${kind}: a genuine call`);
  }
}

async function checkParsed({ receivers, secret }: Scene): Promise<void> {
  const headers = { ...signed(randomUUID(), Math.floor(Date.now() / 1_000), secret, Buffer.from('{}')) };
  const body = Buffer.from('{}');
  const sent = { ...headers, 'content-type': 'application/json' };
  const { status, answer } = await send(`${receivers}/express/parsed`, sent, body);
  deepEqual([status, answer.reason], [500, 'body_already_read']);
  match(String(answer.message), /express\.raw/);
}

function signed(id: string, timestamp: number, secret: string, body: Buffer = binary): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatureOf({ id, timestamp, body }, [{ secret }]),
    'event-queue-key': `98106547200.000-${id}`,
    'event-queue-attempt': '1',
  };
}

async function send(url: string, headers: Record<string, string>, body: Buffer) {
  const response = await fetch(url, { method: 'POST', headers, body: new Uint8Array(body) });
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
}

async function finished(queue: string, key: string): Promise<EventAnswer> {
  for (;;) {
    const event = await ask<EventAnswer>(queue, 'GET', `/events/${key}?wait=5`);
    if (event.status !== 'waiting_execution') return event;
    await pause(20);
  }
}

async function secretFrom(queue: string, method: string, path: string): Promise<string> {
  return (await ask<{ readonly secret: string }>(queue, method, `/signing-secret${path}`)).secret;
}

async function ask<Answer>(queue: string, method: string, path: string, body?: object): Promise<Answer> {
  const response = await fetch(`${queue}${path}`, {
    method,
    headers: HEADERS,
    ...(body && { body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${JSON.stringify(answer)}`);
  return answer as Answer;
}

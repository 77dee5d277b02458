import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { secretText, signatureOf } from '../../adapters/webhook-signature.ts';
import { MAX_BODY_BYTES } from '../../api/wire/new-event.ts';
import { VerificationError, type VerifyOptions, verify } from '../../receiver/receiver.ts';
import { eventually } from '../support/http-client.ts';
import { openReceiverKinds, receiverKinds, resultOf, type VerifierResult } from '../support/receiver-kinds.ts';

type Case = {
  readonly name: string;
  readonly secret?: string;
  readonly secrets?: readonly string[];
  readonly id: string;
  readonly timestamp: number;
  readonly bodyUtf8?: string;
  readonly bodyBase64?: string;
  readonly signature: string;
  readonly wrongIfDecoded?: string;
};

type SignedCall = { readonly headers: Record<string, string | string[]>; readonly body: Uint8Array };

const { standardWebhooks: cases } = JSON.parse(
  readFileSync(new URL('../cases/signing.json', import.meta.url), 'utf8'),
) as { standardWebhooks: readonly Case[] };

const NOW = Date.parse('2030-01-01T00:00:00.250Z');
const SECONDS = Math.floor(NOW / 1_000);
const ID = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
const KEY = `98106547200.000-${ID}`;
const [SECRET, OLD_SECRET, OTHER_SECRET] = [1, 2, 3].map((byte) => secretText(Buffer.alloc(32, byte))) as [
  string,
  string,
  string,
];
const BINARY = Buffer.from('fffe00018000c328', 'hex');

const bodies: readonly (readonly [string, Buffer, string?])[] = [
  ['JSON', Buffer.from('{"name":"Grüße","number":12.0}')],
  ['text that is no JSON', Buffer.from('no JSON: Grüße\r\n')],
  ['text that begins with a byte order mark', Buffer.from('\uFEFFtext')],
  ['an empty text', Buffer.alloc(0)],
  ['bytes that are no UTF-8', BINARY],
  ['compressed bytes', gzipSync('packed')],
  ['the longest body', Buffer.alloc(MAX_BODY_BYTES, 0xff)],
  ['no body, by GET', Buffer.alloc(0), 'GET'],
  ['no body, by HEAD', Buffer.alloc(0), 'HEAD'],
  ['no body, by DELETE', Buffer.alloc(0), 'DELETE'],
];

let url: string;
let close: () => void;
let options: VerifyOptions;
let results: VerifierResult[];

beforeAll(async () => {
  ({ url, close } = await openReceiverKinds(async (request) => {
    const verified = verify(request, options);
    results.push(await resultOf(() => verified));
    return verified;
  }));
});

afterAll(() => close());

beforeEach(() => {
  options = { secrets: SECRET, now: () => NOW };
  results = [];
});

describe.each(receiverKinds)('a receiver of the kind %s', (kind) => {
  test.each(bodies)('takes %s as it came', async (_, body, method = 'POST') => {
    const call = signedCall(body);
    const expected = { id: ID, attempt: 2, timestamp: SECONDS, key: KEY, body: body.toString('base64') };
    expect(await send(kind, call, method)).toEqual(expected);
  });

  test.each(cases)('takes the case “$name” of the standard', async (one) => {
    options = { secrets: secretsOf(one), now: () => one.timestamp * 1_000 };
    const { id, timestamp } = one;
    const body = bodyOf(one);
    expect(await send(kind, caseCall(one))).toEqual({ id, timestamp, body: body.toString('base64') });
    const forged = { ...caseCall(one), body: Buffer.concat([body, Buffer.from(' ')]) };
    expect(await send(kind, forged)).toMatchObject({ reason: 'wrong_signature', status: 401 });
  });

  test('refuses each call that somebody without the secret can make of one that was overheard', async () => {
    const call = signedCall(BINARY);
    for (const [what, forged, reason] of forgeriesOf(call))
      expect([what, await send(kind, forged)]).toMatchObject([what, { error: 'VerificationError', reason }]);
    expect(await send(kind, call)).toMatchObject({ id: ID });
  });

  test('refuses each header that came twice, also with the same value', async () => {
    const call = signedCall(BINARY);
    for (const [name, value] of Object.entries(call.headers)) {
      const doubled = altered(call, { [name]: [String(value), String(value)] });
      expect([name, await send(kind, doubled)]).toMatchObject([name, { reason: 'duplicate_header', status: 401 }]);
    }
  });

  test('finds the headers in any case', async () => {
    const { headers, body } = signedCall(BINARY);
    const upper = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]));
    expect(await send(kind, { headers: upper, body })).toMatchObject({ id: ID, attempt: 2, key: KEY });
  });

  test('refuses a body that is too large, before it comes and while it comes, and can still answer', async () => {
    options = { ...options, maxBytes: 100_000 };
    const call = signedCall(Buffer.alloc(100_001));
    const chunked = altered(call, { 'transfer-encoding': 'chunked' });
    for (const one of [call, chunked])
      expect(await send(kind, one)).toMatchObject({ reason: 'body_too_large', status: 413 });
    const allowed = signedCall(Buffer.alloc(100_000));
    expect(await send(kind, altered(allowed, { 'transfer-encoding': 'chunked' }))).toMatchObject({ id: ID });
  });

  test('refuses a body by its length before any of it has come', async () => {
    const socket = announce(kind, MAX_BODY_BYTES + 1);
    await eventually(async () => expect(results).toMatchObject([{ reason: 'body_too_large' }]));
    socket.destroy();
  });

  test('refuses half a body', async () => {
    const socket = announce(kind, 5);
    socket.write('wh', () => socket.destroy());
    await eventually(async () => expect(results).toMatchObject([{ reason: 'body_incomplete', status: 400 }]));
  });
});

describe('the secrets', () => {
  test.each<[string, readonly string[], VerifyOptions['secrets']]>([
    ['both signatures, and the new secret is known', [SECRET, OLD_SECRET], SECRET],
    ['both signatures, and the old secret is known', [SECRET, OLD_SECRET], [OLD_SECRET]],
    ['the old signature alone, and both secrets are known', [OLD_SECRET], [SECRET, OLD_SECRET]],
    ['the new signature alone, and both secrets are known, one on each line', [SECRET], `${OLD_SECRET}\n${SECRET}\n`],
    ['as many signatures as the queue sends', [...Array(9).fill(OTHER_SECRET), SECRET], SECRET],
  ])('accept a call in a rotation that has %s', async (_, signers, secrets) => {
    const call = signedCall(BINARY, { signers });
    expect(await verify(fetchOf(call), { ...options, secrets })).toMatchObject({ id: ID });
    await expect(verify(fetchOf(call), { ...options, secrets: secretText(Buffer.alloc(32, 4)) })).rejects.toThrow(
      /None of the \d+ signatures is right for any of the 1 secrets/,
    );
  });

  test('may lack their prefix', async () => {
    const secrets = [SECRET.slice('whsec_'.length)];
    expect(await verify(fetchOf(signedCall(BINARY)), { ...options, secrets })).toMatchObject({ id: ID });
  });

  test.each([
    '',
    [],
    ' \n',
    'whsec_',
    'whsec_no base64',
    'whsec_%%%%',
    `whpk_${'A'.repeat(40)}`,
    undefined as unknown as string,
  ])('are refused as %j, by an error that does not show them', async (secrets) => {
    const refused = verify(fetchOf(signedCall(BINARY)), { ...options, secrets });
    await expect(refused).rejects.toThrow(TypeError);
    await expect(refused).rejects.toThrow(/^(?!.*(?:no base64|AAAA)).*GET \/signing-secret/);
  });
});

describe('the instant of a call', () => {
  test.each<[number, number | undefined, string]>([
    [-299, undefined, 'good'],
    [300, undefined, 'good'],
    [-300, undefined, 'too_old'],
    [301, undefined, 'too_new'],
    [-9, 10, 'good'],
    [-10, 10, 'too_old'],
    [11, 10, 'too_new'],
    [-1_000_000, Number.POSITIVE_INFINITY, 'good'],
  ])('%d s from the clock with a tolerance of %p is %s', async (off, tolerance, expected) => {
    const call = signedCall(BINARY, { timestamp: SECONDS + off });
    const given = { ...options, ...(tolerance !== undefined && { tolerance }) };
    const { reason = 'good' } = await resultOf(() => verify(fetchOf(call), given));
    expect(reason).toBe(expected);
  });

  test('is compared with the real clock by default', async () => {
    const timestamp = Math.floor(Date.now() / 1_000);
    expect(await verify(fetchOf(signedCall(BINARY, { timestamp })), { secrets: SECRET })).toMatchObject({ timestamp });
    await expect(verify(fetchOf(signedCall(BINARY)), { secrets: SECRET })).rejects.toThrow(VerificationError);
  });

  test('is checked before the body is read', async () => {
    const request = fetchOf(signedCall(BINARY, { timestamp: SECONDS - 301 }));
    await expect(verify(request, options)).rejects.toThrow('301.3 s behind');
    expect(request.bodyUsed).toBe(false);
  });
});

describe('a body that was read before', () => {
  test.each([
    ['express/json', 'application/json', 'request.body is an object'],
    ['express/text', 'text/plain', 'request.body is text'],
    ['node/read', 'text/plain', 'Something has read the stream'],
  ])('is refused behind %s, with advice', async (path, type, what) => {
    const call = altered(signedCall(Buffer.from('{"a": 1}')), { 'content-type': type });
    const { reason, status, message } = await send(path, call);
    expect([reason, status]).toEqual(['body_already_read', 500]);
    expect(message).toContain(what);
    expect(message).toContain('express.raw({ type: () => true');
  });

  test('is taken as bytes from express.raw()', async () => {
    expect(await send('express/raw', signedCall(BINARY))).toMatchObject({ body: BINARY.toString('base64') });
    expect(await send('express/raw', signedCall(Buffer.alloc(0)), 'GET')).toMatchObject({ id: ID, body: '' });
    options = { ...options, maxBytes: BINARY.length - 1 };
    const chunked = altered(signedCall(BINARY), { 'transfer-encoding': 'chunked' });
    expect(await send('express/raw', chunked)).toMatchObject({ reason: 'body_too_large' });
  });

  test('is refused with a reason if express.raw() has decompressed it', async () => {
    const call = altered(signedCall(gzipSync('packed')), { 'content-encoding': 'gzip' });
    const { reason, message } = await send('express/raw', call);
    expect([reason, message]).toEqual(['wrong_signature', expect.stringContaining('content-encoding gzip')]);
  });

  test('does not matter if there is none', async () => {
    for (const path of ['express/json', 'express/text', 'node/read'])
      for (const method of ['GET', 'POST'])
        expect(await send(path, signedCall(Buffer.alloc(0)), method)).toMatchObject({ id: ID, body: '' });
    const chunked = altered(signedCall(Buffer.alloc(0)), { 'transfer-encoding': 'chunked' });
    expect(await send('node/read', chunked)).toMatchObject({ id: ID, body: '' });
  });

  test('is refused as a fetch Request, with advice', async () => {
    const request = fetchOf(signedCall(Buffer.from('{}')));
    await request.json();
    await expect(verify(request, options)).rejects.toMatchObject({
      reason: 'body_already_read',
      message: expect.stringContaining('call.json()'),
    });
  });

  test('is refused as text of a stream of Node', async () => {
    const { headers, body } = signedCall(BINARY);
    const request = Object.assign(Readable.from([body], { objectMode: false }), { headers }).setEncoding('utf8');
    await expect(verify(request as unknown as IncomingMessage, options)).rejects.toThrow('setEncoding');
  });
});

test('a request whose connection broke before is refused at once', async () => {
  const { headers, body } = signedCall(BINARY);
  const request = Object.assign(Readable.from([body], { objectMode: false }), { headers });
  await once(request.destroy(), 'close');
  await expect(verify(request as unknown as IncomingMessage, options)).rejects.toMatchObject({
    reason: 'body_incomplete',
  });
});

test('the headers of a request are found in any case where the request has no raw ones', async () => {
  const { headers, body } = signedCall(BINARY);
  const upper = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]));
  const request = Object.assign(Readable.from([body], { objectMode: false }), { headers: upper });
  expect(await verify(request as unknown as IncomingMessage, options)).toMatchObject({ id: ID, attempt: 2 });
});

test('a call without the headers that are not signed is taken, and its attempt is not known', async () => {
  const { 'event-queue-key': _, 'event-queue-attempt': __, ...headers } = signedCall(BINARY).headers;
  const call = await verify(fetchOf({ headers, body: BINARY }), options);
  expect([call.id, call.attempt, call.key]).toEqual([ID, undefined, undefined]);
});

test('the body of a call can be read as text and as JSON', async () => {
  const call = await verify(fetchOf(signedCall(Buffer.from('{"name":"Grüße"}'))), options);
  expect([call.text(), call.json()]).toEqual(['{"name":"Grüße"}', { name: 'Grüße' }]);
  const text = await verify(fetchOf(signedCall(Buffer.from('no JSON'))), options);
  expect(() => text.json()).toThrow(SyntaxError);
});

test.each([
  ['what a framework has around a request', { headers: {} }, {}, 'request.raw in Fastify'],
  ['nothing', undefined, {}, 'neither a fetch Request'],
  ['a tolerance that is no number', fetchOf(signedCall(BINARY)), { tolerance: '5m' }, 'tolerance is 5m'],
  ['a limit below zero', fetchOf(signedCall(BINARY)), { maxBytes: -1 }, 'maxBytes is -1'],
])('%s is refused as a mistake of the program', async (_, request, wrong, message) => {
  const refused = verify(request as Request, { ...options, ...wrong } as VerifyOptions);
  await expect(refused).rejects.toThrow(TypeError);
  await expect(refused).rejects.toThrow(message);
});

test('any text that the standard’s own library signs is taken, and nothing that it refuses', async () => {
  const key = fc.uint8Array({ minLength: 24, maxLength: 64 });
  const change = fc.constantFrom('none', 'webhook-id', 'webhook-timestamp', 'webhook-signature', 'body');
  await fc.assert(
    fc.asyncProperty(key, fc.uuid(), fc.string({ unit: 'grapheme' }), change, async (bytes, id, text, changed) => {
      const webhook = new Webhook(secretText(bytes));
      const timestamp = Math.floor(Date.now() / 1_000);
      const headers: Record<string, string> = {
        'webhook-id': id,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': webhook.sign(id, new Date(timestamp * 1_000), text),
      };
      if (changed in headers)
        headers[changed] = `${headers[changed]?.replace(/.(?==?$)/, (last) => (last === '0' ? '1' : '0'))}`;
      const body = changed === 'body' ? `${text}!` : text;
      const call = { headers, body: Buffer.from(body) };
      const ours = await resultOf(() => verify(fetchOf(call), { secrets: secretText(bytes) }));
      expect(ours.error === undefined).toBe(isGood(() => webhook.verify(body, headers, { jsonParse: false })));
      expect(ours.error === undefined).toBe(changed === 'none');
    }),
  );
});

function isGood(check: () => unknown): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}

function signedCall(
  body: Uint8Array,
  { timestamp = SECONDS, signers = [SECRET] as readonly string[] } = {},
): SignedCall {
  const secrets = signers.map((secret) => ({ secret }));
  const headers = {
    'webhook-id': ID,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatureOf({ id: ID, timestamp, body }, secrets),
    'event-queue-key': KEY,
    'event-queue-attempt': '2',
  };
  return { headers, body };
}

function altered(call: SignedCall, headers: SignedCall['headers']): SignedCall {
  return { ...call, headers: { ...call.headers, ...headers } };
}

/** The calls of somebody who does not know the secret. Each differs in one thing from one that was overheard. */
function forgeriesOf(call: SignedCall): readonly (readonly [string, SignedCall, string])[] {
  const signature = String(call.headers['webhook-signature']);
  const signed = (text: string) => altered(call, { 'webhook-signature': text });
  const by = (wanted: Parameters<typeof signedCall>[1]) => signedCall(call.body, wanted);
  const without = (name: string) => {
    const { [name]: _, ...headers } = call.headers;
    return { ...call, headers };
  };
  const decoded = signedCall(Buffer.from(Buffer.from(call.body).toString())).headers['webhook-signature'];
  return [
    ['a byte of the body', { ...call, body: Buffer.from('fffe00018000c329', 'hex') }, 'wrong_signature'],
    ['a longer body', { ...call, body: Buffer.concat([call.body, Buffer.alloc(1)]) }, 'wrong_signature'],
    ['no body', { ...call, body: Buffer.alloc(0) }, 'wrong_signature'],
    ['the signature of the body as text', signed(String(decoded)), 'wrong_signature'],
    ['another secret', by({ signers: [OTHER_SECRET] }), 'wrong_signature'],
    ['two other secrets', by({ signers: [OTHER_SECRET, OLD_SECRET] }), 'wrong_signature'],
    ['an asymmetric signature', signed(signature.replace('v1,', 'v1a,')), 'wrong_signature'],
    ['an unknown version', signed(signature.replace('v1,', 'v2,')), 'wrong_signature'],
    ['a signature without its version', signed(signature.replace('v1,', '')), 'wrong_signature'],
    ['a part of the signature', signed(signature.slice(0, 20)), 'wrong_signature'],
    ['an empty signature behind its version', signed('v1,'), 'wrong_signature'],
    ['a signature in another form of base64', signed(otherForm(signature)), 'wrong_signature'],
    ['another instant', altered(call, { 'webhook-timestamp': String(SECONDS + 1) }), 'wrong_signature'],
    ['another event', altered(call, { 'webhook-id': 'x', 'event-queue-key': 'y-x' }), 'wrong_signature'],
    ['the key of another event', altered(call, { 'event-queue-key': `${KEY}0` }), 'wrong_key'],
    ['an old instant', by({ timestamp: SECONDS - 301 }), 'too_old'],
    ['an instant far ahead', by({ timestamp: SECONDS + 330 }), 'too_new'],
    ['an instant that is none', altered(call, { 'webhook-timestamp': 'now' }), 'malformed_header'],
    ['an instant with a fraction', altered(call, { 'webhook-timestamp': `${SECONDS}.0` }), 'malformed_header'],
    ['an instant in hexadecimal', altered(call, { 'webhook-timestamp': '0x70dbd880' }), 'malformed_header'],
    ['an attempt that is none', altered(call, { 'event-queue-attempt': '0' }), 'malformed_header'],
    ['very many signatures', signed(Array(21).fill(signature).join(' ')), 'malformed_header'],
    ['an empty signature', signed(''), 'missing_header'],
    ...['webhook-id', 'webhook-timestamp', 'webhook-signature'].map(
      (name) => [`no ${name}`, without(name), 'missing_header'] as const,
    ),
    ['nothing but a body', { ...call, headers: {} }, 'missing_header'],
  ];
}

/** The last digit of a base64 text of 32 bytes has two bits that no byte needs. */
function otherForm(signature: string): string {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  return signature.replace(/.(?==$)/, (last) => digits[digits.indexOf(last) + 1] ?? '');
}

function caseCall(one: Case): SignedCall {
  const headers = {
    'webhook-id': one.id,
    'webhook-timestamp': String(one.timestamp),
    'webhook-signature': one.signature,
  };
  return { headers, body: bodyOf(one) };
}

function bodyOf({ bodyBase64, bodyUtf8 = '' }: Case): Buffer {
  return bodyBase64 === undefined ? Buffer.from(bodyUtf8) : Buffer.from(bodyBase64, 'base64');
}

function secretsOf({ secret, secrets = secret === undefined ? [] : [secret] }: Case): readonly string[] {
  return secrets;
}

function fetchOf({ headers, body }: SignedCall): Request {
  const pairs = Object.entries(headers).map(([name, value]) => [name, String(value)] as [string, string]);
  return new Request('http://127.0.0.1/', { method: 'POST', headers: pairs, body: new Uint8Array(body) });
}

/** Sends the head of a call whose body has a length, and nothing of the body. */
function announce(path: string, length: number): Socket {
  const { hostname: host, port } = new URL(url);
  const headers = Object.entries({ host, ...signedCall(BINARY).headers, 'content-length': length });
  const socket = connect({ host, port: Number(port) });
  socket.write(`POST /${path} HTTP/1.1\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
  return socket;
}

/** Sends a call over HTTP as it is, and returns what the receiver made of it. */
async function send(path: string, { headers, body }: SignedCall, method = 'POST'): Promise<VerifierResult> {
  const length = 'transfer-encoding' in headers || method !== 'POST' ? {} : { 'content-length': body.length };
  const sent = httpRequest(`${url}/${path}`, { method, headers: { ...headers, ...length } });
  const [response] = (await once(sent.end(body), 'response')) as [IncomingMessage];
  await response.toArray();
  return results.pop() ?? {};
}

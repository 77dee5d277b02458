import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { addressGuard, Blocked } from '../../adapters/address-guard.ts';
import { httpCaller } from '../../adapters/http-caller.ts';
import type { CallResult, NotMade } from '../../core/event/progress.ts';
import { isPublicAddress } from '../../core/target/public-address.ts';
import { parseTargetUrl } from '../../core/target/target-url.ts';
import { type InterceptedNetwork, interceptNetwork } from '../support/intercepted-network.ts';
import { queuedEvent, secrets } from '../support/sample-event.ts';

type Case = {
  readonly id: string;
  readonly url: string;
  readonly allowed: boolean;
  readonly why: string;
  readonly resolvesTo: readonly string[] | null;
  readonly resolvesToNext?: readonly string[];
  readonly respondsWith?: { readonly status: number; readonly location: string };
  readonly expectConnectsOnlyTo?: readonly string[];
};

const cases: readonly Case[] = JSON.parse(readFileSync(new URL('../cases/ssrf.json', import.meta.url), 'utf8'));
const publicOnly = { privateTargets: false, ownHosts: [] };
const PUBLIC = '93.184.215.14';

let network: InterceptedNetwork;
let requested: string[];
let respondWith: Case['respondsWith'];

beforeAll(async () => {
  network = await interceptNetwork((request: IncomingMessage, response: ServerResponse) => {
    requested.push(request.url ?? '');
    response.writeHead(respondWith?.status ?? 200, respondWith && { location: respondWith.location }).end('answer');
  });
});

afterAll(() => network.close());

beforeEach(() => {
  requested = [];
  respondWith = undefined;
  network.forget();
});

test('there are the 127 cases', () => {
  expect(cases).toHaveLength(127);
});

describe('a target is called or not', () => {
  test.each(cases.map((one) => [one.id, one.why, one] as const))('%s: %s', async (_id, _why, one) => {
    respondWith = one.respondsWith;
    network.answerLookups([one.resolvesTo ?? [], ...(one.resolvesToNext ? [one.resolvesToNext] : [])]);
    const result = await publishAndCall(one.url);
    expect(network.connects.filter((address) => !isPublicAddress(address))).toEqual([]);
    if (!one.allowed) {
      expect(network.connects).toEqual([]);
      expect(requested).toEqual([]);
      expect(['refused', 'blocked', 'unreachable']).toContain(result.outcome);
      return;
    }
    expect(result).toMatchObject({ outcome: 'answered', answer: { statusCode: one.respondsWith?.status ?? 200 } });
    expect(network.connects).toHaveLength(1);
    expect(requested).toHaveLength(1);
    if (one.expectConnectsOnlyTo)
      expect(one.expectConnectsOnlyTo).toEqual(expect.arrayContaining([...network.connects]));
  });
});

describe('a name that is resolved again', () => {
  test.each(cases.filter((one) => one.resolvesToNext))(
    '$id: $why',
    async ({ url, resolvesTo, resolvesToNext, allowed }) => {
      network.answerLookups([resolvesTo ?? [], resolvesToNext ?? []]);
      const first = await publishAndCall(url);
      const second = await publishAndCall(url);
      expect([first.outcome, second.outcome]).toEqual(allowed ? ['answered', 'blocked'] : ['blocked', 'answered']);
      expect(network.connects.filter((address) => !isPublicAddress(address))).toEqual([]);
    },
  );

  test.each([0, 1, 2, 3, 4, 5, 6, 7, 8])(
    'never gets a private connection when it turns private after %i lookups and every call makes a connection',
    async (turnsAfter) => {
      network.answerLookups([...Array<string[]>(turnsAfter).fill([PUBLIC]), ['127.0.0.1']]);
      const outcomes: string[] = [];
      for (let n = 0; n < 10; n++) outcomes.push((await call('http://turning.attacker.example/')).outcome);
      expect(outcomes).toEqual([...Array(turnsAfter).fill('answered'), ...Array(10 - turnsAfter).fill('blocked')]);
      expect(network.connects).toEqual(Array(turnsAfter).fill(PUBLIC));
    },
  );

  test.each([0, 1, 2, 3, 4, 5, 6, 7, 8])(
    'never gets a private connection when it turns private after %i lookups and connections are kept',
    async (turnsAfter) => {
      network.answerLookups([...Array<string[]>(turnsAfter).fill([PUBLIC]), ['127.0.0.1']]);
      const caller = newCaller();
      const event = eventTo('http://turning.attacker.example/');
      for (let n = 0; n < 5; n++)
        await Promise.all([caller.call(event, 1, secrets, 3), caller.call(event, 1, secrets, 3)]);
      caller.close();
      expect(network.connects).toEqual(Array(turnsAfter === 0 ? 0 : 2).fill(PUBLIC));
    },
  );

  test('is looked up and checked for each last try, which has a connection of its own', async () => {
    network.answerLookups([[PUBLIC], [PUBLIC], ['127.0.0.1']]);
    const caller = newCaller();
    const event = eventTo('http://turning.attacker.example/');
    const outcomes: string[] = [];
    for (const triesLeft of [2, 1, 1]) outcomes.push((await caller.call(event, 1, secrets, triesLeft)).outcome);
    caller.close();
    expect(outcomes).toEqual(['answered', 'answered', 'blocked']);
    expect(network.connects).toEqual([PUBLIC, PUBLIC]);
  });

  test('is looked up once for each connection, which goes to the address that was checked', async () => {
    network.answerLookups([[PUBLIC], ['10.0.0.1']]);
    await publishAndCall('http://once.attacker.example/');
    expect(network.lookups).toEqual(['once.attacker.example']);
    expect(network.connects).toEqual([PUBLIC]);
  });
});

describe('an address that is not public', () => {
  const addresses = [...new Set(cases.filter((one) => !one.allowed).flatMap(addressesIn))].filter(
    (one) => !isPublicAddress(one),
  );

  test('is in many of the cases', () => {
    expect(addresses.length).toBeGreaterThan(40);
  });

  test.each(addresses)('%s is called neither as a literal nor through a name', async (address) => {
    const literal = await call(`http://${address.includes(':') ? `[${address}]` : address}/`);
    network.answerLookups([[address]]);
    const named = await call('http://leads-there.attacker.example/');
    network.answerLookups([[PUBLIC, address]]);
    const mixed = await call('http://leads-there-too.attacker.example/');
    expect([literal.outcome, named.outcome, mixed.outcome]).toEqual(['blocked', 'blocked', 'blocked']);
    expect(network.connects).toEqual([]);
    expect(JSON.stringify([named, mixed])).not.toContain(address);
  });

  test('is not connected to as a literal either where only the addresses are not allowed', async () => {
    const caller = httpCaller({ ...world(), targetPolicy: { privateTargets: true, ownHosts: [] } });
    for (const url of ['http://10.0.0.5/', 'https://10.0.0.5/', 'http://[::1]/', 'http://[::ffff:10.0.0.5]/'])
      expect((await caller.call(eventTo(url), 1, secrets, 3)).outcome).toBe('blocked');
    caller.close();
    expect(network.connects).toEqual([]);
  });

  test.each(['http', 'https'])(
    'gets no request over %s where a connection leads to it all the same',
    async (scheme) => {
      let asked = 0;
      const caller = httpCaller({ ...world(), allowsAddress: () => ++asked === 1 });
      network.answerLookups([[PUBLIC]]);
      const result = await caller.call(eventTo(`${scheme}://rerouted.attacker.example/`), 1, secrets, 3);
      caller.close();
      expect(result.outcome).toBe('blocked');
      expect(network.connects).toEqual([PUBLIC]);
      expect(requested).toEqual([]);
    },
  );

  test('is called where private targets are allowed', async () => {
    const targetPolicy = { privateTargets: true, ownHosts: [] };
    const caller = httpCaller({ ...world(), allowsAddress: () => true, targetPolicy });
    network.answerLookups([['10.0.0.5']]);
    for (const url of ['http://127.0.0.1/', 'http://[::1]/', 'http://intranet/', 'http://localhost/']) {
      expect((await caller.call(eventTo(url), 1, secrets, 3)).outcome).toBe('answered');
    }
    caller.close();
    expect(network.connects).toEqual(['127.0.0.1', '::1', '10.0.0.5', '10.0.0.5']);
  });
});

describe('the guard', () => {
  test('refuses a host that is an address which is not allowed, as nothing would be looked up for it', () => {
    const { checkLiteral } = addressGuard(isPublicAddress);
    for (const host of ['127.0.0.1', '[::1]', '[::ffff:7f00:1]']) expect(() => checkLiteral(host)).toThrow(Blocked);
    for (const host of [PUBLIC, '[2606:4700:4700::1111]', 'example.com'])
      expect(() => checkLiteral(host)).not.toThrow();
  });

  test('destroys a socket that is connected to where it must not be', () => {
    const socket = Object.defineProperty(new Socket(), 'remoteAddress', { value: '169.254.169.254' });
    const failed = new Promise((resolve) => socket.once('error', resolve));
    addressGuard(isPublicAddress).checkConnected(socket);
    expect(socket.destroyed).toBe(true);
    return expect(failed).resolves.toBeInstanceOf(Blocked);
  });

  test('leaves a socket alone that is connected to a public address', () => {
    const socket = Object.defineProperty(new Socket(), 'remoteAddress', { value: PUBLIC });
    addressGuard(isPublicAddress).checkConnected(socket);
    expect(socket.destroyed).toBe(false);
  });

  test('answers one address where one is asked for, and an error where there is none', async () => {
    const { lookup } = addressGuard(isPublicAddress, network.resolve);
    const lookedUp = () => new Promise((done) => lookup('a.example', { all: false }, (...answer) => done(answer)));
    network.answerLookups([[PUBLIC, '1.1.1.1'], []]);
    expect(await lookedUp()).toEqual([null, PUBLIC, 4]);
    expect(await lookedUp()).toEqual([expect.objectContaining({ code: 'ENOTFOUND' }), []]);
  });
});

describe('a name', () => {
  test('is looked up once for all who ask while it is looked up', () => {
    const { lookup, asked, answer } = slowLookup();
    const told: string[] = [];
    for (const name of ['a.example', 'b.example', 'a.example', 'a.example']) lookup(name, {}, () => told.push(name));
    expect(asked).toEqual(['a.example', 'b.example']);
    answer('a.example');
    expect(told).toEqual(['a.example', 'a.example', 'a.example']);
    answer('b.example');
    expect(told).toHaveLength(4);
  });

  test('is looked up again for who asks later', () => {
    const { lookup, asked, answer } = slowLookup();
    for (const _ of ['first', 'second']) {
      lookup('a.example', {}, () => {});
      answer('a.example');
    }
    expect(asked).toEqual(['a.example', 'a.example']);
  });
});

/** A guard whose look-ups the test answers when it likes. */
function slowLookup() {
  const asked: string[] = [];
  const answers = new Map<string, () => void>();
  const { lookup } = addressGuard(isPublicAddress, (name, _options, answer) => {
    asked.push(name);
    answers.set(name, () => answer(null, [{ address: PUBLIC, family: 4 }]));
  });
  return { lookup, asked, answer: (name: string) => answers.get(name)?.() };
}

/** Sends a URL as an event does: it is refused when it is published, or called as it was stored. */
async function publishAndCall(text: string): Promise<CallResult | NotMade | { outcome: 'refused' }> {
  const target = parseTargetUrl(text, publicOnly);
  return 'refused' in target ? { outcome: 'refused' } : call(target.url);
}

async function call(url: string): Promise<CallResult | NotMade> {
  const caller = newCaller();
  const result = await caller.call(eventTo(url), 1, secrets, 3);
  caller.close();
  return result;
}

function newCaller() {
  return httpCaller(world());
}

function world() {
  return {
    allowsAddress: isPublicAddress,
    targetPolicy: publicOnly,
    resolve: network.resolve,
    userAgent: 'test',
    now: Date.now,
  };
}

function eventTo(url: string) {
  return queuedEvent(Date.now(), { url });
}

/** Every address in a case, as its host or as an answer for its name. */
function addressesIn({ url, resolvesTo, resolvesToNext = [] }: Case): readonly string[] {
  const host = URL.parse(url)?.hostname ?? '';
  const literal = /^(\d+\.){3}\d+$|^\[.*\]$/.test(host) ? [host.replace(/^\[|\]$/g, '')] : [];
  return [...literal, ...(resolvesTo ?? []), ...resolvesToNext];
}

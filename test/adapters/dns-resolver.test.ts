import type { LookupAddress } from 'node:dns';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type DnsResolverOptions, dnsResolver } from '../../adapters/dns-resolver.ts';
import { type NameServer, openNameServer, type Said } from '../../verify/shared/name-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'event-queue-names-'));
const noFile = join(folder, 'none');
const closing: NameServer[] = [];
const loopback = [v4('127.0.0.1'), v6('::1')];

let time: number;

beforeEach(() => {
  time = 1_000_000;
});

afterEach(() => {
  for (const server of closing.splice(0)) server.close();
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('of a name in DNS', () => {
  test.each<[string, Record<'A' | 'AAAA', Said>, readonly LookupAddress[]]>([
    ['all addresses are found, IPv4 first', { A: ['192.0.2.1', '192.0.2.2'], AAAA: ['2001:db8::1'] }, both()],
    ['those of IPv4 are found if there are no others', { A: ['192.0.2.1'], AAAA: [] }, [v4('192.0.2.1')]],
    ['those of IPv6 are found if there are no others', { A: [], AAAA: ['2001:db8::1'] }, [v6('2001:db8::1')]],
    [
      'those of IPv4 are found if questions for IPv6 are dropped',
      { A: ['192.0.2.1'], AAAA: undefined },
      [v4('192.0.2.1')],
    ],
    [
      'those of IPv6 are found if questions for IPv4 are dropped',
      { A: undefined, AAAA: ['2001:db8::1'] },
      [v6('2001:db8::1')],
    ],
    ['those of IPv4 are found if questions for IPv6 fail', { A: ['192.0.2.1'], AAAA: 'SERVFAIL' }, [v4('192.0.2.1')]],
    ['those of IPv4 are found if IPv6 knows no such name', { A: ['192.0.2.1'], AAAA: 'NXDOMAIN' }, [v4('192.0.2.1')]],
  ])('%s', async (_, says, addresses) => {
    const { resolve } = await resolverFor((_name, type) => says[type]);
    expect(await found(resolve, 'a.example')).toEqual(addresses);
  });

  test('IPv4 and IPv6 addresses are asked for at the same time, once each, if all is well', async () => {
    const { resolve, server } = await resolverFor(() => ['192.0.2.1']);
    await found(resolve, 'a.example');
    expect([...server.asked].sort()).toEqual(['A a.example', 'AAAA a.example']);
  });

  test('IPv6 is asked for once where such questions are dropped: nobody waits until it is asked for again', async () => {
    const { resolve, server } = await resolverFor((_, type) => (type === 'A' ? ['192.0.2.1'] : undefined));
    await found(resolve, 'a.example');
    expect([...server.asked].sort()).toEqual(['A a.example', 'AAAA a.example']);
  });

  test('no answer is remembered, so that a later question gets the answer of its time', async () => {
    let address = '192.0.2.1';
    const { resolve } = await resolverFor((_, type) => (type === 'A' ? [address] : []));
    expect(await found(resolve, 'a.example')).toEqual([v4('192.0.2.1')]);
    address = '192.0.2.2';
    expect(await found(resolve, 'a.example')).toEqual([v4('192.0.2.2')]);
  });

  test.each<[string, Record<'A' | 'AAAA', Said>, string]>([
    ['does not exist', { A: 'NXDOMAIN', AAAA: 'NXDOMAIN' }, 'ENOTFOUND'],
    ['does not exist, though questions for IPv6 are dropped', { A: 'NXDOMAIN', AAAA: undefined }, 'ENOTFOUND'],
    ['has no address', { A: [], AAAA: [] }, 'ENODATA'],
    ['may have an address that its name server could not tell', { A: [], AAAA: 'SERVFAIL' }, 'ESERVFAIL'],
    ['could not be looked up', { A: 'SERVFAIL', AAAA: 'SERVFAIL' }, 'ESERVFAIL'],
    ['must not be looked up', { A: 'REFUSED', AAAA: 'REFUSED' }, 'EREFUSED'],
    ['has no name server that answers', { A: undefined, AAAA: undefined }, 'ETIMEOUT'],
  ])('that %s, this is said', async (_, says, code) => {
    const { resolve } = await resolverFor((_name, type) => says[type]);
    await expect(found(resolve, 'a.example')).rejects.toMatchObject({ code });
  });

  test('of 1,000 that have no answer, none keeps another from being found', async () => {
    const { resolve } = await resolverFor((name) => (name.startsWith('dead') ? undefined : ['192.0.2.1']));
    const dead = Array.from({ length: 1_000 }, (_, n) => found(resolve, `dead${n}.example`).catch(({ code }) => code));
    let ended = 0;
    for (const one of dead) void one.then(() => ended++);
    expect(await found(resolve, 'a.example')).toContainEqual(v4('192.0.2.1'));
    expect(ended).toBe(0);
    expect(new Set(await Promise.all(dead))).toEqual(new Set(['ETIMEOUT']));
  });
});

describe('the name servers of the system are read again', () => {
  test('when their file has changed', async () => {
    const [home, office] = [await opened(() => ['192.0.2.1']), await opened(() => ['192.0.2.2'])];
    const resolvConfPath = fileOf('resolv.conf', 'nameserver home');
    let nameServer = home;
    const resolve = resolverWith({ resolvConfPath, nameServers: () => [nameServer.address] });
    expect(await found(resolve, 'a.example')).toContainEqual(v4('192.0.2.1'));
    nameServer = office;
    fileOf('resolv.conf', 'nameserver office');
    expect(await found(resolve, 'a.example')).toContainEqual(v4('192.0.2.1'));
    time += 3_000;
    expect(await found(resolve, 'a.example')).toContainEqual(v4('192.0.2.2'));
  });

  test('when none answers', async () => {
    const gone = await opened(() => []);
    closing.splice(0)[0]?.close();
    const office = await opened(() => ['192.0.2.2']);
    let nameServer = gone;
    const resolve = resolverWith({ nameServers: () => [nameServer.address] });
    await expect(found(resolve, 'a.example')).rejects.toMatchObject({
      code: expect.stringMatching(/^E(CONNREFUSED|TIMEOUT)$/),
    });
    nameServer = office;
    time += 3_000;
    expect(await found(resolve, 'a.example')).toContainEqual(v4('192.0.2.2'));
  });

  test('and not when one name has no answer while others have', async () => {
    let made = 0;
    const server = await opened((name) => (name === 'dead.example' ? undefined : ['192.0.2.1']));
    const resolve = resolverWith({ nameServers: () => [server.address].slice(0, ++made) });
    const dead = found(resolve, 'dead.example').catch(({ code }) => code);
    time += 1;
    await found(resolve, 'a.example');
    expect(await dead).toBe('ETIMEOUT');
    time += 3_000;
    await found(resolve, 'a.example');
    expect(made).toBe(1);
  });
});

describe('a hosts file', () => {
  const text = [
    '\uFEFF127.0.0.1\tlocalhost',
    '# 192.0.2.9 commented.example',
    '  192.0.2.1   Printer printer.example # the one upstairs',
    '2001:db8::1 printer.example',
    '192.0.2.1 printer.example',
    '999.0.2.1 wrong.example',
    '192.0.2.5',
    '192.0.2.2 dotted.example.\r',
  ].join('\n');

  test.each<[string, readonly LookupAddress[]]>([
    ['localhost', [v4('127.0.0.1')]],
    ['printer', [v4('192.0.2.1')]],
    ['PRINTER.example.', [v4('192.0.2.1'), v6('2001:db8::1')]],
    ['dotted.example', [v4('192.0.2.2')]],
  ])('gives the address of %s, and no name server is asked', async (name, addresses) => {
    const { resolve, server } = await resolverFor(() => ['203.0.113.1'], { hostsPath: fileOf('hosts', text) });
    expect(await found(resolve, name)).toEqual(addresses);
    expect(server.asked).toEqual([]);
  });

  test.each(['commented.example', 'wrong.example', 'toString', '__proto__.example'])(
    'gives no address for %s',
    async (name) => {
      const { resolve } = await resolverFor(() => 'NXDOMAIN', { hostsPath: fileOf('hosts', text) });
      await expect(found(resolve, name)).rejects.toMatchObject({ code: 'ENOTFOUND' });
    },
  );

  test('is read again when it has changed, appeared or gone, but not for each name', async () => {
    const hostsPath = join(folder, 'changing');
    const { resolve } = await resolverFor(() => 'NXDOMAIN', { hostsPath });
    const codeOf = (name: string) => found(resolve, name).catch(({ code }) => code);
    expect(await codeOf('mine.example')).toBe('ENOTFOUND');
    fileOf('changing', '192.0.2.1 mine.example');
    expect(await codeOf('mine.example')).toBe('ENOTFOUND');
    time += 3_000;
    expect(await codeOf('mine.example')).toEqual([v4('192.0.2.1')]);
    fileOf('changing', '192.0.2.22 mine.example');
    time += 3_000;
    expect(await codeOf('mine.example')).toEqual([v4('192.0.2.22')]);
    rmSync(hostsPath);
    time += 3_000;
    expect(await codeOf('mine.example')).toBe('ENOTFOUND');
  });
});

test.each(['localhost', 'LOCALHOST', 'localhost.', 'a.localhost', 'a.b.localhost'])(
  '%s is this machine although no file names it',
  async (name) => {
    const { resolve, server } = await resolverFor(() => ['203.0.113.1']);
    expect(await found(resolve, name)).toEqual(loopback);
    expect(server.asked).toEqual([]);
  },
);

describe('the operating system', () => {
  const says: Record<string, Said> = {
    'nas.local': 'SERVFAIL',
    nas: 'REFUSED',
    'broken.example': 'SERVFAIL',
    'known.example': ['192.0.2.1'],
    'dead.local': undefined,
  };

  test.each(['inside.vpn.example', 'nas.local', 'nas'])('is asked for %s, which DNS does not know', async (name) => {
    const { resolve } = await resolverFor(sayNothing, { system: answering('10.0.0.7') });
    expect(await found(resolve, name)).toEqual([v4('10.0.0.7')]);
  });

  test.each([
    ['known.example', [v4('192.0.2.1')]],
    ['broken.example', 'ESERVFAIL'],
    ['dead.local', 'ETIMEOUT'],
  ])('is not asked for %s', async (name, outcome) => {
    const { resolve } = await resolverFor(sayNothing, { system: answering('10.0.0.7') });
    expect(await found(resolve, name).catch(({ code }) => code)).toEqual(outcome);
  });

  test('is asked for two names at a time, and never delays the names that DNS knows', async () => {
    const asked = new Map<string, () => void>();
    const system: LookupFunction = (name, _, answer) => void asked.set(name, () => answer(null, [v4('10.0.0.7')]));
    const { resolve } = await resolverFor(sayNothing, { system });
    const names = Array.from({ length: 60 }, (_, n) => `${n}.vpn.example`);
    const looked = names.map((name) => found(resolve, name));
    for (let n = 0; n < 3; n++) expect(await found(resolve, 'known.example')).toEqual([v4('192.0.2.1')]);
    expect(asked.size).toBe(2);
    while (asked.size < 60) {
      for (const answer of asked.values()) answer();
      expect(await found(resolve, 'known.example')).toEqual([v4('192.0.2.1')]);
    }
    for (const answer of asked.values()) answer();
    expect(await Promise.all(looked)).toEqual(names.map(() => [v4('10.0.0.7')]));
  });

  test('is asked nothing where there is none to ask', async () => {
    const { resolve } = await resolverFor(() => 'NXDOMAIN');
    await expect(found(resolve, 'inside.vpn.example')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  function sayNothing(name: string, type: 'A' | 'AAAA'): Said {
    if (!(name in says)) return 'NXDOMAIN';
    return Array.isArray(says[name]) && type === 'AAAA' ? [] : says[name];
  }
});

function v4(address: string): LookupAddress {
  return { address, family: 4 };
}

function v6(address: string): LookupAddress {
  return { address, family: 6 };
}

function both(): readonly LookupAddress[] {
  return [v4('192.0.2.1'), v4('192.0.2.2'), v6('2001:db8::1')];
}

function fileOf(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function opened(say: Parameters<typeof openNameServer>[0]): Promise<NameServer> {
  const server = await openNameServer((name, type) => (type === 'AAAA' ? onlyIpv6(say(name, type)) : say(name, type)));
  closing.push(server);
  return server;
}

/** The part of a name server's answer that is for IPv6. */
function onlyIpv6(said: Said): Said {
  return Array.isArray(said) ? said.filter((address) => address.includes(':')) : said;
}

async function resolverFor(say: Parameters<typeof openNameServer>[0], options: DnsResolverOptions = {}) {
  const server = await opened(say);
  return { server, resolve: resolverWith({ nameServers: () => [server.address], ...options }) };
}

/** A resolver that knows nothing of this machine but what the test gives it. */
function resolverWith(options: DnsResolverOptions): LookupFunction {
  return dnsResolver({ hostsPath: noFile, resolvConfPath: noFile, now: () => time, ...options });
}

function answering(address: string): LookupFunction {
  return (_name, _options, answer) => answer(null, [v4(address)]);
}

function found(resolve: LookupFunction, name: string): Promise<readonly LookupAddress[]> {
  return new Promise((done, fail) => {
    resolve(name, { all: true }, (error, addresses) => (error ? fail(error) : done(addresses as LookupAddress[])));
  });
}

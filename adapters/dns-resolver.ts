import { type LookupAddress, promises } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { madeFromFile } from './changing-file.ts';
import { hostsFile } from './hosts-file.ts';
import { rankedSlots } from './ranked-slots.ts';
import { checkDescriptors } from './scarce-resources.ts';

/** Each name server is asked three times, for about a second each. */
const TRIES = { timeout: 900, maxTimeout: 900, tries: 3 };
/**
 * The 101st name is asked for when one of a hundred has its answer, or after 50 ms. A name server drops questions that come in larger
 * bursts, and c-ares would repeat them in a burst as large.
 */
const MOST_ASKED = 100;
const SOON = 50;
/** How much longer, in milliseconds, IPv6 addresses are waited for where IPv4 has been answered: some name servers drop such questions. */
const IPV6_GRACE = 100;
/** Most machines cannot call an IPv6 address, so the answer about IPv4 is waited for even if its first packet was lost. */
const IPV4_GRACE = 2_000;
/** Node lets two of its threads look up names at the same time. */
const MOST_OF_SYSTEM = 2;
/** How long, in milliseconds, a name may wait for one of these, and how long a look-up may take one. */
const LONGEST_WAIT = 4_000;
const LONGEST_HELD = 60_000;

const LOOPBACK: readonly LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

export type DnsResolverOptions = {
  /** Is asked for a name that DNS does not know. It may use a thread for each name, so it is asked for two at a time. */
  readonly system?: LookupFunction | undefined;
  readonly hostsPath?: string;
  /** The file in which the system names its name servers, which are read again when it has changed. */
  readonly resolvConfPath?: string;
  /** Which name servers there are now, as `address:port`. @default those of the system */
  readonly nameServers?: () => readonly string[];
  /** Milliseconds on a clock that is never put back. */
  readonly now?: () => number;
};

/**
 * Looks names up without threads: in the hosts file, and then in DNS over UDP, for IPv4 and IPv6 at the same time. Always answers an
 * array, IPv4 first. Its errors have the codes of Node's `dns` module, or EMFILE and the like if this process had no descriptor left.
 */
export function dnsResolver(options: DnsResolverOptions = {}): LookupFunction {
  const { system, hostsPath = '/etc/hosts', now = () => performance.now() } = options;
  const hosts = hostsFile(hostsPath, now);
  const askDns = dnsClient({ ...options, now });
  const askSystem = system && twoAtATime(system);

  async function find(name: string): Promise<readonly LookupAddress[]> {
    const known = hosts.find(name) ?? (/(^|\.)localhost$/.test(name) ? LOOPBACK : undefined);
    if (known !== undefined) return known;
    try {
      return await askDns(name).catch((error) => {
        if (askSystem === undefined || !isForSystem(name, error)) throw error;
        return askSystem(name);
      });
    } catch (error) {
      // Without a descriptor for its question, neither DNS nor the system says more than that there is no answer.
      checkDescriptors();
      throw error;
    }
  }

  return (hostname, _options, answer) => {
    const name = hostname.toLowerCase().replace(/\.$/, '');
    find(name).then(
      (addresses) => answer(null, [...addresses]),
      (error) => answer(error, []),
    );
  };
}

type Clock = { readonly now: () => number };

/** Whether the system may know a name of which DNS says nothing, as `printer`, `nas.local` and names within a VPN. */
function isForSystem(name: string, { code }: NodeJS.ErrnoException): boolean {
  if (code === 'ETIMEOUT') return false;
  const isOfSystemAlone = !name.includes('.') || name.endsWith('.local');
  return isOfSystemAlone || code === 'ENOTFOUND' || code === 'ENODATA' || code === 'ECONNREFUSED';
}

/**
 * Asks the name servers that the system names. Node reads them when a resolver is made, so another one is made when their file has
 * changed or when none of them answers, as after a change of the network.
 */
function dnsClient({ resolvConfPath = '/etc/resolv.conf', nameServers, now }: DnsResolverOptions & Clock) {
  const resolver = madeFromFile(resolvConfPath, () => newResolver(nameServers?.()), now);
  const slots = rankedSlots(MOST_ASKED, SOON);
  let answeredAt = Number.NEGATIVE_INFINITY;

  return async (name: string): Promise<readonly LookupAddress[]> => {
    const release = await new Promise<() => void>((resolve) => slots.enter(resolve));
    const askedAt = now();
    const { addresses, code } = await askBoth(resolver.current(), name).finally(release);
    const isAnswered = code !== 'ETIMEOUT' && code !== 'ECONNREFUSED';
    if (isAnswered) answeredAt = now();
    else if (answeredAt < askedAt) resolver.discard();
    if (code !== undefined) throw Object.assign(new Error(`DNS has no address (${code}).`), { code });
    return addresses;
  };
}

function newResolver(nameServers: readonly string[] | undefined): promises.Resolver {
  const resolver = new promises.Resolver(TRIES);
  if (nameServers !== undefined) resolver.setServers(nameServers);
  return resolver;
}

/** What DNS says of a name: addresses, or the code of an error. */
type Told = { readonly addresses: readonly LookupAddress[]; readonly code?: string | undefined };

async function askBoth(resolver: promises.Resolver, name: string): Promise<Told> {
  const ipv4 = told(resolver.resolve4(name), 4);
  const ipv6 = told(resolver.resolve6(name), 6);
  const both = await Promise.all([unlessLate(ipv4, ipv6, IPV4_GRACE), unlessLate(ipv6, ipv4, IPV6_GRACE)]);
  const addresses = both.flatMap((one) => one.addresses);
  return addresses.length > 0 ? { addresses } : { addresses, code: worstOf(both.map(({ code }) => code)) };
}

async function told(addresses: Promise<string[]>, family: 4 | 6): Promise<Told> {
  return addresses.then(
    (found) => ({ addresses: found.map((address) => ({ address, family })) }),
    ({ code }: NodeJS.ErrnoException) => ({ addresses: [], code }),
  );
}

/** Where one family has settled what the name is, the other gets only so much longer. */
async function unlessLate(own: Promise<Told>, other: Promise<Told>, grace: number): Promise<Told> {
  const late = other.then(async ({ addresses, code }) => {
    if (addresses.length === 0 && code !== 'ENOTFOUND') return own;
    return sleep(grace, { addresses: [], code: 'ETIMEOUT' }, { ref: false });
  });
  return Promise.race([own, late]);
}

/** That a name does not exist is true of both families; that it has no address, only of one. */
function worstOf(codes: readonly (string | undefined)[]): string {
  if (codes.includes('ENOTFOUND')) return 'ENOTFOUND';
  return codes.find((code) => code !== 'ENODATA') ?? 'ENODATA';
}

/** A name that has waited for too long is not looked up any more: whoever asked for it has been told so. */
function twoAtATime(system: LookupFunction): (name: string) => Promise<readonly LookupAddress[]> {
  const slots = rankedSlots(MOST_OF_SYSTEM, LONGEST_HELD);
  const lookUp = (name: string) =>
    new Promise<readonly LookupAddress[]>((resolve, reject) => {
      system(name, { all: true }, (error, found) =>
        error ? reject(error) : resolve(Array.isArray(found) ? found : []),
      );
    });

  return (name) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        leave();
        reject(Object.assign(new Error('The system had no time for the name.'), { code: 'ETIMEOUT' }));
      }, LONGEST_WAIT);
      const leave = slots.enter((release) => {
        clearTimeout(timer);
        resolve(lookUp(name).finally(release));
      });
    });
}

import { type LookupAddress, promises } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { MINUTE, SECOND } from '../core/durations.ts';
import { hostsFile } from './hosts-file.ts';
import { madeFromFile } from './made-from-file.ts';
import { rankedSlots } from './ranked-slots.ts';
import { checkDescriptors } from './scarce-resources.ts';

/** Each name server is asked three times and has 900 ms for each answer. */
const TRIES = { timeout: 900, maxTimeout: 900, tries: 3 };
/**
 * DNS is asked for this many names at a time. Each further name waits until one of them is answered or has been asked
 * for 50 ms. A name server drops questions that come in larger bursts, and c-ares would repeat the dropped ones in an
 * equally large burst.
 */
const MOST_ASKED = 100;
/** A question to DNS gives up its place after this many milliseconds, although its answer may still come. */
const ASKED_FOR = 50;
/**
 * After the IPv4 answer, the IPv6 answer has this many milliseconds left, because some name servers drop questions for
 * IPv6.
 */
const IPV6_GRACE = 100;
/**
 * After the IPv6 answer, the IPv4 answer has this many milliseconds left: enough to repeat a question whose packet was
 * lost. Most machines cannot call an IPv6 address.
 */
const IPV4_GRACE = 2 * SECOND;
/**
 * The operating system is asked for this many names at a time, because Node lets two of its threads look up names at
 * once.
 */
const MOST_OF_SYSTEM = 2;
/** A name fails with ETIMEOUT when it has waited this many milliseconds for one of the operating system's places. */
const LONGEST_WAIT = 4 * SECOND;
/** A look-up by the operating system that has not ended gives up its place after this many milliseconds. */
const LONGEST_HELD = MINUTE;

const LOOPBACK: readonly LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

export type DnsResolverOptions = {
  /**
   * The look-up that is asked for a name that DNS does not know. It may block a thread for each name, so it is asked
   * for two names at a time.
   *
   * @default Only DNS is asked.
   */
  readonly system?: LookupFunction | undefined;
  readonly hostsPath?: string;
  /** The file that lists the name servers of the system. They are read again when the file has changed. */
  readonly resolvConfPath?: string;
  /**
   * Returns the name servers to ask from now on, as `address:port`.
   *
   * @default The name servers of the system are asked.
   */
  readonly nameServers?: () => readonly string[];
  /** Returns the milliseconds of a monotonic clock, which may count from any instant. */
  readonly now?: () => number;
};

/**
 * Looks names up without blocking threads: in the hosts file, and then in DNS over UDP, for IPv4 and IPv6 at the same
 * time. The result is always an array, IPv4 first. Errors have the codes of Node's `dns` module, or a code such as
 * EMFILE if no descriptor was left.
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
      // Without a free descriptor, DNS and the system report only that no answer came: the receiver would be blamed for
      // it.
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

/**
 * Whether the operating system may know a name that DNS does not know, such as `printer`, `nas.local` or a name within
 * a VPN.
 */
function isForSystem(name: string, { code }: NodeJS.ErrnoException): boolean {
  if (code === 'ETIMEOUT') return false;
  const isLocalName = !name.includes('.') || name.endsWith('.local');
  return isLocalName || code === 'ENOTFOUND' || code === 'ENODATA' || code === 'ECONNREFUSED';
}

/**
 * Asks the name servers of the system. A resolver of Node reads their addresses only once, so it is replaced when their
 * file has changed, or when none of them answers. Otherwise no name would be found after the machine has moved to
 * another network.
 */
function dnsClient({ resolvConfPath = '/etc/resolv.conf', nameServers, now }: DnsResolverOptions & Clock) {
  const resolver = madeFromFile(resolvConfPath, () => newResolver(nameServers?.()), now);
  const slots = rankedSlots(MOST_ASKED, ASKED_FOR);
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

/** The answer of DNS for a name: its addresses, or the code of an error. */
type DnsAnswer = { readonly addresses: readonly LookupAddress[]; readonly code?: string | undefined };

async function askBoth(resolver: promises.Resolver, name: string): Promise<DnsAnswer> {
  const ipv4 = answerOf(resolver.resolve4(name), 4);
  const ipv6 = answerOf(resolver.resolve6(name), 6);
  const both = await Promise.all([unlessLate(ipv4, ipv6, IPV4_GRACE), unlessLate(ipv6, ipv4, IPV6_GRACE)]);
  const addresses = both.flatMap((one) => one.addresses);
  return addresses.length > 0 ? { addresses } : { addresses, code: codeOf(both.map(({ code }) => code)) };
}

async function answerOf(addresses: Promise<string[]>, family: 4 | 6): Promise<DnsAnswer> {
  return addresses.then(
    (found) => ({ addresses: found.map((address) => ({ address, family })) }),
    ({ code }: NodeJS.ErrnoException) => ({ addresses: [], code }),
  );
}

/**
 * The answer for one address family. Once the other family has found an address, or has shown that the name does not
 * exist, this one becomes ETIMEOUT after `grace` milliseconds: a name server that drops one kind of question would
 * otherwise delay every call.
 */
async function unlessLate(own: Promise<DnsAnswer>, other: Promise<DnsAnswer>, grace: number): Promise<DnsAnswer> {
  const late = other.then(async ({ addresses, code }) => {
    if (addresses.length === 0 && code !== 'ENOTFOUND') return own;
    return sleep(grace, { addresses: [], code: 'ETIMEOUT' }, { ref: false });
  });
  return Promise.race([own, late]);
}

/**
 * The code that describes the failure of both families best. ENOTFOUND comes first, because it holds for the whole
 * name. ENODATA comes last, because it only says that one family has no address, while the other may have one that
 * could not be asked for.
 */
function codeOf(codes: readonly (string | undefined)[]): string {
  if (codes.includes('ENOTFOUND')) return 'ENOTFOUND';
  return codes.find((code) => code !== 'ENODATA') ?? 'ENODATA';
}

/** Limits a look-up to two names at a time. A name that fails because it has waited too long is not looked up later. */
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

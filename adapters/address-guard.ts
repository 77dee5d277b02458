import type { LookupAddress } from 'node:dns';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import { dnsResolver } from './dns-resolver.ts';
import { type LookupBounds, sharedLookup } from './shared-lookup.ts';

/** A call that the guard did not let through. Its message never says where a name leads: that is what an attacker wants to know. */
export class Blocked extends Error {}

/** A name whose addresses are not known. Its code may be the same as that of a failed connection, as ECONNREFUSED of a name server. */
export class LookupFailed extends Error {
  readonly code: string;

  constructor(cause: NodeJS.ErrnoException) {
    super('The host name could not be looked up.', { cause });
    this.code = cause.code ?? '';
  }
}

export type Guard = {
  /** For `net.connect`: resolves a name once, refuses it if any of its addresses is not allowed, and so pins the rest. */
  readonly lookup: LookupFunction;
  /** Throws for a host that is an address which is not allowed: for such a host nothing is looked up. */
  checkLiteral(host: string): void;
  /** Destroys a socket that is connected to where it must not be. Nothing has been sent yet. */
  checkConnected(socket: Socket): void;
};

/** The guard's second half: `core/target/target-url.ts` says what may be called, and this checks where a call really goes. */
export function addressGuard(
  allows: (address: string) => boolean,
  resolve: LookupFunction = dnsResolver(),
  bounds?: LookupBounds,
): Guard {
  const lookUpOnce = sharedLookup(resolve, bounds);
  const lookup: LookupFunction = (hostname, options, answer) => {
    lookUpOnce(hostname, { ...options, all: true }, (error, found) => {
      const addresses = Array.isArray(found) ? found : [];
      const failure = error ? new LookupFailed(error) : refusalOf(addresses, allows);
      if (failure !== undefined) return answer(failure, []);
      if (options.all) return answer(null, addresses);
      answer(null, addresses[0]?.address ?? '', addresses[0]?.family);
    });
  };

  return {
    lookup,
    checkLiteral(host) {
      const address = host.replace(/^\[|\]$/g, '');
      if (isIP(address) !== 0 && !allows(address)) throw new Blocked('The address is not a public one.');
    },
    checkConnected(socket) {
      if (socket.remoteAddress === undefined || allows(socket.remoteAddress)) return;
      socket.destroy(new Blocked('The host is not a public one.'));
    },
  };
}

/** Of several addresses any may be connected to, so all of them must be allowed. */
function refusalOf(addresses: readonly LookupAddress[], allows: (address: string) => boolean): Error | undefined {
  if (addresses.length === 0)
    return new LookupFailed(Object.assign(new Error('There is none.'), { code: 'ENOTFOUND' }));
  return addresses.every(({ address }) => allows(address)) ? undefined : new Blocked('The host is not a public one.');
}

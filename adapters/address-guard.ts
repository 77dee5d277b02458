import type { LookupAddress } from 'node:dns';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import { dnsResolver } from './dns-resolver.ts';
import { type LookupBounds, sharedLookup } from './shared-lookup.ts';

/**
 * The error of a call to an address that is not allowed. Its message never contains the address, because a publisher
 * could otherwise look up names of the private network that this process is in.
 */
export class Blocked extends Error {}

/**
 * The error of a look-up that found no address. It is a class of its own because its `code` can be the same as that of
 * a failed connection: ECONNREFUSED may come from a name server or from the receiver.
 */
export class LookupFailed extends Error {
  readonly code: string;

  constructor(cause: NodeJS.ErrnoException) {
    super('The host name could not be looked up.', { cause });
    this.code = cause.code ?? '';
  }
}

export type Guard = {
  /**
   * The `lookup` option of `net.connect`. It resolves a name once and fails with `Blocked` if any of its addresses is
   * not allowed. The socket connects to nothing but the addresses that were checked, so a name that changes its address
   * in between gains nothing.
   */
  readonly lookup: LookupFunction;
  /**
   * Throws `Blocked` if a host is itself an IP address that is not allowed. `lookup` cannot refuse it, because Node
   * looks nothing up for an IP address.
   */
  checkLiteral(host: string): void;
  /**
   * Destroys a socket whose remote address is not allowed. It is called on `connect`, when nothing has been sent yet.
   */
  checkConnected(socket: Socket): void;
};

/** Checks the addresses to which calls really go. `core/target/target-url.ts` only decides which URLs may be called. */
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

/**
 * The reason to refuse a name, if any. All addresses of the name must be allowed, because Node may connect to any of
 * them.
 */
function refusalOf(addresses: readonly LookupAddress[], allows: (address: string) => boolean): Error | undefined {
  if (addresses.length === 0)
    return new LookupFailed(Object.assign(new Error('There is none.'), { code: 'ENOTFOUND' }));
  return addresses.every(({ address }) => allows(address)) ? undefined : new Blocked('The host is not a public one.');
}

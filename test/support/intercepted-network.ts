import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http, { type RequestListener } from 'node:http';
import https from 'node:https';
import { type AddressInfo, isIP, type LookupFunction, type NetConnectOpts, Socket } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';

/**
 * Certificates of an authority that only the tests trust, valid for the next hundred years, except one that was valid
 * for a day in 2020.
 */
const certificates = new URL('../certificates/', import.meta.url);

export type InterceptedNetwork = {
  /** The names that were looked up, in order. */
  readonly lookups: readonly string[];
  /** The addresses to which sockets would have been connected, in order. */
  readonly connects: readonly string[];
  /** The answers for a name: each one for one look-up, and the last one for all further look-ups. */
  answerLookups(answers: readonly (readonly string[])[]): void;
  readonly resolve: LookupFunction;
  /** Empties `lookups` and `connects`. */
  forget(): void;
  close(): Promise<void>;
};

type Connected = Omit<Socket, 'connecting'> & { connecting: boolean };
type Options = NetConnectOpts & { host?: string; lookup?: LookupFunction };

/**
 * Connects every further socket of this process to a server of the test instead of the address that was asked for, and
 * answers look-ups of names itself. The sockets do not notice it. So nothing leaves the machine.
 */
export async function interceptNetwork(answer: RequestListener): Promise<InterceptedNetwork> {
  const lookups: string[] = [];
  const connects: string[] = [];
  let answers: readonly (readonly string[])[] = [];
  const plain = http.createServer(answer).listen(0, '127.0.0.1');
  const secure = https
    .createServer({ key: read('server.key'), cert: read('server.pem') }, answer)
    .listen(0, '127.0.0.1');
  await Promise.all([once(plain, 'listening'), once(secure, 'listening')]);
  const authorities = getCACertificates();
  setDefaultCACertificates([...authorities, read('ca.pem')]);

  const resolve: LookupFunction = (name, _options, callback) => {
    lookups.push(name);
    const [next = []] = answers;
    if (answers.length > 1) answers = answers.slice(1);
    setImmediate(
      callback,
      null,
      next.map((address) => ({ address, family: isIP(address) })),
    );
  };

  const connect = Socket.prototype.connect;
  Socket.prototype.connect = function intercepted(this: Connected, ...args: unknown[]) {
    const [options, listener] = (Array.isArray(args[0]) ? args[0] : args) as [Options, (() => void)?];
    const goTo = (address: string) => {
      connects.push(address);
      Object.defineProperty(this, 'remoteAddress', { value: address });
      const { port } = ('encrypted' in this ? secure : plain).address() as AddressInfo;
      Reflect.apply(connect, this, [{ host: '127.0.0.1', port }, listener]);
    };
    const { host = '', lookup } = options;
    this.connecting = true;
    if (isIP(host)) goTo(host);
    else if (lookup === undefined) throw new Error(`${host} would be looked up without the guard.`);
    else lookup(host, { all: true }, (error, found) => (error ? this.destroy(error) : goTo(chosen(found))));
    return this;
  } as typeof connect;

  return {
    lookups,
    connects,
    answerLookups: (given) => {
      answers = given;
    },
    resolve,
    forget() {
      lookups.length = 0;
      connects.length = 0;
    },
    async close() {
      Socket.prototype.connect = connect;
      setDefaultCACertificates(authorities);
      for (const server of [plain, secure]) server.close().closeAllConnections();
    },
  };
}

/** The most dangerous one of several addresses, which an attacker's network would choose. */
function chosen(found: Parameters<Parameters<LookupFunction>[2]>[1]): string {
  const addresses = Array.isArray(found) ? found.map(({ address }) => address) : [found];
  return addresses.at(-1) ?? '';
}

function read(file: string): string {
  return readFileSync(new URL(file, certificates), 'utf8');
}

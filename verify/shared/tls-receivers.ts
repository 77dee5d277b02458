import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import https from 'node:https';
import type { AddressInfo, LookupFunction } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';

/** A certificate of a receiver that a call refuses, and the reason that the attempt gives. */
export type ShownCertificate = {
  readonly what: string;
  readonly file: string;
  readonly host: string;
  readonly says: RegExp;
};

export const refusedCertificates: readonly ShownCertificate[] = [
  { what: 'has expired', file: 'expired.pem', host: 'localhost', says: /expired/ },
  { what: 'is for another host', file: 'server.pem', host: 'other.test', says: /another host/ },
  { what: 'is signed by itself', file: 'self-signed.pem', host: 'localhost', says: /authority/ },
];

/** Resolves every name to this machine. */
export const resolveToThisMachine: LookupFunction = (_name, _options, answer) =>
  answer(null, [{ address: '127.0.0.1', family: 4 }]);

/** Lets this process trust the authority of the test certificates, until the returned function is called. */
export function trustTestAuthority(): () => void {
  const authorities = getCACertificates();
  setDefaultCACertificates([...authorities, read('ca.pem')]);
  return () => setDefaultCACertificates(authorities);
}

export async function openTlsReceiver(
  certificate: string,
  answer: RequestListener = (_, response) => response.end('ok'),
): Promise<{ readonly port: number; close(): void }> {
  const options = { key: read('server.key'), cert: read(certificate) };
  const server = https.createServer(options, answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: () => server.close().closeAllConnections(),
  };
}

/** Reads a test certificate. They are valid for a hundred years, except one that was valid for a day in 2020. */
function read(file: string): string {
  return readFileSync(new URL(`../../test/certificates/${file}`, import.meta.url), 'utf8');
}

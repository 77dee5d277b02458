import type { LookupAddress } from 'node:dns';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { madeFromFile } from './changing-file.ts';
import { shortageIn } from './scarce-resources.ts';

export type HostsFile = {
  /** The addresses of a name in lower case, IPv4 first; undefined if the file does not name it. */
  find(name: string): readonly LookupAddress[] | undefined;
};

type Hosts = ReadonlyMap<string, readonly LookupAddress[]>;

/**
 * Knows the names that people give to machines in a file like /etc/hosts, which is read again when it has changed. A file that is
 * missing or must not be read names nothing.
 *
 * @param now milliseconds on a clock that is never put back
 */
export function hostsFile(path: string, now: () => number): HostsFile {
  const hosts = madeFromFile(path, () => parseHosts(textOf(path)), now);
  return { find: (name) => hosts.current().get(name) };
}

/** Lines of `address name name … # comment`. A line whose address is none is passed over, as the system does. */
function parseHosts(text: string): Hosts {
  const hosts = new Map<string, LookupAddress[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    const family = isIP(address);
    if (family === 0) continue;
    for (const name of names) {
      const known = hosts.get(nameOf(name)) ?? [];
      hosts.set(nameOf(name), [...known.filter((one) => one.address !== address), { address, family }]);
    }
  }
  for (const addresses of hosts.values()) addresses.sort((one, other) => one.family - other.family);
  return hosts;
}

function nameOf(text: string): string {
  return text.toLowerCase().replace(/\.$/, '');
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (shortageIn(error) !== undefined) throw error;
    return '';
  }
}

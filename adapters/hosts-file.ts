import type { LookupAddress } from 'node:dns';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { madeFromFile } from './made-from-file.ts';
import { shortageIn } from './scarce-resources.ts';

export type HostsFile = {
  /** Returns the addresses of a name in lower case, IPv4 first, or undefined if the file does not contain the name. */
  find(name: string): readonly LookupAddress[] | undefined;
};

type Hosts = ReadonlyMap<string, readonly LookupAddress[]>;

/**
 * Finds names in a hosts file such as /etc/hosts, which is read again when it has changed. A file that is missing or
 * cannot be read counts as empty, unless this process has no descriptor or memory left to read it: then `find` throws.
 *
 * @param now Milliseconds of a monotonic clock.
 */
export function hostsFile(path: string, now: () => number): HostsFile {
  const hosts = madeFromFile(path, () => parseHosts(textOf(path)), now);
  return { find: (name) => hosts.current().get(name) };
}

/**
 * Parses lines of the form `address name name … # comment`. A line without a valid address is skipped, as the system
 * does.
 */
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

import type { Settings } from '../settings.ts';
import { isPublicAddress } from './public-address.ts';

export const MAX_URL_LENGTH = 2_048;

const HTTPS_PORT = 443;
/** The most characters of a host name, from RFC 1035, section 2.3.4. */
const MAX_HOST_LENGTH = 253;
const MAX_PORT = 65_535;
const MAX_PORT_LENGTH = `:${MAX_PORT}`.length;
/** A host name or an address, and optionally a port, without any other part of a URL. */
const HOST = /^(\[[\da-f:.]+\]|[^\s:/?#@\\[\]]+)(?::(\d{1,5}))?$/i;

/**
 * The ports on which servers of other protocols listen, which an attacker could reach with a crafted request. They are
 * those of https://fetch.spec.whatwg.org/#port-blocking and of common databases.
 */
const REFUSED_PORTS = new Set([
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
  111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 445, 465, 512, 513, 514, 515, 526, 530, 531,
  532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1433, 1521, 1719, 1720, 1723, 2049, 3306, 3389, 3659,
  4045, 4190, 5060, 5061, 5432, 6000, 6379, 6380, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 9042, 10080, 11211,
  27017,
]);

/** The endings of host names that never belong to the public Internet. */
const LOCAL_NAMES = /(^|\.)(localhost|localdomain|local|internal|intranet|lan|home|corp|private|svc|home\.arpa)$/;

export type TargetPolicy = Pick<Settings, 'privateTargets' | 'ownHosts'>;

/** Returns the normalised URL to store and to call, or the reason why it is refused, in words for its author. */
export function parseTargetUrl(text: string, policy: TargetPolicy): { url: string } | { refused: string } {
  const refused = problemOfText(text);
  if (refused !== undefined) return { refused };
  const url = /^https?:\/\/[^/]/i.test(text) ? URL.parse(text) : null;
  if (url === null)
    return { refused: 'Not a URL that can be called. Write it in full, as in https://example.com/path.' };
  if (url.username || url.password) {
    return {
      refused: 'A URL has no user name and password: they would be shown in records. Send an authorization header.',
    };
  }
  if (url.hostname.endsWith('.')) url.hostname = withoutLastDot(url.hostname);
  if (/(^|\.)(\.|$)/.test(url.hostname)) return { refused: 'The host name has a dot too many. Remove it.' };
  if (REFUSED_PORTS.has(portOf(url))) return { refused: `Port ${portOf(url)} is not called: it is not one for HTTP.` };
  if (policy.ownHosts.some((own) => hostNameIn(own) === url.hostname))
    return { refused: 'The queue does not call itself.' };
  if (!policy.privateTargets && !isPublicHost(url.hostname)) {
    return { refused: `Only public hosts are called, and ${url.hostname} is not one.` };
  }
  if (url.href.length > MAX_URL_LENGTH) {
    return { refused: `A URL has at most ${MAX_URL_LENGTH} characters, counted with its percent-encoding.` };
  }
  return { url: url.href };
}

/**
 * Returns what is wrong with the text of a URL; undefined if nothing is. It is checked before the URL is parsed,
 * because a parser removes or replaces some characters, and takes long for a long host.
 */
function problemOfText(text: string): string | undefined {
  if (hasControlCharacter(text) || text !== text.trim())
    return 'A URL has no spaces around it and no control characters. Remove them.';
  if (!text.isWellFormed()) return 'Half of a surrogate pair stands alone in this URL. Remove it.';
  if (text.includes('\\')) return 'A URL has no backslashes. Write / or %5C.';
  const isTooLong = hostIn(text).length > MAX_HOST_LENGTH + MAX_PORT_LENGTH;
  return isTooLong ? `A host name has at most ${MAX_HOST_LENGTH} characters.` : undefined;
}

/**
 * The host of a URL as it is shown to people: with its port, unless that is the default of the scheme. Empty if the
 * text is no URL.
 */
export function hostOf(url: string): string {
  return URL.parse(url)?.host ?? '';
}

/**
 * The host name in a setting such as `Queue.Example.com.:443`, spelled as in a parsed URL; undefined if there is none.
 */
function hostNameIn(host: string): string | undefined {
  const url = URL.parse(host.includes('://') ? host : `https://${host.trim()}`);
  return url === null ? undefined : withoutLastDot(url.hostname);
}

function withoutLastDot(hostname: string): string {
  return hostname.endsWith('.') ? hostname.slice(0, -1) : hostname;
}

/**
 * The host and the port in the text of a URL that is not parsed yet. The time of parsing grows with the square of the
 * length of the host, so the length is checked first.
 */
function hostIn(text: string): string {
  return /^https?:\/\/(?:[^/?#]*@)?([^/?#]*)/i.exec(text)?.[1] ?? '';
}

/**
 * The host and port that a URL leads to, in one spelling, because calls to them share one limit. The port is left out
 * only if it is that of https. Empty if the text is no URL.
 */
export function hostAndPortOf(text: string): string {
  const url = URL.parse(text);
  if (url === null) return '';
  const host = url.hostname.replace(/\.$/, '');
  return portOf(url) === HTTPS_PORT ? host : `${host}:${portOf(url)}`;
}

/** A host to search for, spelled as in a parsed URL. Without a port, it stands for all ports of the host. */
export type Host = { readonly name: string; readonly port?: number };

/**
 * Returns the host that a text such as `Example.com`, `example.com:8443` or `[::1]:80` names, in any spelling;
 * undefined if it names none.
 */
export function parseHost(text: string): Host | undefined {
  const [, written = '', port] = text.length > MAX_HOST_LENGTH + MAX_PORT_LENGTH ? [] : (HOST.exec(text) ?? []);
  const name = withoutLastDot(URL.parse(`http://${written}`)?.hostname ?? '');
  if (name === '' || Number(port) > MAX_PORT) return undefined;
  return port === undefined ? { name } : { name, port: Number(port) };
}

/** Whether a URL leads to a host. */
export function leadsTo(text: string, { name, port }: Host): boolean {
  const url = URL.parse(text);
  return url !== null && withoutLastDot(url.hostname) === name && (port === undefined || portOf(url) === port);
}

/** The address that the host of a URL is, without brackets; undefined if the host is a name. */
function addressIn(hostname: string): string | undefined {
  if (hostname.startsWith('[')) return hostname.slice(1, -1);
  return /^[\d.]+$/.test(hostname) ? hostname : undefined;
}

/**
 * Whether a host may be public, as far as this can be known without looking up its name. The addresses of a name are
 * checked when it is called.
 */
function isPublicHost(hostname: string): boolean {
  const address = addressIn(hostname);
  if (address !== undefined) return isPublicAddress(address);
  return hostname.includes('.') && !LOCAL_NAMES.test(hostname);
}

function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? HTTPS_PORT : 80;
}

function hasControlCharacter(text: string): boolean {
  for (const character of text) if (character < ' ' || character === '\u007f') return true;
  return false;
}

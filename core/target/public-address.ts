type Range = readonly [base: string, prefix: number];

/**
 * The IPv4 addresses that do not belong to the public Internet: all of IANA's registry of special addresses, multicast,
 * class E, and the address of the Azure host. See https://www.iana.org/assignments/iana-ipv4-special-registry
 */
const SPECIAL_IPV4: readonly Range[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/**
 * The IPv6 addresses inside 2000::/3 that do not belong to the public Internet. Teredo in 2001::/23 and 6to4 in
 * 2002::/16 embed IPv4 addresses. See https://www.iana.org/assignments/iana-ipv6-special-registry
 */
const SPECIAL_IPV6: readonly Range[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
];
/** The only range of IPv6 addresses that is allocated to the public. */
const GLOBAL_IPV6: Range = ['2000::', 3];

const special4 = SPECIAL_IPV4.map(inRange(ipv4Bits, 32));
const special6 = SPECIAL_IPV6.map(inRange(ipv6Bits, 128));
const global6 = inRange(ipv6Bits, 128)(GLOBAL_IPV6);

/**
 * Whether an address, as text without brackets, belongs to the public Internet. False for a text that is no address.
 */
export function isPublicAddress(address: string): boolean {
  const bits4 = ipv4Bits(address);
  if (bits4 !== undefined) return !special4.some((contains) => contains(bits4));
  const bits6 = ipv6Bits(address);
  if (bits6 === undefined) return false;
  return global6(bits6) && !special6.some((contains) => contains(bits6)) && !isIsatap(bits6);
}

/** Whether an IPv6 address embeds an IPv4 address in its interface identifier, as in RFC 5214. */
function isIsatap(bits: bigint): boolean {
  const identifier = (bits >> 32n) & 0xffff_ffffn;
  return identifier === 0x0000_5efen || identifier === 0x0200_5efen;
}

function inRange(bitsOf: (address: string) => bigint | undefined, width: number) {
  return ([base, prefix]: Range) => {
    const shift = BigInt(width - prefix);
    const start = (bitsOf(base) ?? 0n) >> shift;
    return (bits: bigint) => bits >> shift === start;
  };
}

/**
 * The bits of an IPv4 address in dotted decimal, which is what resolvers and `URL` return; undefined for any other
 * text, such as octal and hexadecimal spellings.
 */
function ipv4Bits(address: string): bigint | undefined {
  if (!/^(\d{1,3}\.){3}\d{1,3}$/.test(address)) return undefined;
  const octets = address.split('.').map(Number);
  if (octets.some((octet) => octet > 255)) return undefined;
  return octets.reduce((bits, octet) => (bits << 8n) | BigInt(octet), 0n);
}

/**
 * The bits of an IPv6 address in any spelling; undefined for any other text. Texts with other characters never reach
 * `URL`, which would remove some characters and give others a meaning.
 */
function ipv6Bits(address: string): bigint | undefined {
  if (!/^[\da-f:.]+$/i.test(address)) return undefined;
  const host = URL.parse(`http://[${address}]/`)?.hostname;
  if (host === undefined) return undefined;
  const [head = '', tail] = host.slice(1, -1).split('::');
  const left = head.split(':').filter(Boolean);
  const right = (tail ?? '').split(':').filter(Boolean);
  const zeros = Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...zeros, ...right].reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}

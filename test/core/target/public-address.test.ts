import { describe, expect, test } from '@jest/globals';
import { isPublicAddress } from '../../../core/target/public-address.ts';

/** Each range that is not public, with the last address before it and the first one behind it, if those are public. */
const ranges: readonly [first: string, last: string, before?: string | undefined, behind?: string | undefined][] = [
  ['0.0.0.0', '0.255.255.255', undefined, '1.0.0.0'],
  ['10.0.0.0', '10.255.255.255', '9.255.255.255', '11.0.0.0'],
  ['100.64.0.0', '100.127.255.255', '100.63.255.255', '100.128.0.0'],
  ['127.0.0.0', '127.255.255.255', '126.255.255.255', '128.0.0.0'],
  ['168.63.129.16', '168.63.129.16', '168.63.129.15', '168.63.129.17'],
  ['169.254.0.0', '169.254.255.255', '169.253.255.255', '169.255.0.0'],
  ['172.16.0.0', '172.31.255.255', '172.15.255.255', '172.32.0.0'],
  ['192.0.0.0', '192.0.0.255', '191.255.255.255', '192.0.1.0'],
  ['192.0.2.0', '192.0.2.255', '192.0.1.255', '192.0.3.0'],
  ['192.31.196.0', '192.31.196.255', '192.31.195.255', '192.31.197.0'],
  ['192.52.193.0', '192.52.193.255', '192.52.192.255', '192.52.194.0'],
  ['192.88.99.0', '192.88.99.255', '192.88.98.255', '192.88.100.0'],
  ['192.168.0.0', '192.168.255.255', '192.167.255.255', '192.169.0.0'],
  ['192.175.48.0', '192.175.48.255', '192.175.47.255', '192.175.49.0'],
  ['198.18.0.0', '198.19.255.255', '198.17.255.255', '198.20.0.0'],
  ['198.51.100.0', '198.51.100.255', '198.51.99.255', '198.51.101.0'],
  ['203.0.113.0', '203.0.113.255', '203.0.112.255', '203.0.114.0'],
  ['224.0.0.0', '239.255.255.255', '223.255.255.255', undefined],
  ['240.0.0.0', '255.255.255.255'],
  ['::', '1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', undefined, '2000::'],
  ['2001::', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff', '2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '2001:200::'],
  ['2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', '2001:db7:ffff:ffff:ffff:ffff:ffff:ffff', '2001:db9::'],
  ['2002::', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '2003::'],
  [
    '2620:4f:8000::',
    '2620:4f:8000:ffff:ffff:ffff:ffff:ffff',
    '2620:4f:7fff:ffff:ffff:ffff:ffff:ffff',
    '2620:4f:8001::',
  ],
  ['3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff', '3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '3fff:1000::'],
  ['4000::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', undefined],
];

describe.each(ranges)('from %s to %s', (first, last, before, behind) => {
  test('no address is public', () => {
    expect([first, last].map(isPublicAddress)).toEqual([false, false]);
  });

  test('the neighbours are public', () => {
    for (const neighbour of [before, behind])
      if (neighbour !== undefined) expect(isPublicAddress(neighbour)).toBe(true);
  });
});

describe('an IPv4 address inside an IPv6 address is not public', () => {
  test.each([
    ['mapped', '::ffff:1.1.1.1'],
    ['mapped, in hexadecimal', '::ffff:101:101'],
    ['compatible', '::1.1.1.1'],
    ['translated', '::ffff:0:1.1.1.1'],
    ['NAT64', '64:ff9b::1.1.1.1'],
    ['local NAT64', '64:ff9b:1::1.1.1.1'],
    ['6to4', '2002:101:101::'],
    ['Teredo', '2001:0:101:101::1'],
    ['ISATAP', '2606:4700::5efe:101:101'],
    ['ISATAP of a global address', '2606:4700::200:5efe:101:101'],
  ])('%s: %s', (_, address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

test.each(['2606:4700:4700::1111', '2606:4700:4700:0:0:0:0:1111', '2606:4700:4700::0.0.17.17', '2A00:1450::'])(
  '%s is public in every spelling',
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);

test.each([
  '',
  'example.com',
  'localhost',
  '1.1.1',
  '1.1.1.1.1',
  '1.1.1.256',
  '0x1.1.1.1',
  '16843009',
  '1.1.1.1 ',
  '[2606:4700::1]',
  '2606:4700::1%eth0',
  '2606:4700:::1',
  '1:2:3:4:5:6:7:8:9',
  '2606:4700::1]/',
  '2606:4700::1\n',
  '2606:\t4700::1',
  'a]@[2606:4700::1',
])('%j is no address, and so not public', (text) => {
  expect(isPublicAddress(text)).toBe(false);
});

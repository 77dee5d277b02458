import { describe, expect, test } from '@jest/globals';
import { leadsTo, parseHost, parseTargetUrl, type TargetPolicy } from '../../../core/target/target-url.ts';

const publicOnly: TargetPolicy = { privateTargets: false, ownHosts: [] };
const anywhere: TargetPolicy = { privateTargets: true, ownHosts: [] };

test.each([
  ['https://example.com', 'https://example.com/'],
  ['HTTPS://EXAMPLE.COM:443/a/../b', 'https://example.com/b'],
  ['http://example.com.:8080/?q=ü#f', 'http://example.com:8080/?q=%C3%BC#f'],
  ['http://bücher.example/', 'http://xn--bcher-kva.example/'],
  ['http://example.com/a b', 'http://example.com/a%20b'],
  ['http://0x7f000001.example.com/', 'http://0x7f000001.example.com/'],
  ['http://localhost.example.com/', 'http://localhost.example.com/'],
])('%s is called as %s', (text, url) => {
  expect(parseTargetUrl(text, publicOnly)).toEqual({ url });
});

describe('refused everywhere', () => {
  test.each([
    ['ftp://example.com/'],
    ['//example.com/'],
    ['http:example.com'],
    ['http:///example.com'],
    ['http://'],
    [' http://example.com/'],
    ['http://example.com/\u0000'],
    ['http://example.com/\u007f'],
    ['http://exam\nple.com/'],
    ['http://example.com\\@10.0.0.1/'],
    ['http://example.com/\ud800'],
    ['http://example.com/?q=\udfff'],
    ['http://user@example.com/'],
    ['http://:secret@example.com/'],
    ['http://example.com:22/'],
    ['http://example.com:25/'],
    ['http://example.com:0/'],
    ['http://example.com:6379/'],
    ['https://example.com:11211/'],
    ['http://example.com:65536/'],
    ['http://exa%mple.com/'],
    ['http://./'],
    ['http://.example.com/'],
    ['http://a..example.com/'],
    ['http://example.com../'],
  ])('%j', (text) => {
    for (const policy of [publicOnly, anywhere])
      expect(parseTargetUrl(text, policy)).toEqual({ refused: expect.any(String) });
  });
});

describe('refused unless private targets are allowed', () => {
  test.each([
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0177.1/',
    'http://[::1]:8080/',
    'http://localhost/',
    'http://a.localhost/',
    'http://intranet/',
    'http://database/',
    'http://printer.local/',
    'http://metadata.google.internal/',
    'http://kubernetes.default.svc/',
    'http://router.home.arpa/',
    'http://nas.lan/',
  ])('%s', (text) => {
    expect(parseTargetUrl(text, publicOnly)).toEqual({ refused: expect.stringMatching(/^Only public hosts/) });
    expect(parseTargetUrl(text, anywhere)).toEqual({ url: expect.any(String) });
  });
});

test("the queue's own hosts are refused, however they are spelled", () => {
  const policy = { ...anywhere, ownHosts: ['queue.example.com'] };
  for (const text of ['https://queue.example.com/', 'https://QUEUE.example.com./events']) {
    expect(parseTargetUrl(text, policy)).toEqual({ refused: 'The queue does not call itself.' });
  }
  expect(parseTargetUrl('https://queue.example.com../', policy)).toHaveProperty('refused');
});

test.each([
  'Queue.Example.COM',
  'queue.example.com.',
  'queue.example.com:443',
  'queue.example.com:80',
  ' queue.example.com',
  'QUEUE.example.com.:443',
  'https://queue.example.com/',
  'ｑueue.example.com',
])("the queue's own host is refused also where the setting spells it %j", (own) => {
  const policy = { ...anywhere, ownHosts: ['', 'not a host', own] };
  const refused = { refused: 'The queue does not call itself.' };
  for (const text of ['https://queue.example.com/', 'http://queue.example.com:8080/', 'https://Queue.example.com./'])
    expect(parseTargetUrl(text, policy)).toEqual(refused);
  expect(parseTargetUrl('https://other.example.com/', policy)).toHaveProperty('url');
});

test.each([
  ['bücher.example', 'https://xn--bcher-kva.example/'],
  ['BÜCHER.example.', 'https://bücher.example/'],
  ['xn--bcher-kva.example', 'https://bücher.example/'],
])("the queue's own host %s is %s", (own, text) => {
  expect(parseTargetUrl(text, { ...anywhere, ownHosts: [own] })).toEqual({
    refused: 'The queue does not call itself.',
  });
});

test('a host name has at most 253 characters, and is not looked at otherwise', () => {
  const host = (length: number) => `${'a.'.repeat(length)}`.slice(0, length - 4).concat('.com');
  expect(parseTargetUrl(`https://${host(253)}:8080/`, publicOnly)).toHaveProperty('url');
  for (const text of [host(260), `user:secret@${host(1_900)}`, '\u4e00'.repeat(1_900)]) {
    expect(parseTargetUrl(`https://${text}/`, publicOnly)).toEqual({
      refused: 'A host name has at most 253 characters.',
    });
  }
  const { refused = '' } = parseTargetUrl(`https://${'s'.repeat(300)}@example.com/`, publicOnly) as {
    refused?: string;
  };
  expect(refused).toMatch(/^A URL has no user name/);
});

test('a URL has at most 2,048 characters, counted with its percent-encoding', () => {
  const path = (length: number) => `https://example.com/${'a'.repeat(length - 20)}`;
  expect(parseTargetUrl(path(2_048), publicOnly)).toHaveProperty('url');
  expect(parseTargetUrl(path(2_049), publicOnly)).toHaveProperty('refused');
  expect(parseTargetUrl(`https://example.com/${'ü'.repeat(338)}`, publicOnly)).toHaveProperty('url');
  expect(parseTargetUrl(`https://example.com/${'ü'.repeat(339)}`, publicOnly)).toHaveProperty('refused');
});

describe('a host to look for', () => {
  test.each([
    ['example.com', { name: 'example.com' }],
    ['EXAMPLE.com.', { name: 'example.com' }],
    ['example.com:443', { name: 'example.com', port: 443 }],
    ['example.com.:080', { name: 'example.com', port: 80 }],
    ['bücher.example', { name: 'xn--bcher-kva.example' }],
    ['localhost:3000', { name: 'localhost', port: 3000 }],
    ['127.1', { name: '127.0.0.1' }],
    ['[::0001]:80', { name: '[::1]', port: 80 }],
  ])('%s is %j', (text, host) => {
    expect(parseHost(text)).toEqual(host);
  });

  test.each([
    '',
    '.',
    ' ',
    'example.com ',
    'https://example.com',
    'example.com/',
    'example.com?a',
    'user@example.com',
    'example.com:',
    'example.com:65536',
    'example.com:http',
    '::1',
    '[::1',
    '[example.com]',
    '999.999.999.999',
    'a'.repeat(300),
    'a%2Fb',
  ])('%s is none', (text) => {
    expect(parseHost(text)).toBeUndefined();
  });

  test.each<[string, string, boolean]>([
    ['https://example.com/', 'example.com', true],
    ['http://example.com:8080/', 'example.com', true],
    ['https://www.example.com/', 'example.com', false],
    ['https://example.com.evil.example/', 'example.com', false],
    ['https://other.example/?to=example.com', 'example.com', false],
    ['https://example.com/', 'example.com:443', true],
    ['http://example.com/', 'example.com:443', false],
    ['http://example.com/', 'example.com:80', true],
    ['http://[::1]:9000/', '[0::1]:9000', true],
    ['not a URL', 'example.com', false],
  ])('%s leads to %s: %s', (url, text, leads) => {
    expect(leadsTo(url, parseHost(text) ?? { name: 'none' })).toBe(leads);
  });
});

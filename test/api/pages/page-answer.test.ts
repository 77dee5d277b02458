import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { pageAnswerer } from '../../../api/pages/page-answer.ts';
import type { SitePage } from '../../../api/pages/site.ts';

const body = Buffer.from('a page '.repeat(100));
const pages: Readonly<Record<string, SitePage>> = {
  '/one': { status: 200, headers: { 'content-type': 'text/plain', 'cache-control': 'no-cache' }, body },
  '/other': { status: 200, headers: { 'content-type': 'text/plain' }, body: Buffer.from('another') },
  '/moved': { status: 301, headers: { location: '/one' }, body: new Uint8Array() },
};
const answer = pageAnswerer((path) => pages[path]);
const get = async (path: string, headers = {}) => {
  const page = await answer({ method: 'GET', path, headers });
  if (page === undefined) throw new Error(`There is no page ${path}.`);
  return page;
};
const etag = (await get('/one')).headers.etag ?? '';

describe('a page', () => {
  test.each([['gzip'], ['br, gzip'], ['GZIP;q=0.5, *;q=0'], ['gzip; q=1.0']])(
    'is compressed for whoever takes %j',
    async (coding) => {
      const { headers, body: sent } = await get('/one', { 'accept-encoding': coding });
      expect(headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
      expect(gunzipSync(sent)).toEqual(body);
    },
  );

  test.each([[undefined], [''], ['br'], ['gzip;q=0'], ['gzip;q=0.000, br'], ['x-gzip'], ['identity']])(
    'is sent as it is to whoever takes %j',
    async (coding) => {
      const { headers, body: sent } = await get('/one', { 'accept-encoding': coding });
      expect(headers).not.toHaveProperty('content-encoding');
      expect(headers).toMatchObject({ vary: 'accept-encoding', 'cache-control': 'no-cache' });
      expect(Buffer.from(sent)).toEqual(body);
    },
  );

  test('has a tag that is the same compressed or not, and another one than another page', async () => {
    expect(etag).toMatch(/^W\/"[\w-]{22}"$/);
    expect((await get('/one', { 'accept-encoding': 'gzip' })).headers.etag).toBe(etag);
    expect((await get('/other')).headers.etag).not.toBe(etag);
  });

  test.each([[() => etag], [() => etag.slice(2)], [() => `"x", ${etag}`], [() => '*']])(
    'is not sent again to whoever has it: %#',
    async (tags) => {
      const headers = { 'if-none-match': tags(), 'accept-encoding': 'gzip' };
      const { status, headers: told, body: sent } = await get('/one', headers);
      expect([status, sent.length]).toEqual([304, 0]);
      expect(told).toMatchObject({ etag, vary: 'accept-encoding', 'cache-control': 'no-cache' });
      expect(told).not.toHaveProperty('content-encoding');
    },
  );

  test.each([['"another"'], [''], ['W/"*"']])('is sent to whoever has another one: %j', async (tags) => {
    expect((await get('/one', { 'if-none-match': tags })).status).toBe(200);
  });

  test('is answered to HEAD as to GET, and to no other method', async () => {
    expect(await answer({ method: 'HEAD', path: '/one', headers: {} })).toEqual(await get('/one'));
    expect(await answer({ method: 'POST', path: '/one', headers: {} })).toBeUndefined();
    expect(await answer({ method: 'GET', path: '/none', headers: {} })).toBeUndefined();
  });

  test('is compressed once', async () => {
    const before = await get('/one', { 'accept-encoding': 'gzip' });
    const again = await get('/one', { 'accept-encoding': 'gzip' });
    expect(again.body).toBe(before.body);
  });
});

test('a page that was moved says where to, and has no tag', async () => {
  expect(await get('/moved', { 'if-none-match': '*', 'accept-encoding': 'gzip' })).toEqual(pages['/moved']);
});

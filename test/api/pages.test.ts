import { expect, test } from '@jest/globals';
import { apiClient, START } from '../support/api-client.ts';

const URL = 'https://example.com/hook';
/** A body. Three events with it exceed what one answer can carry, and two do not. */
const LARGE = '\u0001'.repeat(256 * 1_024);
const json = (method: string, path: string, body?: unknown) => ({ method, path, body: JSON.stringify(body) });

type Client = ReturnType<typeof apiClient>;

test.each([1, 2, 3, 4, 5, 6, 7, 12, 13, 20])(
  'pages of %i events are the whole list, and the last next_cursor is null',
  async (limit) => {
    const client = await withEvents(12, {});
    const pages = await everyPage(client, `limit=${limit}`);
    expect(pages.flat()).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
    expect(pages).toHaveLength(Math.ceil(12 / limit));
  },
);

test('twenty events are one page of twenty, whatever is asked for', async () => {
  const client = await withEvents(20, { event_tags: ['all'] });
  const dueAfter = `due_after=${START / 1_000}`;
  for (const query of ['limit=20', '', 'tag=all', 'status=waiting_execution', dueAfter]) {
    expect((await client.send({ path: '/events', query })).body).toMatchObject({ next_cursor: null });
    expect(await everyPage(client, query)).toHaveLength(1);
  }
  expect((await client.send({ path: '/events', query: 'limit=19' })).body.next_cursor).not.toBeNull();
});

test.each([
  [4, 'limit=4', 2],
  [4, 'limit=2', 2],
  [4, 'limit=100', 2],
  [5, 'limit=4', 3],
  [2, 'limit=2', 1],
  [2, 'limit=100', 1],
])('of %i large events, two in an answer, with %s are %i pages', async (count, query, pages) => {
  const client = await withEvents(count, { body: LARGE });
  const found = await everyPage(client, query);
  expect(found.flat()).toEqual(Array.from({ length: count }, (_, n) => count - 1 - n));
  expect(found).toHaveLength(pages);
});

test('a thousand events are changed in one request, which says that there are no more', async () => {
  const { send } = await withEvents(1_000, { event_tags: ['all'] });
  const nothingMore = { more: false, next_cursor: null };
  const cancelled = await send(json('POST', '/events/cancel', { tag: 'all' }));
  expect(cancelled.body).toEqual({ changed: 1_000, ...nothingMore });
  const retried = await send(json('POST', '/events/retry', { status: 'cancelled' }));
  expect(retried.body).toEqual({ changed: 1_000, ...nothingMore });
});

async function withEvents(count: number, fields: object): Promise<Client> {
  const client = apiClient();
  for (let n = 0; n < count; n++)
    await client.publish({ url_to_send_request: `${URL}/${n}`, call_url_after: 60 + n, ...fields });
  return client;
}

/** The numbers of the events on each page, in order. */
async function everyPage({ send }: Client, query: string): Promise<number[][]> {
  const pages: number[][] = [];
  for (let cursor = ''; pages.length < 100; ) {
    const { body } = await send({ path: '/events', query: [query, cursor].filter(Boolean).join('&') });
    pages.push(body.events.map(numberOf));
    if (body.next_cursor === null) return pages;
    cursor = `cursor=${body.next_cursor}`;
  }
  throw new Error('A hundred pages have no end.');
}

function numberOf({ url_to_send_request: url }: { url_to_send_request: string }): number {
  return Number(url.split('/').at(-1));
}

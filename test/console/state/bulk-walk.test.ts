import { expect, test } from '@jest/globals';
import type { Answered, Problem } from '../../../console/state/api-client.ts';
import type { BulkAnswer } from '../../../console/state/api-types.ts';
import { NOT_BEGUN, type Walked, walk } from '../../../console/state/bulk-walk.ts';
import type { BulkBody } from '../../../console/text/bulk-request.ts';

const problem = { kind: 'busy', title: 'busy', detail: 'later' } as Problem;
const neverStopped = () => false;

/** A queue with three pages of two events each, which notes every request. */
function threePages(failsAt?: string) {
  const bodies: BulkBody[] = [];
  const next: Readonly<Record<string, string | null>> = { start: 'a', a: 'b', b: null };
  async function post(body: BulkBody): Promise<Answered<BulkAnswer>> {
    bodies.push(body);
    const place = String(body.cursor ?? 'start');
    if (place === failsAt) return { ok: false, problem };
    const next_cursor = next[place] ?? null;
    const hosts = [
      { host: place, count: 1 },
      { host: 'same', count: 1 },
    ];
    return { ok: true, value: { changed: 2, more: next_cursor !== null, next_cursor, hosts } };
  }
  return { bodies, post };
}

test('a walk sends the same body with each cursor, and reports each place', async () => {
  const { bodies, post } = threePages();
  const places: Walked[] = [];
  const walked = await walk({ tag: 'x' }, NOT_BEGUN, post, neverStopped, (place) => places.push(place));
  expect(bodies).toEqual([{ tag: 'x' }, { tag: 'x', cursor: 'a' }, { tag: 'x', cursor: 'b' }]);
  expect(places.map(({ changed }) => changed)).toEqual([2, 4, 6]);
  expect(walked).toMatchObject({ changed: 6, cursor: null });
});

test('a walk adds up the hosts, the largest first', async () => {
  const walked = await walk({}, NOT_BEGUN, threePages().post, neverStopped, () => {});
  expect(walked.hosts).toEqual([
    { host: 'same', count: 3 },
    { host: 'start', count: 1 },
    { host: 'a', count: 1 },
    { host: 'b', count: 1 },
  ]);
});

test('a walk that is stopped goes on from its cursor', async () => {
  const { bodies, post } = threePages();
  let places = 0;
  const stopped = await walk(
    {},
    NOT_BEGUN,
    post,
    () => places === 1,
    () => places++,
  );
  expect(stopped).toMatchObject({ changed: 2, cursor: 'a' });
  expect(await walk({}, stopped, post, neverStopped, () => {})).toMatchObject({ changed: 6, cursor: null });
  expect(bodies.map(({ cursor }) => cursor)).toEqual([undefined, 'a', 'b']);
});

test('a walk that fails says why, and goes on from the request that failed', async () => {
  const failed = await walk({}, NOT_BEGUN, threePages('b').post, neverStopped, () => {});
  expect(failed).toMatchObject({ changed: 4, cursor: 'b', problem });
  const whole = await walk({}, failed, threePages().post, neverStopped, () => {});
  expect(whole).toMatchObject({ changed: 6, cursor: null });
  expect(whole).not.toHaveProperty('problem');
});

test('a walk that has reached the end sends nothing more', async () => {
  const { bodies, post } = threePages();
  await walk({}, { ...NOT_BEGUN, cursor: null }, post, neverStopped, () => {});
  expect(bodies).toEqual([]);
});

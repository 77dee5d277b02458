import { expect, test } from '@jest/globals';
import type { FoundPage } from '../../../../console/screens/events/find-page.ts';
import { shownFrom, withChanged, withLatest } from '../../../../console/screens/events/shown-events.ts';
import type { EventAnswer } from '../../../../console/state/api-types.ts';

function event(key: string, status: EventAnswer['status'] = 'waiting_execution'): EventAnswer {
  return { key, status } as EventAnswer;
}

function page(keys: string, nextCursor: string | null = 'more'): FoundPage {
  return { events: [...keys].map((key) => event(key)), nextCursor, order: 'desc' };
}

const keysOf = (events: readonly EventAnswer[]) => events.map(({ key }) => key).join('');

test('new events are counted, and the rows stay where they are', () => {
  const shown = withLatest(shownFrom(page('def')), page('abc'));
  expect(keysOf(shown.rows)).toBe('def');
  expect(shown.newCount).toBe(3);
  expect(keysOf(shownFrom(shown.latest).rows)).toBe('abc');
});

test('a row gets what has become of its event, at the same place', () => {
  const latest = { ...page('abc'), events: [event('a'), event('b', 'success'), event('c')] };
  const shown = withLatest(shownFrom(page('abc')), latest);
  expect(shown.rows.map(({ status }) => status)).toEqual(['waiting_execution', 'success', 'waiting_execution']);
  expect(shown.newCount).toBe(0);
});

test('a row that no longer fits is marked, and one that was pushed to the next page is not', () => {
  const shown = withLatest(shownFrom(page('bcde')), page('abd'));
  expect([...shown.left]).toEqual(['c']);
  expect(keysOf(shown.rows)).toBe('bcde');
});

test('on the last page, every row that is missing no longer fits', () => {
  expect([...withLatest(shownFrom(page('abc')), page('', null)).left]).toEqual(['a', 'b', 'c']);
});

test('in a list of what comes, the next page moves up without being new', () => {
  const shown = shownFrom({ ...page('hgfe'), order: 'asc' });
  const { left, newCount } = withLatest(shown, { ...page('gfed'), order: 'asc' });
  expect([[...left], newCount]).toEqual([['h'], 0]);
});

test('a list without rows shows at once what comes', () => {
  const shown = withLatest(shownFrom(page('', null)), page('ab'));
  expect(keysOf(shown.rows)).toBe('ab');
  expect(shown.newCount).toBe(0);
});

test('an event that the reader has changed is shown at once', () => {
  const shown = withChanged(shownFrom(page('ab')), event('b', 'cancelled'));
  expect(shown.rows.map(({ status }) => status)).toEqual(['waiting_execution', 'cancelled']);
});

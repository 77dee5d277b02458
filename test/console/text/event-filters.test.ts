import { expect, test } from '@jest/globals';
import { queryText } from '../../../console/state/api-client.ts';
import {
  bulkPath,
  type EventFilters,
  eventsPath,
  filterList,
  filtersIn,
  instantIn,
  listQuery,
  placeIn,
  withFilter,
  withoutFilter,
} from '../../../console/text/event-filters.ts';

const all: EventFilters = {
  status: 'max_try_count_reached',
  schedule: 'reports.daily',
  host: '[2001:db8::1]:8443',
  outcome: 'answered',
  status_code: '5xx',
  due_after: '2026-03-29T02:30:00+02:00',
  due_before: '1774751400.5',
  tag: ['a&b=c', 'two words', '<img src=x>', 'ü+%'],
};
const none: EventFilters = { tag: [] };

function parametersOf(path: string): URLSearchParams {
  return new URL(path, 'http://localhost').searchParams;
}

test('an address keeps every filter and the place in the list', () => {
  const place = { cursor: 'abc_-', order: 'asc' } as const;
  const parameters = parametersOf(eventsPath(all, place));
  expect(filtersIn(parameters)).toEqual(all);
  expect(placeIn(parameters)).toEqual(place);
});

test('an address without filters is that of the newest events', () => {
  expect(eventsPath(none)).toBe('/console/events');
  expect(filtersIn(parametersOf('/console/events'))).toEqual(none);
  expect(placeIn(parametersOf('/console/events?cursor=&order=upwards'))).toEqual({});
});

test('an address with empty, repeated or foreign parameters has the filters that remain', () => {
  const parameters = parametersOf('/console/events?status=&host=a&host=b&tag=&tag=x&tag=x&utm_source=mail&limit=3');
  expect(filtersIn(parameters)).toEqual({ host: 'a', tag: ['x'] });
});

test('the bulk screen gets the same filters', () => {
  const parameters = parametersOf(bulkPath('retry', all));
  expect(parameters.get('action')).toBe('retry');
  expect(filtersIn(parameters)).toEqual(all);
});

test('the API is asked with its own parameters', () => {
  expect(listQuery(all, { cursor: 'abc' }, 25)).toEqual({ ...all, order: 'desc', limit: 25, cursor: 'abc' });
  expect(queryText(listQuery({ tag: ['a', 'b'], status: 'success' }, { order: 'asc' }, 25))).toBe(
    '?tag=a&tag=b&status=success&order=asc&limit=25',
  );
});

test.each([
  ['what has happened ends now, latest first', {}, { order: 'desc', due_before: 'now' }],
  ['what is to come begins now, soonest first', { status: 'waiting_execution' }, { order: 'asc', due_after: 'now' }],
  [
    'what waits and is due is shown latest first',
    { status: 'waiting_execution', due_before: 'now' },
    { order: 'desc', due_before: 'now' },
  ],
  [
    'a bound of the reader holds',
    { due_before: '7', due_after: '3' },
    { order: 'desc', due_before: '7', due_after: '3' },
  ],
  ['another status has no bound', { status: 'cancelled' }, { order: 'desc' }],
])('%s', (_, filters, expected) => {
  const { limit: _limit, tag: _tag, status: _status, ...query } = listQuery({ tag: [], ...filters }, {}, 25);
  expect(JSON.parse(JSON.stringify(query))).toEqual(expected);
});

test('each filter can be removed by itself, and put back', () => {
  expect(filterList(all)).toHaveLength(11);
  for (const one of filterList(all)) {
    const others = withoutFilter(all, one);
    expect(filterList(others)).toEqual(
      filterList(all).filter(({ name, value }) => name !== one.name || value !== one.value),
    );
    expect(new Set(filterList(withFilter(others, one)))).toEqual(new Set(filterList(all)));
  }
});

test('a second tag is added to the first, and a second host replaces it', () => {
  const first = withFilter(withFilter(none, { name: 'tag', value: 'a' }), { name: 'host', value: 'one' });
  const second = withFilter(withFilter(first, { name: 'tag', value: 'b' }), { name: 'host', value: 'two' });
  expect(second).toEqual({ tag: ['a', 'b'], host: 'two' });
  expect(withFilter(second, { name: 'tag', value: 'b' })).toEqual(second);
});

test('an instant is read from ISO 8601 and from epoch seconds', () => {
  expect(instantIn('1774751400.5')).toBe(1_774_751_400_500);
  expect(instantIn('2026-03-29T02:30:00Z')).toBe(Date.UTC(2026, 2, 29, 2, 30));
  expect(instantIn('yesterday')).toBeUndefined();
});

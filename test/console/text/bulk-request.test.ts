import { expect, test } from '@jest/globals';
import { bulkBody, bulkJobIn, bulkJobPath } from '../../../console/text/bulk-request.ts';
import { bulkPath } from '../../../console/text/event-filters.ts';

const NOW = Date.UTC(2026, 10, 29, 12);
const YESTERDAY = '2026-11-28T12:00:00.000Z';
const TODAY = '2026-11-29T12:00:00.000Z';
const TOMORROW = '2026-11-30T12:00:00.000Z';

function jobAt(path: string) {
  return bulkJobIn(new URL(path, 'http://localhost').searchParams, NOW);
}

test.each([
  ['a retry', '?action=retry', { due_after: YESTERDAY, due_before: TODAY }, 10],
  ['a cancel', '?action=cancel', { due_after: YESTERDAY, due_before: TOMORROW }, undefined],
  [
    'a retry of what waits',
    '?action=retry&status=waiting_execution',
    { due_after: YESTERDAY, due_before: TOMORROW },
    10,
  ],
  ['an unknown action', '?action=delete', { due_after: YESTERDAY, due_before: TODAY }, 10],
])(
  '%s is bounded in time by a day, and a retry by a rate, unless the address says otherwise',
  (_, query, bounds, rate) => {
    const { filters, rate: found } = jobAt(`/console/bulk${query}`);
    expect([filters.due_after, filters.due_before, found]).toEqual([bounds.due_after, bounds.due_before, rate]);
  },
);

test('an empty parameter takes a bound or the rate away', () => {
  expect(jobAt('/console/bulk?action=retry&due_after=&due_before=&rate=')).toEqual({
    action: 'retry',
    filters: { tag: [] },
  });
});

test('now is the instant at which the screen is opened, so that the same events are counted and changed', () => {
  const { filters } = jobAt('/console/bulk?action=retry&due_after=3&due_before=now');
  expect([filters.due_after, filters.due_before]).toEqual(['3', TODAY]);
});

test('the filters of the list are kept', () => {
  const filters = {
    status: 'success',
    tag: ['a', 'b&c'],
    host: 'example.com',
    outcome: 'answered',
    status_code: '5xx',
    due_after: '3',
  };
  expect(jobAt(bulkPath('retry', filters)).filters).toEqual({ ...filters, due_before: TODAY });
  expect(jobAt(bulkPath('cancel', filters)).filters).not.toHaveProperty('status');
});

test.each([
  { action: 'retry', filters: { tag: [] } },
  { action: 'cancel', filters: { tag: ['a'], due_before: TODAY } },
  { action: 'retry', filters: { tag: [], status: 'cancelled', due_after: '3', due_before: '4' }, rate: 0.5 },
] as const)('the address of a job leads to the same job', (job) => {
  expect(jobAt(bulkJobPath(job))).toEqual(job);
});

test('the body of a request has the fields of the API', () => {
  const filters = { tag: ['a'], host: 'example.com', due_after: '1774751400.5', due_before: TODAY };
  expect(bulkBody({ action: 'retry', filters, rate: 5 })).toEqual({
    status: 'max_try_count_reached',
    tag: ['a'],
    host: 'example.com',
    due_after: 1_774_751_400.5,
    due_before: TODAY,
    rate: 5,
  });
  expect(bulkBody({ action: 'cancel', filters: { tag: [] }, rate: 5 })).toEqual({ status: 'waiting_execution' });
});

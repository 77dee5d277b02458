import { expect, test } from '@jest/globals';
import { delaysText } from '../../../console/text/delays-text.ts';

const usual = { retry_delay: 60, retry_delays: null, retry_backoff: 'fixed', retry_max_delay: 3_600 } as const;

test.each<[string, object]>([
  ['1 min', {}],
  ['1 min, doubled with each try up to 1 h', { retry_backoff: 'exponential' }],
  ['10 s', { retry_delay: null, retry_delays: [10] }],
  ['10 s, 1 min, then 10 min each time', { retry_delay: null, retry_delays: [10, 60, 600] }],
])('the delays of an event are told as %s', (text, fields) => {
  expect(delaysText({ ...usual, ...fields })).toBe(text);
});

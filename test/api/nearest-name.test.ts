import { expect, test } from '@jest/globals';
import { nearestName } from '../../api/nearest-name.ts';

const names = [
  'url_to_send_request',
  'max_try_count',
  'retry_delay',
  'retry_max_delay',
  'event_tags',
  'body',
  'method',
];

test.each([
  ['max_try_cuont', 'max_try_count'],
  ['max_tries_count', 'max_try_count'],
  ['maxTryCount', 'max_try_count'],
  ['retry-delay', 'retry_delay'],
  ['event_tag', 'event_tags'],
  ['url_to_send', undefined],
  ['mehtod', 'method'],
  ['bdoy', 'body'],
  ['Body', 'body'],
  ['tags', 'event_tags'],
])('takes %s for %s', (unknown, expected) => {
  expect(nearestName(unknown, names)).toBe(expected);
});

test.each(['', 'x', 'delay', 'constructor', 'x'.repeat(100_000)])(
  'has no proposal for a name that is far from all',
  (unknown) => {
    expect(nearestName(unknown, names)).toBeUndefined();
  },
);

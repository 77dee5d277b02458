import { expect, test } from '@jest/globals';
import { meaningOf } from '../../../console/text/search-text.ts';

const UUID = '02b3f1c0-1111-4222-8333-444455556666';
const KEY = `98235248599.877-${UUID}`;

test.each([
  KEY,
  ` ${KEY}\n`,
  KEY.toUpperCase(),
  `http://127.0.0.1:3000/console/events/${KEY}`,
  `http://127.0.0.1:3000/console/events/${KEY}?tab=raw#answer`,
  `curl "http://127.0.0.1:3000/events/${KEY}"`,
])('%p opens the event of the key in it', (typed) => {
  expect(meaningOf(typed)).toEqual({ kind: 'event', key: KEY });
});

test('a webhook-id opens its event', () => {
  expect(meaningOf(UUID)).toEqual({ kind: 'event', key: UUID });
  expect(meaningOf(`webhook-id: ${UUID}`)).toEqual({ kind: 'event', key: UUID });
});

test.each([
  [
    'mails',
    [
      ['tag', 'mails'],
      ['host', 'mails'],
    ],
  ],
  ['two words', [['tag', 'two words']]],
  [
    'api.example.com',
    [
      ['host', 'api.example.com'],
      ['tag', 'api.example.com'],
    ],
  ],
  [
    '127.0.0.1:8080',
    [
      ['host', '127.0.0.1:8080'],
      ['tag', '127.0.0.1:8080'],
    ],
  ],
  ['https://api.example.com/a?b=c', [['host', 'api.example.com']]],
  [
    '503',
    [
      ['status_code', '503'],
      ['tag', '503'],
      ['host', '503'],
    ],
  ],
  [
    '5XX',
    [
      ['status_code', '5xx'],
      ['tag', '5XX'],
      ['host', '5XX'],
    ],
  ],
  [
    'timed',
    [
      ['outcome', 'timed_out'],
      ['tag', 'timed'],
      ['host', 'timed'],
    ],
  ],
] as const)('%p is offered as filters, the likeliest first', (typed, filters) => {
  expect(meaningOf(typed)).toEqual({ kind: 'filters', filters: filters.map(([name, value]) => ({ name, value })) });
});

test('a blank text means nothing', () => {
  expect(meaningOf('  ')).toBeUndefined();
});

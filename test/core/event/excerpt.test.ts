import { describe, expect, test } from '@jest/globals';
import { excerptOf } from '../../../core/event/excerpt.ts';
import { firstProgress, settle } from '../../../core/event/lifecycle.ts';
import type { CallResult, Progress, Waiting } from '../../../core/event/progress.ts';
import { answered, queuedEvent } from '../../support/sample-event.ts';

const DUE = Date.parse('2030-01-01T00:00:00Z');

describe('an excerpt', () => {
  test.each<[name: string, body: string | Uint8Array, excerpt: object | undefined]>([
    ['of a short text is the text', '{"error": "grüße"}\n', { text: '{"error": "grüße"}\n' }],
    ['of 512 bytes is whole', 'x'.repeat(512), { text: 'x'.repeat(512) }],
    ['of more has 512 bytes', 'x'.repeat(513), { text: 'x'.repeat(512), truncated: true }],
    ['has no part of a character at its end', `${'x'.repeat(511)}é`, { text: 'x'.repeat(511), truncated: true }],
    ['may have fewer bytes therefore', `x${'😀'.repeat(200)}`, { text: `x${'😀'.repeat(127)}`, truncated: true }],
    ['begins with the byte order mark of the answer', '\ufeffx', { text: '\ufeffx' }],
    ['of bytes that are not UTF-8 says so', new Uint8Array([0xff, 0xfe]), { binary: true }],
    ['of half a character that is all says so', new Uint8Array([0xc3]), { binary: true }],
    ['of a text with a NUL says that it is binary', 'PK\0', { binary: true }],
    ['of a long binary says that there is more', new Uint8Array(600).fill(0xff), { binary: true, truncated: true }],
    ['of nothing is absent', '', undefined],
  ])('%s', (_, body, excerpt) => {
    const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
    expect(excerptOf({ statusCode: 500, headers: [], body: bytes, truncated: false })).toEqual(excerpt);
  });

  test.each<[name: string, body: Uint8Array, excerpt: object]>([
    ['of a short text is the whole text', new TextEncoder().encode('down'), { text: 'down' }],
    ['of half a character says that it is binary', new Uint8Array([0x78, 0xc3]), { binary: true }],
  ])('%s, also beside headers that were cut', (_, body, excerpt) => {
    expect(excerptOf({ statusCode: 500, headers: [], body, truncated: true })).toEqual(excerpt);
  });
});

describe('the history', () => {
  const lost: CallResult = { outcome: 'timed_out', error: 'No whole answer within 5000 ms.' };

  test('has the excerpts of the last three attempts that failed with an answer', () => {
    const results = [
      answered(500, [], 'a'),
      answered(500, [], 'b'),
      lost,
      answered(503, [], 'c'),
      answered(404, [], 'd'),
    ];
    expect(excerptsAfter(results)).toEqual([undefined, { text: 'b' }, undefined, { text: 'c' }, { text: 'd' }]);
  });

  test('has no excerpt of a success, and keeps those of the failures before', () => {
    expect(excerptsAfter([answered(500, [], 'a'), answered(200, [], 'b')])).toEqual([{ text: 'a' }, undefined]);
    expect(excerptsAfter([answered(200, [], 'b')])).toEqual([undefined]);
  });

  function excerptsAfter(results: readonly CallResult[]) {
    const event = queuedEvent(DUE, { maxTryCount: 100 });
    const last = results.reduce<Progress>(
      (read, result) => settle(event, read as Waiting, { startedAt: DUE, endedAt: DUE, result }, 0),
      firstProgress(event),
    );
    return last.attempts.map(({ excerpt }) => excerpt);
  }
});

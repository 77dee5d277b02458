import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { curlCommand, shellQuoted } from '../../../console/text/curl.ts';
import { openReceiver, type Receiver } from '../../support/receiver.ts';

const run = promisify(execFile);

/** What a shell gives to a program: all texts without a NUL character and without half of a surrogate pair. */
const argument = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0') && text.isWellFormed());

describe('a quoted text', () => {
  test('is one word for a POSIX shell, with nothing changed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(argument, { maxLength: 20 }), async (texts) => {
        const { stdout } = await run('sh', ['-c', `printf '%s\\0' ${['first', ...texts].map(shellQuoted).join(' ')}`]);
        expect(stdout.split('\0').slice(1, -1)).toEqual(texts);
      }),
      { numRuns: 50 },
    );
  });

  test.each(["it's", "'; echo x; '", '$(id) `id` $HOME', '"\\\n!', '-rf', ''])('keeps %j', async (text) => {
    const { stdout } = await run('sh', ['-c', `printf '%s' ${shellQuoted(text)}`]);
    expect(stdout).toBe(text);
  });
});

describe('a curl command', () => {
  let receiver: Receiver;

  beforeAll(async () => {
    receiver = await openReceiver((_, response) => response.end());
  });
  afterAll(() => receiver.close());

  test.each<[string, string, Parameters<typeof curlCommand>[0]['body'], string]>([
    ['a text that looks like a file', 'POST', { text: '@/etc/passwd' }, '@/etc/passwd'],
    ['a text with quotes and lines', 'PUT', { text: `it's\r\n"$HOME" \\n` }, `it's\r\n"$HOME" \\n`],
    ['a text with a NUL character', 'POST', { text: 'a\0é' }, 'a\0é'],
    ['bytes', 'PATCH', { base64: 'AAEC/w==' }, '\x00\x01\x02\xff'],
    ['an empty text', 'POST', { text: '' }, ''],
    ['no body', 'DELETE', undefined, ''],
    ['no body', 'GET', undefined, ''],
    ['no body', 'HEAD', undefined, ''],
  ])('sends %s by %s', async (_, method, body, expected) => {
    const path = `/${method}?a=[1-3]&b={x,y}&c='`;
    const headers = [
      ['x-note', `it's "$HOME"`],
      ['x-empty', ''],
    ] as const;
    await run('sh', ['-c', `${curlCommand({ method, url: `${receiver.url}${path}`, headers, body })} -s`]);
    const call = receiver.calls.at(-1);
    expect([call?.method, call?.path]).toEqual([method, path]);
    expect(call?.headers).toMatchObject({ 'x-note': `it's "$HOME"`, 'x-empty': '' });
    const encoding = expected.includes('\xff') ? 'latin1' : 'utf8';
    expect(call?.body.toString(encoding)).toBe(expected);
  });
});

import type { CallResult } from '../../core/event/progress.ts';

/** An answer that no good receiver gives, and the outcome of a call. Each character of `bytes` is a byte. */
export type LyingAnswer = {
  readonly what: string;
  readonly bytes: string;
  readonly outcome: CallResult['outcome'];
  /** A pattern of the reason, or the status of an answer that is accepted. */
  readonly says: RegExp | number;
};

const OK = 'HTTP/1.1 200 OK\r\n';
const EMPTY = 'Content-Length: 0\r\n\r\n';
const NO_HTTP = /not valid HTTP/;
const CUT = /ended before it was complete/;
const NOT_FINAL = /no final status/;
const TOO_LONG = /headers of the answer are too long/;

export const lyingAnswers: readonly LyingAnswer[] = [
  ...[
    ['000', NOT_FINAL],
    ['099', NOT_FINAL],
    ['101', NOT_FINAL],
    ['100', CUT],
    ['103', CUT],
    ['199', CUT],
    ['1000', NO_HTTP],
    ['99999', NO_HTTP],
    ['-200', NO_HTTP],
    ['20', NO_HTTP],
    ['2x0', NO_HTTP],
  ].map(([status, says]) => invalid(`states the status ${status}`, `HTTP/1.1 ${status} X\r\n${EMPTY}`, says as RegExp)),
  taken('states the status 600', `HTTP/1.1 600 X\r\n${EMPTY}`, 600),
  taken('states the status 999', `HTTP/1.1 999 X\r\n${EMPTY}`, 999),
  invalid('speaks another protocol', '220 mail ready\r\n\r\n', NO_HTTP),
  invalid('sends bytes of HTTP/2', '\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x64', NO_HTTP),
  invalid(
    'asks for another protocol',
    `HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n`,
    /another protocol/,
  ),

  taken(
    'has headers and a body that are not UTF-8',
    `${OK}X-A: \xff\xfe\x80\r\nContent-Length: 3\r\n\r\n\xff\xfe\x80`,
    200,
  ),
  taken('repeats a header', `${OK}X-A: 1\r\nx-a: 2\r\n${EMPTY}`, 200),
  taken('has 10,000 short headers', `${OK}${'a:\r\n'.repeat(10_000)}${EMPTY}`, 200),
  invalid('has 10,000 headers', `${OK}${headers(10_000)}${EMPTY}`, TOO_LONG),
  invalid('has a header of 1 MiB', `${OK}X-A: ${'b'.repeat(1_024 * 1_024)}\r\n${EMPTY}`, TOO_LONG),
  invalid('has a reason of 1 MiB', `HTTP/1.1 200 ${'b'.repeat(1_024 * 1_024)}\r\n${EMPTY}`, TOO_LONG),
  invalid('has a NUL in a header', `${OK}X-A: a\0b\r\n${EMPTY}`, NO_HTTP),
  invalid('has a control character in a header', `${OK}X-A: a\x01b\r\n${EMPTY}`, NO_HTTP),
  invalid('has a name of a header that is none', `${OK}X-\xff: a\r\n${EMPTY}`, NO_HTTP),
  invalid('has a header without a colon', `${OK}X-A\r\n${EMPTY}`, NO_HTTP),
  invalid('folds a header', `${OK}X-A: a\r\n b\r\n${EMPTY}`, NO_HTTP),
  invalid('breaks off in its headers', `${OK}X-A`, CUT),

  invalid('states two lengths', `${OK}Content-Length: 1\r\nContent-Length: 2\r\n\r\nx`, NO_HTTP),
  invalid('states a negative length', `${OK}Content-Length: -5\r\n\r\nabcde`, NO_HTTP),
  invalid(
    'states a length of more digits than a number has',
    `${OK}Content-Length: ${'9'.repeat(30)}\r\n\r\nabcde`,
    NO_HTTP,
  ),
  invalid('states a length that is no number', `${OK}Content-Length: five\r\n\r\nabcde`, NO_HTTP),
  invalid('sends less than it stated', `${OK}Content-Length: 10\r\n\r\nshort`, CUT),
  taken('sends more than it stated', `${OK}Content-Length: 2\r\n\r\nabcde`, 200),
  taken('has a body where there is none', `HTTP/1.1 204 X\r\nContent-Length: 5\r\n\r\nabcde`, 204),

  chunked('has chunks without a size', 'xyz\r\nab\r\n', NO_HTTP),
  chunked('has a chunk of a negative size', '-5\r\nabcde\r\n0\r\n\r\n', NO_HTTP),
  chunked('has a chunk of a size of more digits than a number has', `${'f'.repeat(17)}\r\nab`, NO_HTTP),
  chunked('has a chunk that is longer than it says', '2\r\nabcde\r\n0\r\n\r\n', NO_HTTP),
  chunked('has a chunk that is shorter than it says', '9\r\nabcde\r\n0\r\n\r\n', NO_HTTP),
  chunked('has an endless extension of a chunk', `5;${'e'.repeat(20_000)}\r\nabcde\r\n0\r\n\r\n`, NO_HTTP),
  chunked('has trailers of 1 MiB', `5\r\nabcde\r\n0\r\nX-A: ${'b'.repeat(1_024 * 1_024)}\r\n\r\n`, TOO_LONG),
  chunked('breaks off its chunks', '5\r\nab', CUT),
  chunked('has no last chunk', '5\r\nabcde\r\n', CUT),
  invalid(
    'states a length and has chunks',
    `${OK}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`,
    NO_HTTP,
  ),
];

/** Valid answers that are complete only with their last byte. */
export const wholeAnswers: readonly { readonly what: string; readonly bytes: string }[] = [
  { what: 'of a stated length', bytes: `${OK}Content-Length: 2\r\n\r\nok` },
  { what: 'in chunks', bytes: `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n` },
];

function invalid(what: string, bytes: string, says: RegExp): LyingAnswer {
  return { what, bytes, outcome: 'invalid_answer', says };
}

function taken(what: string, bytes: string, says: number): LyingAnswer {
  return { what, bytes, outcome: 'answered', says };
}

function chunked(what: string, chunks: string, says: RegExp): LyingAnswer {
  return invalid(what, `${OK}Transfer-Encoding: chunked\r\n\r\n${chunks}`, says);
}

function headers(count: number): string {
  return Array.from({ length: count }, (_, n) => `x-${n}: v\r\n`).join('');
}

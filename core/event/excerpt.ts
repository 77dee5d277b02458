import type { Answer, Attempt, Excerpt } from './progress.ts';

/** An excerpt has at most this many bytes. */
const LONGEST_EXCERPT = 512;
const MOST_EXCERPTS = 3;
/**
 * A history has at most this many bytes in DynamoDB, so that the progress of an event stays within 4 KB beside its last
 * answer: each record of a progress costs a write unit for each KB.
 */
const MOST_BYTES = 3_500;
/** The names and numbers of an attempt take about this many bytes in DynamoDB. */
const BYTES_OF_AN_ATTEMPT = 80;
/** The names around an excerpt take about this many bytes in DynamoDB. */
const BYTES_AROUND_AN_EXCERPT = 30;

/**
 * The excerpt of an answer; undefined if its body is empty. A character at the end is kept whole or not at all. Whether
 * the answer was cut does not matter: what is left of a body is much longer than an excerpt, and its headers are no part
 * of the excerpt.
 */
export function excerptOf({ body }: Answer): Excerpt | undefined {
  if (body.length === 0) return undefined;
  const isCut = body.length > LONGEST_EXCERPT;
  const text = textOf(body.subarray(0, LONGEST_EXCERPT), isCut);
  return { ...(text === undefined ? { binary: true } : { text }), ...(isCut && { truncated: true }) };
}

/** The attempts with the last three excerpts, or with as many of them as there is room for beside a long history. */
export function withLatestExcerpts(attempts: readonly Attempt[]): readonly Attempt[] {
  if (attempts.every(({ excerpt }) => excerpt === undefined)) return attempts;
  let room = MOST_BYTES - attempts.reduce((sum, one) => sum + BYTES_OF_AN_ATTEMPT + bytesOf(one.error), 0);
  let left = MOST_EXCERPTS;
  return attempts
    .toReversed()
    .map((attempt) => {
      if (attempt.excerpt === undefined) return attempt;
      room -= sizeOf(attempt.excerpt);
      left--;
      return room >= 0 && left >= 0 ? attempt : withoutExcerpt(attempt);
    })
    .toReversed();
}

function withoutExcerpt({ excerpt, ...attempt }: Attempt): Attempt {
  return attempt;
}

function sizeOf(excerpt: Excerpt): number {
  return BYTES_AROUND_AN_EXCERPT + ('text' in excerpt ? bytesOf(excerpt.text) : 0);
}

function bytesOf(text = ''): number {
  return new TextEncoder().encode(text).length;
}

/** The text in some bytes; undefined if they are not UTF-8, or have a NUL, which no text has. */
function textOf(bytes: Uint8Array, isCut: boolean): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: isCut });
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

const MAX_HEADERS = 50;
const MAX_HEADER_BYTES = 8 * 1_024;

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const PRINTABLE = /^[\x20-\x7e]*$/;

/**
 * The names of headers that describe the connection or that the queue sets itself. They are also refused with `_`
 * instead of `-`: many servers give a program `content-length` and `content_length` under the same name.
 */
const RESERVED = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const OURS = /^(webhook|event-queue)-/;

export type HeaderProblem = { readonly name?: string; readonly detail: string };

export const tooManyHeaders: HeaderProblem = { detail: `At most ${MAX_HEADERS} headers.` };

/** The problems with the headers of an event. A problem of one header has the name of that header. */
export function headerProblems(headers: Readonly<Record<string, unknown>>): readonly HeaderProblem[] {
  const names = Object.keys(headers);
  if (names.length > MAX_HEADERS) return [tooManyHeaders];
  const seen = new Set<string>();
  const problems: HeaderProblem[] = [];
  for (const name of names) {
    const detail = nameProblem(name, seen) ?? valueProblem(headers[name]);
    if (detail !== undefined) problems.push({ name, detail });
    seen.add(name.toLowerCase());
  }
  if (sizeOf(headers) > MAX_HEADER_BYTES)
    problems.push({ detail: `Names and values together have at most ${MAX_HEADER_BYTES} bytes.` });
  return problems;
}

function nameProblem(name: string, seen: ReadonlySet<string>): string | undefined {
  const lower = name.toLowerCase();
  if (!TOKEN.test(name)) return "A header's name is made of letters, digits and !#$%&'*+-.^_`|~ only.";
  if (lower === '__proto__') return 'This name is not allowed.';
  const dashed = lower.replaceAll('_', '-');
  if (RESERVED.has(dashed) || OURS.test(dashed))
    return 'This header belongs to the connection or is set by the queue. Leave it out.';
  if (seen.has(lower)) return 'This header is given twice, in different spellings. Join the two.';
  return undefined;
}

function valueProblem(value: unknown): string | undefined {
  return typeof value === 'string' && PRINTABLE.test(value)
    ? undefined
    : "A header's value is a string of printable ASCII characters.";
}

function sizeOf(headers: Readonly<Record<string, unknown>>): number {
  const lengths = Object.entries(headers).map(
    ([name, value]) => name.length + (typeof value === 'string' ? value.length : 0),
  );
  return lengths.reduce((sum, length) => sum + length, 0);
}

import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Site, SitePage } from './pages.ts';

type PageRequest = {
  readonly method: string;
  readonly path: string;
  /** By lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
};

/** An answer with a page, or without one where the client has it or should go elsewhere. */
export type PageAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
};

/** What a page is sent as, computed once: compressing takes longer than sending. */
type Prepared = { readonly page: SitePage; readonly etag: string; compressed?: Promise<Uint8Array> };

const compress = promisify(gzip);
const NOTHING = new Uint8Array();

/**
 * Answers GET and HEAD for the pages of a site, and nothing else. A client that takes gzip gets it. A client that has the page already is
 * told so by a 304: the entity tag is a weak one, because one page is sent compressed or not. The body is there for HEAD, too, so that
 * its length can be stated.
 */
export function pageAnswerer(site: Site): (request: PageRequest) => Promise<PageAnswer | undefined> {
  const known = new Map<string, Prepared>();

  function prepared(path: string): Prepared | undefined {
    const page = known.get(path)?.page ?? site(path);
    if (page === undefined) return undefined;
    const one = known.get(path) ?? { page, etag: etagOf(page) };
    known.set(path, one);
    return one;
  }

  return async ({ method, path, headers: asked }) => {
    const found = method === 'GET' || method === 'HEAD' ? prepared(path) : undefined;
    if (found === undefined) return undefined;
    const { page, etag } = found;
    if (page.status !== 200) return page;
    const headers = { ...page.headers, etag, vary: 'accept-encoding' };
    if (isKnown(etag, asked['if-none-match'])) return { status: 304, headers, body: NOTHING };
    if (!takesGzip(asked['accept-encoding'])) return { status: 200, headers, body: page.body };
    found.compressed ??= compress(page.body);
    return { status: 200, headers: { ...headers, 'content-encoding': 'gzip' }, body: await found.compressed };
  };
}

function etagOf({ body }: SitePage): string {
  return `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
}

/** RFC 9110, section 13.1.2: tags are compared weakly, and `*` is any. */
function isKnown(etag: string, asked = ''): boolean {
  const tags = asked.split(',').map((one) => one.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(etag.replace(/^W\//, ''));
}

/** RFC 9110, section 12.5.3: a weight of zero means that gzip is not acceptable. */
function takesGzip(asked = ''): boolean {
  const codings = asked.split(',').map((one) =>
    one
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/),
  );
  return codings.some(([name, weight = '']) => name === 'gzip' && !/^q=0(\.0*)?$/.test(weight));
}

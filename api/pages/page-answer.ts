import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Site, SitePage } from './site.ts';

type PageRequest = {
  readonly method: string;
  readonly path: string;
  /** The headers of the request, under lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
};

/** An answer with a page, or with an empty body if the client has the page already or is redirected. */
export type PageAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
};

/**
 * The entity tag and the compressed body of a page. Both are computed once, because compressing takes longer than
 * sending.
 */
type Prepared = { readonly etag: string; compressed?: Promise<Uint8Array> };

const compress = promisify(gzip);
const NOTHING = new Uint8Array();

/**
 * Answers GET and HEAD requests for the pages of some sites; undefined for all others. A client that accepts gzip gets a
 * compressed page. A client that has the page already gets a 304. The entity tag is weak, because the same page is sent
 * compressed or not. The answer to HEAD has a body as well, so that the server can state its length.
 */
export function pageAnswerer(...sites: readonly Site[]): (request: PageRequest) => Promise<PageAnswer | undefined> {
  const known = new WeakMap<SitePage, Prepared>();

  async function pageAt(path: string): Promise<SitePage | undefined> {
    for (const site of sites) {
      const page = await site(path);
      if (page !== undefined) return page;
    }
    return undefined;
  }

  function prepared(page: SitePage): Prepared {
    const one = known.get(page) ?? { etag: etagOf(page) };
    known.set(page, one);
    return one;
  }

  return async ({ method, path, headers: asked }) => {
    const page = method === 'GET' || method === 'HEAD' ? await pageAt(path) : undefined;
    if (page === undefined || page.status !== 200) return page;
    const found = prepared(page);
    const { etag } = found;
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

/**
 * Whether the client has the page: weak tags are equal to strong ones, and `*` matches every tag (RFC 9110, section
 * 13.1.2).
 */
function isKnown(etag: string, asked = ''): boolean {
  const tags = asked.split(',').map((one) => one.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(etag.replace(/^W\//, ''));
}

/** Whether the client accepts gzip. A weight of zero means that it does not (RFC 9110, section 12.5.3). */
function takesGzip(asked = ''): boolean {
  const codings = asked.split(',').map((one) =>
    one
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/),
  );
  return codings.some(([name, weight = '']) => name === 'gzip' && !/^q=0(\.0*)?$/.test(weight));
}

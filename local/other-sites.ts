import type { IncomingMessage } from 'node:http';

/** From the queue's own pages, or from nowhere: typed in, or from a program. */
const OWN_SITES = ['same-origin', 'none'];

/** The headers by which browsers say that they load something before anybody asked for it. Programs may send a `purpose` of their own. */
const AHEAD = ['purpose', 'x-purpose', 'x-moz'];
const LOADED_AHEAD = /prefetch|prerender|preview|instant/i;

/**
 * Whether a browser says that a page of another site makes this request: it would do so with the key `demo`, which everybody knows.
 * A program says nothing of the kind. Following a link to a page is no such request. What a browser loads ahead counts as another
 * site's unless it comes from an own page, because a page can have anything loaded ahead as if it was typed in.
 *
 * @see https://www.w3.org/TR/fetch-metadata/
 * @see https://fetch.spec.whatwg.org/#sec-purpose-header
 */
export function isFromAnotherSite(request: IncomingMessage, isForPage: boolean): boolean {
  const { host = '', origin, 'sec-fetch-site': site } = request.headers;
  if (origin !== undefined && origin !== `http://${host.toLowerCase()}`) return true;
  if (isLoadedAhead(request)) return site !== 'same-origin';
  if (site === undefined || OWN_SITES.includes(String(site))) return false;
  return !(isForPage && followsLink(request));
}

function isLoadedAhead({ headers }: IncomingMessage): boolean {
  return headers['sec-purpose'] !== undefined || AHEAD.some((name) => LOADED_AHEAD.test(String(headers[name] ?? '')));
}

/** In a tab of its own: what is opened in a frame belongs to the other page. */
function followsLink({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
}

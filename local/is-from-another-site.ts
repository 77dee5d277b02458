import type { IncomingMessage } from 'node:http';

/**
 * The values of `sec-fetch-site` for a request of the queue's own pages, and for one that no page makes, such as an
 * address that was typed in.
 */
const OWN_SITES = ['same-origin', 'none'];

/**
 * The headers by which browsers say that they load something before their user asks for it. Their values are checked,
 * because programs may send a `purpose` of their own.
 */
const AHEAD = ['purpose', 'x-purpose', 'x-moz'];
const LOADED_AHEAD = /prefetch|prerender|preview|instant/i;

/**
 * Returns whether a browser says that a page of another site makes this request. Such a page could otherwise use the
 * queue with the key `demo`, which everybody knows. Programs send no such headers. A user who follows a link to a page
 * of the queue is let in. A request that a browser makes ahead of its user counts as one of another site unless an own
 * page causes it, because any page can have a URL loaded ahead as if it was typed in.
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

/**
 * Whether a browser opens a page in a tab. A page that it opens in a frame would be a part of the other site's page.
 */
function followsLink({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
}

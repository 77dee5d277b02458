import type { IncomingMessage } from 'node:http';

/** From the queue's own pages, or from nowhere: typed in, or from a program. */
const OWN_SITES = ['same-origin', 'none'];

/**
 * Whether a browser says that a page of another site makes this request: it would do so with the key `demo`, which everybody knows.
 * A program says nothing of the kind. Following a link to a page is no such request.
 *
 * @see https://www.w3.org/TR/fetch-metadata/
 */
export function isFromAnotherSite(request: IncomingMessage, isForPage: boolean): boolean {
  const { host = '', origin, 'sec-fetch-site': site } = request.headers;
  if (origin !== undefined && origin !== `http://${host.toLowerCase()}`) return true;
  if (site === undefined || OWN_SITES.includes(String(site))) return false;
  return !(isForPage && followsLink(request));
}

/** In a tab of its own: what is opened in a frame belongs to the other page. */
function followsLink({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
}

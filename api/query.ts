/** API Gateway passes on a third of this, and Node takes half of it. */
export const MAX_QUERY_LENGTH = 32 * 1_024;

/** The parameters of a query string; undefined if it is longer than any that is needed, and so not worth going over. */
export function queryParameters(rawQueryString: string): URLSearchParams | undefined {
  return rawQueryString.length > MAX_QUERY_LENGTH ? undefined : new URLSearchParams(rawQueryString);
}

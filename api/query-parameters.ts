/**
 * The length of the longest query that is parsed. API Gateway and Node already refuse queries longer than half of this.
 */
export const MAX_QUERY_LENGTH = 32 * 1_024;

/**
 * The parameters of a query string; undefined if it has more than `MAX_QUERY_LENGTH` characters, which would take long
 * to parse.
 */
export function queryParameters(rawQueryString: string): URLSearchParams | undefined {
  return rawQueryString.length > MAX_QUERY_LENGTH ? undefined : new URLSearchParams(rawQueryString);
}

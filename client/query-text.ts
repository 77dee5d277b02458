/**
 * Writes parameters as the query of a URL, with its question mark; empty if there are none. A list stands for a
 * parameter that is repeated. What is undefined or null is left out.
 */
export function queryText(query: object = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one != null) parameters.append(name, one instanceof Date ? one.toISOString() : String(one));
    }
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

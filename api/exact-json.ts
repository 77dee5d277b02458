/** Not yet in TypeScript's library: https://github.com/tc39/proposal-json-parse-with-source */
declare global {
  interface JSON {
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { readonly source: string }) => unknown,
    ): unknown;
    rawJSON(text: string): unknown;
  }
}

/** Numbers keep their spelling when they are written out again; JavaScript's own would change `12345678901234567890`. */
export function parseExactly(json: string): unknown {
  return JSON.parse(json, (_, value, { source }) => (typeof value === 'number' ? JSON.rawJSON(source) : value));
}

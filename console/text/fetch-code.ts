import { compactJson } from './json-text.ts';

/** A request to the API with a JSON body. */
export type ApiRequestText = {
  readonly url: string;
  /** The code of an expression for the API key, such as `'demo'` or `process.env.EVENT_QUEUE_KEY`. */
  readonly key: string;
  /** The text of the JSON body. */
  readonly json: string;
};

/** Writes a request that publishes an event in TypeScript, with `fetch`. */
export function fetchCode({ url, key, json }: ApiRequestText): string {
  return `const response = await fetch(${quoted(url)}, {
  method: 'POST',
  headers: { 'x-api-key': ${key}, 'content-type': 'application/json' },
  body: ${bodyCode(json)},
});
if (!response.ok) throw new Error(\`\${response.status} \${await response.text()}\`);
const event = await response.json();`;
}

/** Writes a text as a string of TypeScript in single quotes. */
export function quoted(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${inner}'`;
}

/** The code of a JSON text: an object that is turned into JSON, unless that would change the text's values. */
function bodyCode(json: string): string {
  const value: unknown = JSON.parse(json);
  const isSame = JSON.stringify(value) === compactJson(json) && !json.includes('__proto__');
  if (!isSame) return quoted(json);
  return `JSON.stringify(${withPlainNames(JSON.stringify(value, null, 2)).replaceAll('\n', '\n  ')})`;
}

/** Takes the quotation marks of names away that need none. In indented JSON, only a name begins a line so. */
function withPlainNames(json: string): string {
  return json.replaceAll(/^( *)"([A-Za-z_$][\w$]*)":/gm, '$1$2:');
}

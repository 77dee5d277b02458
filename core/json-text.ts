/** A JSON value as its author wrote it: parsing and writing it again would change `1.0` and `12345678901234567890`. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** How many arrays and objects enclose its innermost value. */
  get depth(): number {
    let deepest = 0;
    walk(this.text, 0, (depth) => {
      deepest = Math.max(deepest, depth);
      return false;
    });
    return deepest;
  }
}

/** The text of a member's value in a JSON object, which must be valid. Of two members of one name, the last: as `JSON.parse`. */
export function memberText(object: string, name: string): JsonText | undefined {
  let found: JsonText | undefined;
  let at = skipSpace(object, object.indexOf('{') + 1);
  while (object[at] === '"') {
    const endOfName = endOfString(object, at);
    const start = skipSpace(object, object.indexOf(':', endOfName) + 1);
    const end = endOfValue(object, start);
    if (JSON.parse(object.slice(at, endOfName)) === name) found = new JsonText(object.slice(start, end));
    at = skipSpace(object, skipSpace(object, end) + 1);
  }
  return found;
}

/** The text of each element of a JSON array, which must be valid. */
export function elementTexts(array: string): readonly JsonText[] {
  const found: JsonText[] = [];
  let start = skipSpace(array, array.indexOf('[') + 1);
  while (start < array.length && array[start] !== ']') {
    const end = endOfValue(array, start);
    found.push(new JsonText(array.slice(start, end)));
    start = skipSpace(array, skipSpace(array, end) + 1);
  }
  return found;
}

function endOfValue(json: string, start: number): number {
  if (json[start] === '"') return endOfString(json, start);
  if (json[start] === '{' || json[start] === '[') return walk(json, start, (depth) => depth === 0);
  return start + json.slice(start).search(/[\s,}\]]|$/);
}

/** Goes over brackets until `stop` answers true to how many are open, and answers where the last of them ended. */
function walk(json: string, start: number, stop: (depth: number) => boolean): number {
  let depth = 0;
  for (let at = start; at < json.length; at++) {
    const character = json[at];
    if (character === '"') at = endOfString(json, at) - 1;
    else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    else continue;
    if (stop(depth)) return at + 1;
  }
  return json.length;
}

function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at + 1;
}

function skipSpace(json: string, start: number): number {
  let at = start;
  while (/\s/.test(json[at] ?? '')) at++;
  return at;
}

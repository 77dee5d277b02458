/** The largest depth that `JsonText.depth` counts exactly. It counts every larger depth as this number plus one. */
const MAX_COUNTED_DEPTH = 100;

/**
 * Matches the name of a member, with its quotation marks, if the name contains only letters, digits, `_`, `.` and `-`.
 * Such a name has no escapes and no forbidden characters, so that it is read without `JSON.parse`.
 */
const PLAIN_NAME = /^"[\w.-]*"$/;

/**
 * The constants from `QUOTE` to `CLOSE_BRACKET` are UTF-16 codes of the characters that give JSON its structure.
 * Comparing codes takes a fraction of the time of comparing strings.
 */
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/**
 * The error of a text that is not JSON. It is a `SyntaxError`, so that callers treat it like an error of `JSON.parse`.
 */
class NotJson extends SyntaxError {}

/**
 * A JSON value, kept as the text that its author wrote. Parsing the text and writing the value again would change
 * numbers such as `1.0` and `12345678901234567890`.
 */
export class JsonText {
  readonly text: string;
  #depth: number | undefined;

  constructor(text: string) {
    this.text = text;
  }

  get kind(): 'object' | 'array' | 'string' | 'other' {
    const kinds = { '{': 'object', '[': 'array', '"': 'string' } as const;
    return kinds[this.text[0] as keyof typeof kinds] ?? 'other';
  }

  /**
   * The largest number of arrays and objects that are nested in each other, the outermost included: 1 for `[]`, 0 for a
   * string or a number. The text is read until the depth exceeds 100, so the result is 101 for every larger depth.
   */
  get depth(): number {
    if (this.#depth !== undefined) return this.#depth;
    let deepest = 0;
    walk(this.text, 0, (depth) => {
      if (depth > deepest) deepest = depth;
      return deepest > MAX_COUNTED_DEPTH;
    });
    this.#depth = deepest;
    return deepest;
  }

  /**
   * The number of members of an object, or of elements of an array, without the parts of nested values. The result is 1
   * for an empty object or array, and for a value of another kind.
   */
  get partCount(): number {
    let count = 1;
    walk(this.text, 0, (depth, character) => {
      if (depth === 1 && character === COMMA) count++;
      return depth === 0;
    });
    return count;
  }

  /**
   * Returns the number of values in this JSON: itself and, at every depth, all members of objects and elements of
   * arrays. An empty array or object counts as two. The result is `most` + 1 if there are more values than `most`,
   * because the text is not read further.
   */
  valuesUpTo(most: number): number {
    let values = 1;
    walk(this.text, 0, (_, character) => {
      if (character === COMMA || character === OPEN_BRACE || character === OPEN_BRACKET) values++;
      return values > most;
    });
    return values;
  }
}

/**
 * Returns the value of the member `name` in the text of a JSON object; undefined if no member has this name. If several
 * members have the name, the last one counts, as with `JSON.parse`. Throws a `SyntaxError` where `membersOf` does.
 */
export function memberText(object: string, name: string): JsonText | undefined {
  let found: JsonText | undefined;
  for (const [one, value] of membersOf(object)) if (one === name) found = value;
  return found;
}

/**
 * Generates the members of a JSON object, each with the text of its value. The generator reads the text only as far as
 * the caller takes members. It throws a `SyntaxError` when it comes to a name, colon, comma or bracket that is wrong.
 * The values themselves are not checked.
 */
export function membersOf(object: string): Generator<readonly [name: string, value: JsonText]> {
  return partsOf(object, '{}', (start) => {
    if (object[start] !== '"') throw new NotJson('A member of an object begins with its name.');
    const endOfName = endOfString(object, start);
    const colon = skipSpace(object, endOfName);
    if (object[colon] !== ':') throw new NotJson('There is no colon after a name.');
    const value = skipSpace(object, colon + 1);
    const end = endOfValue(object, value);
    return [[nameIn(object.slice(start, endOfName)), new JsonText(object.slice(value, end))], end];
  });
}

/**
 * Generates the elements of a JSON array as texts. The generator reads the array only as far as the caller takes
 * elements. It throws a `SyntaxError` when it comes to a comma or bracket that is wrong. The elements themselves are
 * not checked.
 */
export function elementsOf(array: string): Generator<JsonText> {
  return partsOf(array, '[]', (start) => {
    const end = endOfValue(array, start);
    return [new JsonText(array.slice(start, end)), end];
  });
}

function* partsOf<Part>(
  text: string,
  [open, close]: string,
  read: (start: number) => readonly [part: Part, end: number],
): Generator<Part> {
  let at = skipSpace(text, 0);
  if (text[at] !== open) throw new NotJson(`There is no ${open}.`);
  at = skipSpace(text, at + 1);
  while (text[at] !== close) {
    const [part, end] = read(at);
    yield part;
    at = skipSpace(text, end);
    if (text[at] === close) break;
    if (text[at] !== ',') throw new NotJson('There is no comma after a value.');
    at = skipSpace(text, at + 1);
    if (text[at] === close) throw new NotJson('There is no value after a comma.');
  }
  if (skipSpace(text, at + 1) < text.length) throw new NotJson('There is something after the end.');
}

function nameIn(text: string): string {
  return PLAIN_NAME.test(text) ? text.slice(1, -1) : JSON.parse(text);
}

/**
 * Returns the index after the value that begins at `start`, or the length of the text if a string, array or object does
 * not end. Throws a `SyntaxError` if no value begins at `start`.
 */
function endOfValue(json: string, start: number): number {
  const first = json.charCodeAt(start);
  if (first === QUOTE) return endOfString(json, start);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return endOfNested(json, start);
  let end = start;
  while (end < json.length && !endsScalar(json.charCodeAt(end))) end++;
  if (end === start) throw new NotJson('There is no value.');
  return end;
}

/**
 * Returns the index after the array or object that begins at `start`, or the length of the text if the array or object
 * does not end. The loop is that of `walk` without its callback, which doubles the time.
 */
function endOfNested(json: string, start: number): number {
  let depth = 0;
  for (let at = start; at < json.length; at++) {
    const character = json.charCodeAt(at);
    if (character === QUOTE) at = endOfString(json, at) - 1;
    else if (character === OPEN_BRACE || character === OPEN_BRACKET) depth++;
    else if ((character === CLOSE_BRACE || character === CLOSE_BRACKET) && --depth === 0) return at + 1;
  }
  return json.length;
}

/**
 * Calls `stop` for each brace, bracket and comma outside of strings, from the index `start` on. `depth` is the number
 * of arrays and objects that are open after the character. The walk ends when `stop` returns true, or at the end of the
 * text.
 */
function walk(json: string, start: number, stop: (depth: number, character: number) => boolean): void {
  let depth = 0;
  for (let at = start; at < json.length; at++) {
    const character = json.charCodeAt(at);
    if (character === QUOTE) at = endOfString(json, at) - 1;
    else if (character === OPEN_BRACE || character === OPEN_BRACKET) depth++;
    else if (character === CLOSE_BRACE || character === CLOSE_BRACKET) depth--;
    else if (character !== COMMA) continue;
    if (stop(depth, character)) return;
  }
}

/**
 * Returns the index after the string whose opening quotation mark is at `start`, or the length of the text if the
 * string does not end.
 */
function endOfString(json: string, start: number): number {
  for (let quote = json.indexOf('"', start + 1); quote !== -1; quote = json.indexOf('"', quote + 1)) {
    let before = quote - 1;
    while (json.charCodeAt(before) === BACKSLASH) before--;
    if ((quote - before) % 2 === 1) return quote + 1;
  }
  return json.length;
}

function skipSpace(json: string, start: number): number {
  let at = start;
  while (isSpace(json.charCodeAt(at))) at++;
  return at;
}

function endsScalar(character: number): boolean {
  return character === COMMA || character === CLOSE_BRACE || character === CLOSE_BRACKET || isSpace(character);
}

/** Returns whether a character is white space in JSON: a space, a line feed, a carriage return or a tab. */
function isSpace(character: number): boolean {
  return character === 0x20 || character === 0x0a || character === 0x0d || character === 0x09;
}

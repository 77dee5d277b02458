/** The largest depth that is counted exactly. */
const MAX_COUNTED_DEPTH = 100;

/**
 * A name of a member that is sure to have no escapes and no characters that JSON forbids, so that it need not be
 * parsed.
 */
const PLAIN_NAME = /^"[\w.-]*"$/;

/** The codes of characters. Comparing codes takes a fraction of the time of comparing strings. */
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** The error for a text that is not JSON. */
class NotJson extends SyntaxError {}

/**
 * A JSON value as the text that its author wrote. Parsing and writing it again would change numbers such as `1.0` and
 * `12345678901234567890`.
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
   * The number of arrays and objects around the innermost value. It is 101 for every depth above 100, because the walk
   * over the text ends there.
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
   * The number of members or elements of the value itself, without those inside of them. It is 1 for an empty array or
   * object.
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
   * The number of values of which this value consists. An empty array or object counts as two. The result is at most
   * `most` + 1, because the walk over the text ends there.
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
 * The value of a member of a JSON object. The last of several members with the same name counts, as with `JSON.parse`.
 */
export function memberText(object: string, name: string): JsonText | undefined {
  let found: JsonText | undefined;
  for (const [one, value] of membersOf(object)) if (one === name) found = value;
  return found;
}

/**
 * Generates the members of a JSON object, each with the text of its value. It reads the text only as far as the caller
 * takes members. It throws a `SyntaxError` if the names, colons, commas or brackets of the object are wrong; it does
 * not check the values.
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
 * Generates the elements of a JSON array as texts. It throws a `SyntaxError` if commas or brackets are wrong; it does
 * not check the elements.
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

/** The index after a value, or the length of the text if the value does not end. */
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
 * The index after an array or object. This is `walk` without a callback for each character, which takes half the time.
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
 * Calls `stop` for each bracket and comma outside of strings until it returns true. Returns the index after the last of
 * them.
 */
function walk(json: string, start: number, stop: (depth: number, character: number) => boolean): number {
  let depth = 0;
  for (let at = start; at < json.length; at++) {
    const character = json.charCodeAt(at);
    if (character === QUOTE) at = endOfString(json, at) - 1;
    else if (character === OPEN_BRACE || character === OPEN_BRACKET) depth++;
    else if (character === CLOSE_BRACE || character === CLOSE_BRACKET) depth--;
    else if (character !== COMMA) continue;
    if (stop(depth, character)) return at + 1;
  }
  return json.length;
}

/** The index after a string, or the length of the text if the string does not end. */
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

/** Whether a character is one of the four that JSON allows as white space. */
function isSpace(character: number): boolean {
  return character === 0x20 || character === 0x0a || character === 0x0d || character === 0x09;
}

/** Depths beyond this one are not told apart. */
const MAX_COUNTED_DEPTH = 100;

/** A name whose text says all there is to it: no escapes, and nothing that a JSON string may not hold. */
const PLAIN_NAME = /^"[\w.-]*"$/;

/** Characters are compared by their codes, which takes a fraction of the time. */
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** A text that should be JSON is not. */
class NotJson extends SyntaxError {}

/** A JSON value as its author wrote it: parsing and writing it again would change `1.0` and `12345678901234567890`. */
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

  /** How many arrays and objects enclose its innermost value. The walk over the text ends at 101, which stands for any number above 100. */
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

  /** How many members or elements it has itself, without those inside them; 1 for an empty array or object. */
  get partCount(): number {
    let count = 1;
    walk(this.text, 0, (depth, character) => {
      if (depth === 1 && character === COMMA) count++;
      return depth === 0;
    });
    return count;
  }

  /** How many values it is made of; an empty array or object counts as two. The walk over the text ends at the first value too many, so the answer is at most one more than `most`. */
  valuesUpTo(most: number): number {
    let values = 1;
    walk(this.text, 0, (_, character) => {
      if (character === COMMA || character === OPEN_BRACE || character === OPEN_BRACKET) values++;
      return values > most;
    });
    return values;
  }
}

/** The text of a member's value in a JSON object. Of two members of one name it is the last one's, as with `JSON.parse`. */
export function memberText(object: string, name: string): JsonText | undefined {
  let found: JsonText | undefined;
  for (const [one, value] of membersOf(object)) if (one === name) found = value;
  return found;
}

/**
 * The members of a JSON object, each with the text of its value. The walk over the text goes no further than the caller does. It throws
 * a `SyntaxError` where names, colons, commas or brackets of the object are not as they should be; values are not checked.
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

/** The elements of a JSON array, in the same way. */
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

/** Where a value ends, or the whole text if it does not end. */
function endOfValue(json: string, start: number): number {
  const first = json.charCodeAt(start);
  if (first === QUOTE) return endOfString(json, start);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return endOfNested(json, start);
  let end = start;
  while (end < json.length && !endsScalar(json.charCodeAt(end))) end++;
  if (end === start) throw new NotJson('There is no value.');
  return end;
}

/** Where an array or object ends. It is `walk` without a question at each step, which takes half the time. */
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

/** Goes over the brackets and commas that are not in strings until `stop` answers true, and answers where the last of them ended. */
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

/** Where a string ends, or the whole text if it does not end. */
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

/** JSON knows no other white space than these four. */
function isSpace(character: number): boolean {
  return character === 0x20 || character === 0x0a || character === 0x0d || character === 0x09;
}

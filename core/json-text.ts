/** A JSON value as its author wrote it: parsing and writing it again would change `1.0` and `12345678901234567890`. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** How many arrays and objects enclose its innermost value. */
  get depth(): number {
    let depth = 0;
    let deepest = 0;
    for (let at = 0; at < this.text.length; at++) {
      const character = this.text[at];
      if (character === '"') at = endOfString(this.text, at);
      else if (character === '{' || character === '[') deepest = Math.max(deepest, ++depth);
      else if (character === '}' || character === ']') depth--;
    }
    return deepest;
  }
}

/** The text of a member's value in a JSON object, which must be valid. Of two members of one name, the last: as `JSON.parse`. */
export function memberText(object: string, name: string): JsonText | undefined {
  let depth = 0;
  let key: string | undefined;
  let start = 0;
  let found: JsonText | undefined;
  for (let at = 0; at < object.length; at++) {
    const character = object[at];
    if (character === '"') {
      const end = endOfString(object, at);
      if (depth === 1) key ??= JSON.parse(object.slice(at, end + 1));
      at = end;
    } else if (character === '{' || character === '[') depth++;
    else if (character === ':' && depth === 1) start = at + 1;
    else if ((character === ',' || character === '}') && depth === 1) {
      if (key === name) found = new JsonText(object.slice(start, at).trim());
      key = undefined;
    }
    if (character === '}' || character === ']') depth--;
  }
  return found;
}

function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at;
}

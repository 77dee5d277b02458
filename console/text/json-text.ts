/** A string, a mark, or a number, `true`, `false` or `null`. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/g;
const OPENS = /^[{[]$/;
const CLOSES = /^[}\]]$/;

/**
 * Writes JSON with a line for each value. Values are not read, so that long numbers and repeated members stay as they
 * are. Undefined if the text is not JSON.
 */
export function prettyJson(text: string): string | undefined {
  if (jsonMistake(text) !== undefined) return undefined;
  let pretty = '';
  let depth = 0;
  let before = '';
  for (const [token] of text.matchAll(TOKEN)) {
    if (CLOSES.test(token)) depth--;
    pretty += between(before, token, depth) + token;
    if (OPENS.test(token)) depth++;
    before = token;
  }
  return pretty;
}

/** Takes the blanks between the values of JSON away. The text must be JSON. */
export function compactJson(json: string): string {
  return Array.from(json.matchAll(TOKEN), ([token]) => token).join('');
}

/** Says where a text stops being JSON; undefined if it is JSON. */
export function jsonMistake(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    const message = String((error as Error).message);
    if (/end of (JSON|data|input)/i.test(message)) return 'This is not complete JSON: something is missing at its end.';
    const [, line, column] = /line (\d+) column (\d+)/.exec(message) ?? [];
    return `This is not JSON${line === undefined ? '' : `: look at line ${line}, column ${column}`}.`;
  }
}

/**
 * The text of a member of a JSON object, exactly as it is written there: with all digits of its numbers, and with the
 * order and the blanks of its own members. Undefined if there is no such member.
 *
 * @param json The text of a JSON object that is known to be valid.
 */
export function memberText(json: string, name: string): string | undefined {
  const own = ownTokens(json);
  const colon = own.findIndex(({ token }, at) => token === ':' && JSON.parse(own[at - 1]?.token ?? '') === name);
  const first = own[colon + 1];
  const last = OPENS.test(first?.token ?? '') ? own[colon + 2] : first;
  if (colon === -1 || first === undefined || last === undefined) return undefined;
  return json.slice(first.index, last.index + last.token.length);
}

type Token = { readonly token: string; readonly index: number };

/** The tokens of a JSON object but for those inside of its members. Of those, the first and the last bracket are left. */
function ownTokens(json: string): readonly Token[] {
  const own: Token[] = [];
  let depth = 0;
  for (const { 0: token, index } of json.matchAll(TOKEN)) {
    if (CLOSES.test(token)) depth--;
    if (depth === 1) own.push({ token, index });
    if (OPENS.test(token)) depth++;
  }
  return own;
}

/** The blanks between two tokens of JSON that has a line for each value. */
function between(before: string, token: string, depth: number): string {
  if (before === '' || token === ',' || token === ':') return '';
  if (before === ':') return ' ';
  return OPENS.test(before) && CLOSES.test(token) ? '' : `\n${'  '.repeat(depth)}`;
}

/** A request as a program sends it. */
export type SentRequest = {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string | ShellVariable])[];
  /** A text, or bytes in base64. Undefined if the request has no body. */
  readonly body?: { readonly text: string } | { readonly base64: string } | undefined;
};

/** A value that is not written into a command, such as a secret. The shell finds it in its environment. */
export type ShellVariable = { readonly variable: string };

/** Writes a request as a command for a POSIX shell. */
export function curlCommand({ method, url, headers, body }: SentRequest): string {
  const data = body === undefined ? undefined : dataOf(body);
  const parts = [
    `curl ${methodOption(method, body !== undefined)}${globOption(url)}${shellQuoted(url)}`,
    ...headers.map(([name, value]) => `-H ${headerWord(name, value)}`),
    ...(data === undefined ? [] : [data.option]),
  ];
  return `${data?.before ?? ''}${parts.join(' \\\n  ')}`;
}

/** Writes a text as one word of a POSIX shell. Nothing in it has a meaning for the shell. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A header as a word of the shell. curl leaves a header out that ends with its colon, so an empty one ends with `;`. */
function headerWord(name: string, value: string | ShellVariable): string {
  if (typeof value !== 'string') return `${shellQuoted(`${name}: `)}"$${value.variable}"`;
  return shellQuoted(value.trim() === '' ? `${name};` : `${name}: ${value}`);
}

/** A command's option that sends a body, and what stands before the command. */
function dataOf(body: NonNullable<SentRequest['body']>): { readonly option: string; readonly before: string } {
  if ('base64' in body) return piped(body.base64);
  // No argument of a command can contain a NUL character.
  if (body.text.includes('\0')) return piped(base64Of(body.text));
  return { option: `--data-raw ${shellQuoted(body.text)}`, before: '' };
}

function piped(base64: string) {
  return { option: '--data-binary @-', before: `printf %s ${shellQuoted(base64)} | base64 -d | ` };
}

/** `-X` would make curl wait for the body that the answer to a HEAD request never has. */
function methodOption(method: string, hasBody: boolean): string {
  if (method === 'HEAD') return '--head ';
  return method === (hasBody ? 'POST' : 'GET') ? '' : `-X ${method} `;
}

/** Without this option, curl gives brackets and braces in a URL a meaning of its own. */
function globOption(url: string): string {
  return /[[\]{}]/.test(url) ? '--globoff ' : '';
}

function base64Of(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

/** Secret words by the place into which they are put. They are in what is sent and answered, and must be in no log. */
export const planted = {
  path: 'zq1path',
  query: 'zq2query',
  header: 'zq3header',
  body: 'zq4body',
  deduplicationId: 'zq5dedup',
  idempotencyKey: 'zq6idem',
  answerBody: 'zq7answer',
  answerHeader: 'zq8cookie',
  redirect: 'zq9location',
  garbage: 'zq10garbage',
  wrongKey: 'zq11wrong',
  badJson: 'zq12broken',
  unknownField: 'zq13field',
  unknownPath: 'zq14nowhere',
  refusedUrl: 'zq15url',
  foreignMessage: 'zq16foreign',
} as const;

/** An event as its publisher would send it, with a secret in every place that can hold one. */
export function eventWithSecrets(url: string, fields: object = {}): object {
  return {
    url_to_send_request: `${url}/${planted.path}?token=${planted.query}`,
    headers: { authorization: `Bearer ${planted.header}` },
    body: { password: planted.body },
    deduplication_id: `${planted.deduplicationId} ${url} ${JSON.stringify(fields)}`,
    timeout_for_request: 1,
    max_try_count: 1,
    ...fields,
  };
}

type BadRequest = readonly [
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string | undefined,
];

/** Requests that are refused, with secrets in them. */
export const badRequests: readonly BadRequest[] = [
  ['POST', '/events', { 'x-api-key': planted.wrongKey }, '{}'],
  ['GET', `/events?password=${planted.wrongKey}`, {}, undefined],
  ['GET', '/events', { authorization: `Bearer ${planted.wrongKey}` }, undefined],
  ['POST', '/events', {}, `{"url_to_send_request":${planted.badJson}`],
  ['POST', '/events', {}, `{"url_to_send_request":"https://example.com/","${planted.unknownField}":1}`],
  ['POST', '/events', {}, `{"url_to_send_request":"https://user:${planted.refusedUrl}@example.com/"}`],
  ['POST', '/events', {}, `{"url_to_send_request":"http://[${planted.refusedUrl}"}`],
  ['GET', `/${planted.unknownPath}`, {}, undefined],
  ['GET', `/events/${planted.unknownPath}`, {}, undefined],
  ['GET', `/events?cursor=${planted.unknownPath}`, {}, undefined],
];

/** The places of the secrets that a text contains, as they are or in base64. */
export function secretsIn(text: string, secrets: Readonly<Record<string, string>> = planted): readonly string[] {
  return Object.entries(secrets)
    .filter(([, word]) => [word, ...inBase64(word)].some((form) => text.includes(form)))
    .map(([where]) => where);
}

/**
 * The parts of a word in base64 that a text contains if it has the word behind any number of other bytes, one for each
 * alignment.
 */
function inBase64(word: string): readonly string[] {
  return [0, 1, 2].map((before) => {
    const text = Buffer.from(`${' '.repeat(before)}${word}`)
      .toString('base64')
      .replace(/=+$/, '');
    return text.slice(before === 0 ? 0 : before + 1, -1);
  });
}

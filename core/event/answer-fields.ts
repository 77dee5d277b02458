import { type Answer, MAX_ANSWER_BODY_BYTES } from './progress.ts';

/**
 * The fields by which the API and callbacks show an answer. The body is a text if it is UTF-8, and base64 otherwise.
 *
 * @param most The largest size of the body as JSON text, in bytes. A body that would be larger is given in base64, too.
 */
export function answerFields(answer: Answer | undefined, most = Number.POSITIVE_INFINITY) {
  const text = answer && textOf(answer, most);
  return {
    request_response_status_code: answer?.statusCode ?? null,
    request_response_headers: answer ? Object.fromEntries(answer.headers) : null,
    request_response_body: text ?? null,
    request_response_body_base64: answer && text === undefined ? base64(answer.body) : null,
    request_response_truncated: answer?.truncated ?? null,
  };
}

/**
 * The text of a body; undefined if it is not UTF-8. If the body was cut in the middle of a character, that character is
 * left out.
 */
function textOf({ body, truncated }: Answer, most: number): string | undefined {
  const isCut = truncated && body.length === MAX_ANSWER_BODY_BYTES;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body, { stream: isCut });
    return most === Number.POSITIVE_INFINITY || jsonSize(text) <= most ? text : undefined;
  } catch {
    return undefined;
  }
}

function jsonSize(text: string): number {
  return new TextEncoder().encode(JSON.stringify(text)).length;
}

function base64(bytes: Uint8Array): string {
  let characters = '';
  for (const byte of bytes) characters += String.fromCharCode(byte);
  return btoa(characters);
}

import type { Answered, Asked } from '../state/api-client.ts';
import { ask } from '../state/session.ts';
import type { FormRequest } from './event-request.ts';

/** Sends the request of a form. If some of its fields have mistakes, nothing is sent, and the problem names them. */
export async function sendForm<T>(
  method: NonNullable<Asked['method']>,
  path: string,
  { json, mistakes: errors }: FormRequest,
): Promise<Answered<T>> {
  if (errors.length === 0) return ask<T>(path, { method, json });
  const title = 'Some fields are not valid';
  return { ok: false, problem: { kind: 'invalid', title, detail: 'Mend the fields that are marked.', errors } };
}

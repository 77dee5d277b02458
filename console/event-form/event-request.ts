import type { FieldError } from '../state/api-client.ts';
import { compactJson, jsonMistake } from '../text/json-text.ts';
import type { DraftHeader, EventDraft } from './draft.ts';

/** The JSON text of a request, and what is wrong with the fields that it comes from. */
export type FormRequest = { readonly json: string; readonly mistakes: readonly FieldError[] };

/** A member of a request: its name and the JSON text of its value. A mistake stands where there is no value. */
export type Member =
  | { readonly name: string; readonly json: string }
  | { readonly name: string; readonly mistake: string };

/** Writes a request with some members. */
export function requestOf(members: readonly Member[]): FormRequest {
  const lines = members.flatMap((one) => ('json' in one ? [`${JSON.stringify(one.name)}: ${indented(one.json)}`] : []));
  const mistakes = members.flatMap((one) => ('mistake' in one ? [{ path: one.name, detail: one.mistake }] : []));
  return { json: `{\n  ${lines.join(',\n  ')}\n}`, mistakes };
}

/**
 * The members of the event of a draft. A JSON body stands in them without the blanks between its values, but with all
 * digits of its numbers. Fields that have their default are left out.
 */
export function eventMembers(draft: EventDraft): readonly Member[] {
  return [
    member('url_to_send_request', draft.url.trim()),
    ...(draft.method === '' ? [] : [member('method', draft.method)]),
    ...headerMembers(draft.headers),
    ...bodyMembers(draft),
    ...tagMembers(draft.tags),
    ...numberMember('timeout_for_request', draft.timeout),
    ...numberMember('max_try_count', draft.tries),
    ...delayMembers(draft),
    ...numberMember('keep_result_for', draft.keepResultFor),
    ...numberMember('keep_failed_for', draft.keepFailedFor),
    ...(draft.failureUrl.trim() === '' ? [] : [member('failure_url', draft.failureUrl.trim())]),
    ...(draft.callbackUrl.trim() === '' ? [] : [member('callback_url', draft.callbackUrl.trim())]),
  ];
}

export function member(name: string, value: unknown): Member {
  return { name, json: JSON.stringify(value, null, 2) };
}

/** A number in some unit; nothing if the text is empty. */
export function numberMember(name: string, text: string, unit = 1): readonly Member[] {
  if (text.trim() === '') return [];
  const value = Number(text.trim()) * unit;
  return [Number.isFinite(value) ? member(name, value) : { name, mistake: 'A number, for example 10.' }];
}

function headerMembers(rows: readonly DraftHeader[]): readonly Member[] {
  const headers = rows.filter(({ name, value }) => name.trim() !== '' || value !== '');
  if (headers.length === 0) return [];
  const seen = new Set<string>();
  for (const { name: typed, value } of headers) {
    const name = typed.trim();
    if (name === '') return [{ name: 'headers', mistake: `The value “${value}” has no name. Give it one.` }];
    if (seen.has(name.toLowerCase())) return [{ name: 'headers', mistake: `${name} is given twice. Join the two.` }];
    seen.add(name.toLowerCase());
  }
  const lines = headers.map(({ name, value }) => `  ${JSON.stringify(name.trim())}: ${JSON.stringify(value)}`);
  return [{ name: 'headers', json: `{\n${lines.join(',\n')}\n}` }];
}

function bodyMembers({ bodyKind, body }: EventDraft): readonly Member[] {
  if (bodyKind === 'none') return [];
  if (bodyKind === 'text') return [member('body', body)];
  if (bodyKind === 'base64') return [member('body_base64', body.replaceAll(/\s/g, ''))];
  const mistake = jsonMistake(body);
  return [mistake === undefined ? { name: 'body', json: compactJson(body) } : { name: 'body', mistake }];
}

function tagMembers(text: string): readonly Member[] {
  const tags = [...new Set(text.split('\n').map((line) => line.trim()))].filter((line) => line !== '');
  return tags.length === 0 ? [] : [member('event_tags', tags)];
}

function delayMembers({ backoff, delay, maxDelay }: EventDraft): readonly Member[] {
  if (backoff === 'listed') return numbersMember('retry_delays', delay);
  const own = numberMember('retry_delay', delay);
  if (backoff === 'fixed') return own;
  return [...own, member('retry_backoff', backoff), ...numberMember('retry_max_delay', maxDelay)];
}

function numbersMember(name: string, text: string): readonly Member[] {
  if (text.trim() === '') return [];
  const parts = text.split(',').map((part) => part.trim());
  const areNumbers = parts.every((part) => part !== '' && Number.isFinite(Number(part)));
  return [areNumbers ? member(name, parts.map(Number)) : { name, mistake: 'Numbers, for example 10, 60, 600.' }];
}

/** Moves all lines of a JSON text but the first to the right. A line of JSON never begins inside of a string. */
function indented(json: string): string {
  return json.replaceAll('\n', '\n  ');
}

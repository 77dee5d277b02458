import type { FieldError } from '../../state/api-client.ts';
import { compactJson, jsonMistake } from '../../text/json-text.ts';
import { instantOfField } from '../../text/time.ts';
import { type Draft, type DraftHeader, delayUnits } from './draft.ts';

/** The JSON text that publishes an event, and what is wrong with the fields that it comes from. */
export type PublishRequest = { readonly json: string; readonly mistakes: readonly FieldError[] };

/** A member of the request: its name and the JSON text of its value. A mistake stands where there is no value. */
type Member = { readonly name: string; readonly json: string } | { readonly name: string; readonly mistake: string };

/**
 * Writes the request that publishes a draft. A JSON body stands in it without the blanks between its values, but with
 * all digits of its numbers. Fields that have their default are left out.
 *
 * @param zone The time zone of the draft's instant; undefined for that of the browser.
 */
export function publishRequest(draft: Draft, zone: string | undefined): PublishRequest {
  const members = [
    member('url_to_send_request', draft.url.trim()),
    ...(draft.method === '' ? [] : [member('method', draft.method)]),
    ...headerMembers(draft.headers),
    ...bodyMembers(draft),
    ...dueMembers(draft, zone),
    ...tagMembers(draft.tags),
    ...numberMembers(draft),
    ...textMembers(draft),
  ];
  const lines = members.flatMap((one) => ('json' in one ? [`${JSON.stringify(one.name)}: ${indented(one.json)}`] : []));
  const mistakes = members.flatMap((one) => ('mistake' in one ? [{ path: one.name, detail: one.mistake }] : []));
  return { json: `{\n  ${lines.join(',\n  ')}\n}`, mistakes };
}

function member(name: string, value: unknown): Member {
  return { name, json: JSON.stringify(value, null, 2) };
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

function bodyMembers({ bodyKind, body }: Draft): readonly Member[] {
  if (bodyKind === 'none') return [];
  if (bodyKind === 'text') return [member('body', body)];
  if (bodyKind === 'base64') return [member('body_base64', body.replaceAll(/\s/g, ''))];
  const mistake = jsonMistake(body);
  return [mistake === undefined ? { name: 'body', json: compactJson(body) } : { name: 'body', mistake }];
}

function dueMembers(draft: Draft, zone: string | undefined): readonly Member[] {
  if (draft.when === 'now') return [];
  if (draft.when === 'after') {
    const [after] = numberMember('call_url_after', draft.after, delayUnits[draft.afterUnit]);
    return [after ?? { name: 'call_url_after', mistake: 'A number, for example 10.' }];
  }
  const instant = instantOfField(draft.at, zone);
  if (instant === undefined) return [{ name: 'call_url_at', mistake: 'Choose a date and a time.' }];
  return [member('call_url_at', new Date(instant).toISOString())];
}

function tagMembers(text: string): readonly Member[] {
  const tags = [...new Set(text.split('\n').map((line) => line.trim()))].filter((line) => line !== '');
  return tags.length === 0 ? [] : [member('event_tags', tags)];
}

function numberMembers(draft: Draft): readonly Member[] {
  return [
    ...numberMember('timeout_for_request', draft.timeout),
    ...numberMember('max_try_count', draft.tries),
    ...delayMembers(draft),
    ...numberMember('keep_result_for', draft.keepResultFor),
    ...numberMember('keep_failed_for', draft.keepFailedFor),
  ];
}

function delayMembers({ backoff, delay, maxDelay }: Draft): readonly Member[] {
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

function numberMember(name: string, text: string, unit = 1): readonly Member[] {
  if (text.trim() === '') return [];
  const value = Number(text.trim()) * unit;
  return [Number.isFinite(value) ? member(name, value) : { name, mistake: 'A number, for example 10.' }];
}

function textMembers({ failureUrl, callbackUrl, deduplicationId, deduplicationWindow }: Draft): readonly Member[] {
  return [
    ...(failureUrl.trim() === '' ? [] : [member('failure_url', failureUrl.trim())]),
    ...(callbackUrl.trim() === '' ? [] : [member('callback_url', callbackUrl.trim())]),
    ...(deduplicationId === '' ? [] : [member('deduplication_id', deduplicationId)]),
    ...numberMember('deduplication_window', deduplicationWindow),
  ];
}

/** Moves all lines of a JSON text but the first to the right. A line of JSON never begins inside of a string. */
function indented(json: string): string {
  return json.replaceAll('\n', '\n  ');
}

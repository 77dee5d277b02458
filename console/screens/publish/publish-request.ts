import { type Draft, delayUnits } from '../../event-form/draft.ts';
import {
  eventMembers,
  type FormRequest,
  type Member,
  member,
  numberMember,
  requestOf,
} from '../../event-form/event-request.ts';
import { instantOfField } from '../../text/time.ts';

/**
 * Writes the request that publishes a draft.
 *
 * @param zone The time zone of the draft's instant; undefined for that of the browser.
 */
export function publishRequest(draft: Draft, zone: string | undefined): FormRequest {
  const { deduplicationId, deduplicationWindow } = draft;
  return requestOf([
    ...eventMembers(draft),
    ...dueMembers(draft, zone),
    ...(deduplicationId === '' ? [] : [member('deduplication_id', deduplicationId)]),
    ...numberMember('deduplication_window', deduplicationWindow),
  ]);
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

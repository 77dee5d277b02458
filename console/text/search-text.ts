import type { AttemptOutcome } from '../state/api-types.ts';
import type { OneFilter } from './event-filters.ts';
import { outcomeNames } from './outcome.ts';

/** What a text in the search field can mean: one event, or filters of which the reader chooses one. */
type Meaning =
  | { readonly kind: 'event'; readonly key: string }
  | { readonly kind: 'filters'; readonly filters: readonly OneFilter[] };

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
/** A key, or the uuid in it, which the `webhook-id` of a call is. Both may stand in an address that was copied. */
const EVENT = new RegExp(`(?:^|[/=\\s"'])(\\d{11}\\.\\d{3}-${UUID}|${UUID})(?:$|[/&?#\\s"'])`, 'i');
const HOST = /^(?:[a-z]+:\/\/)?([^\s/?#@]+)/i;
const STATUS_CODE = /^[1-9](\d\d|xx)$/i;
const LONGEST_TAG = 128;

/** Finds out what a text in the search field means. Undefined if it is blank. */
export function meaningOf(typed: string): Meaning | undefined {
  const text = typed.trim();
  if (text === '') return undefined;
  const key = EVENT.exec(text)?.[1];
  return key === undefined ? { kind: 'filters', filters: filtersFor(text) } : { kind: 'event', key: key.toLowerCase() };
}

/** The filters that a text can stand for, the likeliest first. */
function filtersFor(text: string): readonly OneFilter[] {
  const host = HOST.exec(text)?.[1];
  const isUrl = /^[a-z]+:\/\//i.test(text);
  const byHost: OneFilter[] = host !== undefined && (isUrl || host === text) ? [{ name: 'host', value: host }] : [];
  const byTag: OneFilter[] = text.length <= LONGEST_TAG && !isUrl ? [{ name: 'tag', value: text }] : [];
  const byCode: OneFilter[] = STATUS_CODE.test(text) ? [{ name: 'status_code', value: text.toLowerCase() }] : [];
  const looksLikeHost = isUrl || /[.:]/.test(text);
  const words = looksLikeHost ? [...byHost, ...byTag] : [...byTag, ...byHost];
  return [...byCode, ...outcomesFor(text), ...words];
}

function outcomesFor(text: string): readonly OneFilter[] {
  const wanted = text.toLowerCase().replaceAll('_', ' ');
  const found = (Object.keys(outcomeNames) as AttemptOutcome[]).filter(
    (outcome) => wanted.length >= 3 && outcomeNames[outcome].toLowerCase().startsWith(wanted),
  );
  return found.map((value) => ({ name: 'outcome', value }));
}

import { type Query, queryText } from '../state/api-client.ts';

const singleFilters = ['status', 'host', 'outcome', 'status_code', 'due_after', 'due_before'] as const;

export type SingleFilter = (typeof singleFilters)[number];

/** The conditions of a search, under the names of the API, and with values as the API takes them. */
export type EventFilters = { readonly [Name in SingleFilter]?: string } & { readonly tag: readonly string[] };

/** One condition of a search. A search has one for each of its tags. */
export type OneFilter = { readonly name: SingleFilter | 'tag'; readonly value: string };

/** A page of a list behind the newest one. */
export type ListPlace = {
  readonly cursor: string;
  /** The instant before which events are due in the whole list, if the search does not say it. */
  readonly asOf?: string;
};

/** Reads the filters from the query of a URL. Empty ones are left out, and values are not checked. */
export function filtersIn(parameters: URLSearchParams): EventFilters {
  const given = singleFilters.flatMap((name) => {
    const value = parameters.get(name);
    return value === null || value === '' ? [] : [[name, value] as const];
  });
  const tag = [...new Set(parameters.getAll('tag'))].filter((one) => one !== '');
  return { ...Object.fromEntries(given), tag };
}

/** Reads which page of the list a URL leads to; undefined for the newest one. */
export function placeIn(parameters: URLSearchParams): ListPlace | undefined {
  const cursor = parameters.get('cursor');
  const asOf = parameters.get('as_of');
  if (cursor === null || cursor === '') return undefined;
  return { cursor, ...(asOf !== null && asOf !== '' && { asOf }) };
}

/** The address of the list of events with some filters. The filters have the same names as in the API. */
export function eventsPath(filters: EventFilters, place?: ListPlace): string {
  return `/console/events${queryText({ ...filters, as_of: place?.asOf, cursor: place?.cursor })}`;
}

/** The address of the screen that changes all events that have the filters. */
export function bulkPath(action: 'retry' | 'cancel', filters: EventFilters): string {
  return `/console/bulk${queryText({ action, ...filters })}`;
}

/**
 * The parameters by which the API is asked for a page of events. Without a status, a search is for what has been due,
 * because otherwise events that wait for next year would be in front of what happened a minute ago.
 *
 * @param asOf The instant before which these events were due.
 */
export function listQuery(filters: EventFilters, asOf: string, limit: number, cursor?: string): Query {
  return { ...filters, ...(isBoundedByNow(filters) && { due_before: asOf }), limit, cursor };
}

/** Whether the list of events ends at the present instant. */
export function isBoundedByNow({ status, due_before }: EventFilters): boolean {
  return status === undefined && due_before === undefined;
}

/** All conditions of a search, each by itself. */
export function filterList(filters: EventFilters): readonly OneFilter[] {
  const single = singleFilters.flatMap((name) => {
    const value = filters[name];
    return value === undefined ? [] : [{ name, value }];
  });
  return [...single, ...filters.tag.map((value) => ({ name: 'tag', value }) as const)];
}

/** The filters with one more. A tag is added to the other tags; any other filter takes the place of its kind. */
export function withFilter(filters: EventFilters, { name, value }: OneFilter): EventFilters {
  if (name !== 'tag') return { ...filters, [name]: value };
  return filters.tag.includes(value) ? filters : { ...filters, tag: [...filters.tag, value] };
}

export function withoutFilter(filters: EventFilters, { name, value }: OneFilter): EventFilters {
  if (name === 'tag') return { ...filters, tag: filters.tag.filter((one) => one !== value) };
  const { [name]: _, ...others } = filters;
  return others;
}

/** The instant in a filter, in epoch milliseconds; undefined if the text is neither ISO 8601 nor epoch seconds. */
export function instantIn(text: string): number | undefined {
  const instant = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1_000 : Date.parse(text);
  return Number.isFinite(instant) ? instant : undefined;
}

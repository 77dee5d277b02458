import { type Query, queryText } from '../state/api-client.ts';

const singleFilters = ['status', 'schedule', 'host', 'outcome', 'status_code', 'due_after', 'due_before'] as const;

export type SingleFilter = (typeof singleFilters)[number];

/** The conditions of a search, under the names of the API, and with values as the API takes them. */
export type EventFilters = { readonly [Name in SingleFilter]?: string } & { readonly tag: readonly string[] };

/** One condition of a search. A search has one for each of its tags. */
export type OneFilter = { readonly name: SingleFilter | 'tag'; readonly value: string };

export type Order = 'asc' | 'desc';

/** Which page of a list is shown, and in which order. Without a cursor it is the first page. */
export type ListPlace = { readonly order?: Order; readonly cursor?: string };

/** Reads the filters from the query of a URL. Empty ones are left out, and values are not checked. */
export function filtersIn(parameters: URLSearchParams): EventFilters {
  const given = singleFilters.flatMap((name) => {
    const value = parameters.get(name);
    return value === null || value === '' ? [] : [[name, value] as const];
  });
  const tag = [...new Set(parameters.getAll('tag'))].filter((one) => one !== '');
  return { ...Object.fromEntries(given), tag };
}

/** Reads the page and the order of the list from the query of a URL. */
export function placeIn(parameters: URLSearchParams): ListPlace {
  const order = parameters.get('order');
  const cursor = parameters.get('cursor');
  return {
    ...((order === 'asc' || order === 'desc') && { order }),
    ...(cursor !== null && cursor !== '' && { cursor }),
  };
}

/** The address of the list of events with some filters. Its parameters have the same names as in the API. */
export function eventsPath(filters: EventFilters, { order, cursor }: ListPlace = {}): string {
  return `/console/events${queryText({ ...filters, order, cursor })}`;
}

/** The address of the screen that changes all events that have the filters. */
export function bulkPath(action: 'retry' | 'cancel', filters: EventFilters): string {
  return `/console/bulk${queryText({ action, ...filters })}`;
}

/** The parameters by which the API is asked for a page of events. */
export function listQuery(filters: EventFilters, place: ListPlace, limit: number): Query {
  return { ...boundedByNow(filters), order: orderOf(filters, place), limit, cursor: place.cursor };
}

/** The order in which events are shown: what comes, soonest first, and what has been, latest first. */
export function orderOf(filters: EventFilters, { order }: ListPlace): Order {
  return order ?? (isToCome(filters) ? 'asc' : 'desc');
}

/** Whether the list is of what waits for a later instant. */
export function isToCome({ status, due_before }: EventFilters): boolean {
  return status === 'waiting_execution' && due_before === undefined;
}

/**
 * Ends a list of any status at the present instant, because events that wait for next year would be in front of what
 * happened a minute ago. Begins the list of what is to come there, because all that has happened would be in front.
 */
function boundedByNow(filters: EventFilters): EventFilters {
  const { status, due_after, due_before } = filters;
  if (status === undefined && due_before === undefined) return { ...filters, due_before: 'now' };
  return isToCome(filters) && due_after === undefined ? { ...filters, due_after: 'now' } : filters;
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

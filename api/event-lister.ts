import { positionOf } from '../core/event/entry.ts';
import type { Queue } from '../core/queue.ts';
import { askedSearch, searchAt } from './asked-search.ts';
import { cursorOf, placeIn } from './cursor.ts';
import { eventAnswer } from './event-answer.ts';
import { fitting } from './fitting.ts';
import { foreignCursor } from './problem.ts';
import type { RouteHandlers } from './route-handlers.ts';

/** Makes the handler of the route that lists events. */
export function eventLister({ find }: Pick<Queue, 'find'>, now: () => number): RouteHandlers['list'] {
  return async ({ input: { limit, cursor, ...asked } }) => {
    const search = askedSearch(asked);
    const place = cursor === undefined ? undefined : placeIn(cursor, search);
    if (cursor !== undefined && place === undefined) return foreignCursor;
    const page = await find(searchAt(search, now()), limit, place?.position);
    const events = fitting(page.records, eventAnswer);
    const last = page.records[events.length - 1];
    const isCut = events.length < page.records.length && last !== undefined;
    const position = isCut ? positionOf(last.event.key) : page.next;
    const next_cursor = position === undefined ? null : cursorOf({ position, instants: [] }, search);
    return { status: 200, body: { events, next_cursor } };
  };
}

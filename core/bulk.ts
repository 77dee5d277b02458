import type { Changed } from './cancel.ts';
import type { Position } from './entry.ts';
import type { EventKey } from './event-key.ts';
import type { Find } from './find.ts';
import type { Progress } from './progress.ts';
import type { Search } from './search.ts';
import type { World } from './world.ts';

const MOST_PAGES = 10;
const PAGE = 100;
/** It takes no further page then: each may take as long again, and whoever asked waits for half a minute at most. */
const LONGEST_BULK = 8_000;

/** How many events were changed, and where to go on if there is more to look at. */
export type BulkResult = { readonly changed: number; readonly next?: Position };

export type Bulk = (search: Search, after?: Position) => Promise<BulkResult>;

/** Changes an event that was found in a state, unless it has left that state meanwhile. */
type Change = (key: EventKey, status: Progress['status']) => Promise<Changed>;

/** Changes whatever is found, a bounded number of pages at a time. What has changed meanwhile by itself is left alone. */
export function inBulk({ now }: World, find: Find, change: Change): Bulk {
  return async (search, after) => {
    const startedAt = now();
    let changed = 0;
    let next = after;
    for (let pages = 0; pages < MOST_PAGES && now() - startedAt < LONGEST_BULK; pages++) {
      const page = await find(search, PAGE, next);
      const results = await Promise.all(page.records.map(({ event, progress }) => change(event.key, progress.status)));
      changed += results.filter((result) => typeof result !== 'string').length;
      next = page.next;
      if (next === undefined) return { changed };
    }
    return { changed, ...(next !== undefined && { next }) };
  };
}

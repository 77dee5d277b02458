import type { EventAnswer } from '../../state/api-types.ts';
import type { FoundPage } from './find-page.ts';

/** The rows of the list. They stay where they are until the reader asks for the newest. */
export type ShownEvents = {
  readonly rows: readonly EventAnswer[];
  /** The keys of rows that no longer have what is searched for. */
  readonly left: ReadonlySet<string>;
  /** The page that the rows came from. Its cursor continues them. */
  readonly page: FoundPage;
  /** The page that was received last. */
  readonly latest: FoundPage;
  /** How many events of the latest page belong between the rows, or in front of them. */
  readonly newCount: number;
};

export function shownFrom(page: FoundPage): ShownEvents {
  return { rows: page.events, left: new Set(), page, latest: page, newCount: 0 };
}

/** Updates the rows in place with the same page of a later time, and counts what is new on it. */
export function withLatest(shown: ShownEvents, latest: FoundPage): ShownEvents {
  if (shown.rows.length === 0) return shownFrom(latest);
  const found = new Map(latest.events.map((event) => [event.key, event]));
  const known = new Set(shown.rows.map(({ key }) => key));
  return {
    ...shown,
    rows: shown.rows.map((row) => found.get(row.key) ?? row),
    left: new Set([...known].filter((key) => !found.has(key) && isCovered(key, latest))),
    latest,
    newCount: latest.events.filter(
      ({ key }) => !known.has(key) && isCovered(key, { ...shown.page, events: shown.rows }),
    ).length,
  };
}

/** Puts an event that the reader has changed into its row. */
export function withChanged(shown: ShownEvents, changed: EventAnswer): ShownEvents {
  return { ...shown, rows: shown.rows.map((row) => (row.key === changed.key ? changed : row)) };
}

/**
 * Whether a page would hold the event of a key if the event fitted. The list is sorted by key, because a key begins with
 * an offset that is larger for earlier instants.
 */
function isCovered(key: string, { events, nextCursor, order }: FoundPage): boolean {
  const last = events.at(-1);
  if (nextCursor === null) return true;
  return last !== undefined && (order === 'desc' ? key <= last.key : key >= last.key);
}

import type { QueuedEvent } from '../event/event.ts';
import type { Attempt, Progress } from '../event/progress.ts';
import { type Host, leadsTo } from '../target/target-url.ts';

/**
 * The conditions that events are searched by. An event fits if it meets all of them. Instants are epoch milliseconds.
 */
export type Search = {
  readonly status?: Progress['status'] | undefined;
  /** The tags that an event must have, all of them, to be found. */
  readonly tags: readonly string[];
  /** An event is found only if it is due at this instant or later. */
  readonly dueAfter?: number | undefined;
  /** An event is found only if it is due before this instant. */
  readonly dueBefore?: number | undefined;
  readonly host?: Host | undefined;
  /** The id of the schedule of which an event must be a run. */
  readonly schedule?: string | undefined;
  /** The outcome of the last attempt. An event without an attempt has none, and does not fit. */
  readonly outcome?: Attempt['outcome'] | undefined;
  /**
   * The range, both ends inclusive, of the status code that answered the last attempt. An event whose last attempt had
   * no answer does not fit.
   */
  readonly statusCodes?: readonly [least: number, most: number] | undefined;
};

/** A search whose results have an order: latest due first, unless it says otherwise. */
export type SortedSearch = Search & { readonly earliestFirst?: boolean | undefined };

/**
 * Whether an event has the tags, the host and the schedule that are searched for. Its due instant is not compared, because the lists
 * are read only for the instants that are searched for.
 */
export function eventFits({ url, tags, schedule }: QueuedEvent, search: Search): boolean {
  if (search.schedule !== undefined && search.schedule !== schedule) return false;
  return search.tags.every((tag) => tags.includes(tag)) && (search.host === undefined || leadsTo(url, search.host));
}

/**
 * Whether the last attempt of an event has the outcome and the status code that are searched for. An attempt that is
 * under way does not count.
 */
export function lastAttemptFits({ attempts }: Pick<Progress, 'attempts'>, { outcome, statusCodes }: Search): boolean {
  const last = attempts.at(-1);
  if (outcome !== undefined && last?.outcome !== outcome) return false;
  if (statusCodes === undefined) return true;
  const [least, most] = statusCodes;
  return last?.statusCode !== undefined && least <= last.statusCode && last.statusCode <= most;
}

import type { QueuedEvent } from '../event/event.ts';
import type { Attempt, Progress } from '../event/progress.ts';
import { type Host, leadsTo } from '../target/target-url.ts';

/** What is asked of events. Instants are epoch milliseconds; of several tags, an event has all. */
export type Search = {
  readonly status?: Progress['status'] | undefined;
  readonly tags: readonly string[];
  /** Inclusive. */
  readonly dueAfter?: number | undefined;
  /** Exclusive. */
  readonly dueBefore?: number | undefined;
  readonly host?: Host | undefined;
  /** How the last attempt ended. An event without an attempt has no outcome. */
  readonly outcome?: Attempt['outcome'] | undefined;
  /** The least and the most of the status codes with which the last attempt was answered. An attempt without an answer has none. */
  readonly statusCodes?: readonly [least: number, most: number] | undefined;
};

/** Whether an event has the tags and the host that are searched for. When it is due is left to the lists in which it is found. */
export function eventFits({ url, tags }: QueuedEvent, search: Search): boolean {
  return search.tags.every((tag) => tags.includes(tag)) && (search.host === undefined || leadsTo(url, search.host));
}

/** Whether the last attempt of an event ended as is searched for. An attempt that is under way has not ended, and is not looked at. */
export function lastAttemptFits({ attempts }: Pick<Progress, 'attempts'>, { outcome, statusCodes }: Search): boolean {
  const last = attempts.at(-1);
  if (outcome !== undefined && last?.outcome !== outcome) return false;
  if (statusCodes === undefined) return true;
  const [least, most] = statusCodes;
  return last?.statusCode !== undefined && least <= last.statusCode && last.statusCode <= most;
}

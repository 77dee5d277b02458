import type { BulkResult, HostCount } from './api-types.ts';

/** What a change of many events has done, in all requests together. */
export type BulkTotal = {
  /** How many events were changed; in a dry run, how many would be. */
  readonly changed: number;
  /** The number of events for each host, the largest first. Present in a dry run, for a key with the scope `read`. */
  readonly hosts?: readonly HostCount[];
};

/**
 * Sends a change of many events again and again, each time with the cursor of the last answer, until there are no more
 * events to change.
 */
export async function changeAll(
  send: (cursor: string | null | undefined) => Promise<BulkResult>,
  from: string | null | undefined,
): Promise<BulkTotal> {
  const hosts = new Map<string, number>();
  let changed = 0;
  let hasHosts = false;
  for (let cursor = from, more = true; more; ) {
    const page = await send(cursor);
    changed += page.changed;
    hasHosts ||= page.hosts !== undefined;
    for (const { host, count } of page.hosts ?? []) hosts.set(host, (hosts.get(host) ?? 0) + count);
    ({ more, next_cursor: cursor } = page);
  }
  const mostFirst = [...hosts].sort(([, one], [, other]) => other - one).map(([host, count]) => ({ host, count }));
  return { changed, ...(hasHosts && { hosts: mostFirst }) };
}

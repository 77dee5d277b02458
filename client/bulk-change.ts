import type { BulkResult } from './api-types.ts';
import type { BulkProgress, BulkTotal } from './bulk-progress.ts';
import { EventQueueError } from './event-queue-error.ts';

/**
 * Sends a change of many events again and again, each time with the cursor of the last answer, until there are no more
 * events to change. The error of a request that failed has the progress until then.
 */
export async function changeAll(
  send: (cursor: string | null | undefined) => Promise<BulkResult>,
  from: string | null | undefined,
): Promise<BulkTotal> {
  const hosts = new Map<string, number>();
  let changed = 0;
  let hasHosts = false;
  let cursor = from;
  try {
    for (let more = true; more; ) {
      const page = await send(cursor);
      changed += page.changed;
      hasHosts ||= page.hosts !== undefined;
      for (const { host, count } of page.hosts ?? []) hosts.set(host, (hosts.get(host) ?? 0) + count);
      ({ more, next_cursor: cursor } = page);
    }
    return total();
  } catch (error) {
    if (!(error instanceof EventQueueError)) throw error;
    throw Object.assign(error, { progress: { ...total(), next_cursor: cursor ?? null } satisfies BulkProgress });
  }

  function total(): BulkTotal {
    const mostFirst = [...hosts].sort(([, one], [, other]) => other - one).map(([host, count]) => ({ host, count }));
    return { changed, ...(hasHosts && { hosts: mostFirst }) };
  }
}

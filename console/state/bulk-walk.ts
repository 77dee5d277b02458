import type { BulkBody } from '../text/bulk-request.ts';
import type { Answered, Problem } from './api-client.ts';
import type { BulkAnswer } from './api-types.ts';

/** Where a walk over events has got to. */
export type Walked = {
  readonly changed: number;
  /** The number of events by host, the largest first. Only a dry run knows it. */
  readonly hosts: readonly HostCount[];
  /** The cursor of the next request; undefined before the first one, and null behind the last one. */
  readonly cursor: string | null | undefined;
  /** Why the last request failed. */
  readonly problem?: Problem;
};

export type HostCount = { readonly host: string; readonly count: number };

export const NOT_BEGUN: Walked = { changed: 0, hosts: [], cursor: undefined };

type Post = (body: BulkBody) => Promise<Answered<BulkAnswer>>;

/**
 * Sends a request that changes many events again and again with the cursor of its last answer. Ends behind the last
 * event, when it is asked to stop, and when a request fails. From the place that it returns, another walk goes on.
 *
 * @param report Gets each place on the way.
 */
export async function walk(
  body: BulkBody,
  from: Walked,
  post: Post,
  isStopped: () => boolean,
  report: (walked: Walked) => void,
): Promise<Walked> {
  const { problem: _, ...begun } = from;
  let walked: Walked = begun;
  while (walked.cursor !== null && !isStopped()) {
    const { cursor } = walked;
    const answered = await post({ ...body, ...(cursor !== undefined && { cursor }) });
    if (!answered.ok) return { ...walked, problem: answered.problem };
    const { changed, hosts = [], next_cursor } = answered.value;
    walked = { changed: walked.changed + changed, hosts: added(walked.hosts, hosts), cursor: next_cursor };
    report(walked);
  }
  return walked;
}

function added(some: readonly HostCount[], others: readonly HostCount[]): readonly HostCount[] {
  const counts = new Map(some.map(({ host, count }) => [host, count]));
  for (const { host, count } of others) counts.set(host, (counts.get(host) ?? 0) + count);
  return [...counts].map(([host, count]) => ({ host, count })).sort((one, other) => other.count - one.count);
}

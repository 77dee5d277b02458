import type { HostCount } from './api-types.ts';

/** What a change of many events has done, in all requests together. */
export type BulkTotal = {
  /** How many events were changed; in a dry run, how many would be. */
  readonly changed: number;
  /** The number of events for each host, the largest first. Present in a dry run, for a key with the scope `read`. */
  readonly hosts?: readonly HostCount[];
};

/** How far a change of many events has come. */
export type BulkProgress = BulkTotal & {
  /** The cursor of the request that failed. The change goes on with it. Null if the first request failed. */
  readonly next_cursor: string | null;
};

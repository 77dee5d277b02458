import { DAY, MINUTE, SECOND } from './durations.ts';
/** The settings that the owner of a queue may choose. */
export type Settings = {
  /** The number of shards over which new events are spread. */
  readonly shards: number;
  /** The longest `timeout_for_request`, in seconds. */
  readonly maxTimeoutSeconds: number;
  /** The longest `wait` of a request for an event, in seconds. */
  readonly maxWaitSeconds: number;
  /**
   * The number of seconds for which an event stays readable after it failed for good. If undefined, it stays for its
   * `keep_result_for`.
   */
  readonly keepFailedFor?: number | undefined;
  /**
   * Whether private addresses, local names and single-label hosts may be called. This is true only on one's own
   * machine.
   */
  readonly privateTargets: boolean;
  /** The host names of the queue itself. It never calls them, whatever the spelling and the port. */
  readonly ownHosts: readonly string[];
};

export const defaultSettings: Settings = {
  shards: 4,
  maxTimeoutSeconds: 6,
  maxWaitSeconds: 20,
  privateTargets: false,
  ownHosts: [],
};

/**
 * The least and the most value of each setting. A function may run for 15 minutes, of which a deliverer needs one for
 * its work around a call. API Gateway waits 30 s for an answer, of which a request that waits needs some for its reads.
 */
export const settingsBounds = {
  shards: [1, 256],
  maxTimeoutSeconds: [1, 840],
  maxWaitSeconds: [0, 20],
  keepFailedFor: [MINUTE / SECOND, (90 * DAY) / SECOND],
} as const;

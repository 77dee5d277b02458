/** What an owner of a queue may choose. */
export type Settings = {
  /** Over how many partitions new events are spread. */
  readonly shards: number;
  /** The longest `timeout_for_request`, in seconds. */
  readonly maxTimeoutSeconds: number;
  /** The longest `wait` of a request for an event, in seconds. */
  readonly maxWaitSeconds: number;
  /** For how many seconds events stay readable after they failed for good. If undefined, each stays for its `keep_result_for`. */
  readonly keepFailedFor?: number | undefined;
  /** Whether private addresses, local names and single-label hosts may be called. Only ever true on one's own machine. */
  readonly privateTargets: boolean;
  /** Host names of the queue itself, which it never calls, in any spelling and on no port. */
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
 * The least and the most of each. A function may run for 15 minutes: of these, a deliverer needs one for what is around a call. API Gateway
 * waits 30 s for an answer: of these, a request that has waited needs some for its reads.
 */
export const settingsBounds = {
  shards: [1, 256],
  maxTimeoutSeconds: [1, 840],
  maxWaitSeconds: [0, 20],
  keepFailedFor: [60, 90 * 86_400],
} as const;

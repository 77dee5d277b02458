/** What an owner of a queue may choose. */
export type Settings = {
  /** Over how many partitions new events are spread, 1 to 256. */
  readonly shards: number;
  /** The longest `timeout_for_request`, in seconds, at most 840. */
  readonly maxTimeoutSeconds: number;
  /** Whether private addresses, local names and single-label hosts may be called. Only ever true on one's own machine. */
  readonly privateTargets: boolean;
  /** Host names of the queue itself, which it never calls. */
  readonly ownHosts: readonly string[];
};

export const defaultSettings: Settings = { shards: 4, maxTimeoutSeconds: 6, privateTargets: false, ownHosts: [] };

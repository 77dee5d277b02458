/** The day on which the prices were looked up. */
export const pricesAsOf = '2026-11-23';

/** The prices of AWS in us-east-1, in dollars for one unit. */
export const prices = {
  /** The price of a write unit of DynamoDB on demand. */
  writeUnit: 0.625e-6,
  /** The price of a read unit of DynamoDB on demand. */
  readUnit: 0.125e-6,
  queueRequest: 0.4e-6,
  invocation: 0.2e-6,
  /** The price of a gigabyte of memory for a second, on Lambda with arm64. */
  gigabyteSecond: 0.0000133334,
  apiRequest: 1e-6,
  /** The price of a gigabyte that CloudWatch Logs takes in. */
  logGigabyte: 0.5,
  /** The price of a trace that X-Ray records. */
  trace: 5e-6,
  /** The monthly price of a metric that an alarm watches. */
  alarmMetric: 0.1,
  /** The monthly price of a metric of one's own. */
  customMetric: 0.3,
  /** The monthly price of a dashboard. Three dashboards of up to 50 metrics are free in each account. */
  dashboard: 3,
} as const;

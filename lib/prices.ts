export const pricesAsOf = '2026-11-23';

/** What AWS asks in us-east-1, in dollars. */
export const prices = {
  /** Of DynamoDB on demand. */
  writeUnit: 0.625e-6,
  readUnit: 0.125e-6,
  queueRequest: 0.4e-6,
  invocation: 0.2e-6,
  /** Of Lambda on arm64. */
  gigabyteSecond: 0.0000133334,
  apiRequest: 1e-6,
  /** Of logs taken in. */
  logGigabyte: 0.5,
  /** Of X-Ray. */
  trace: 5e-6,
  /** Of a month, as the next two. */
  alarmMetric: 0.1,
  customMetric: 0.3,
  /** The monthly price of a dashboard. An account has three dashboards of up to 50 metrics for nothing. */
  dashboard: 3,
} as const;

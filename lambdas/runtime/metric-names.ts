import type { Attempt } from '../../core/event/progress.ts';

export const NAMESPACE = 'EventQueue';

/**
 * The names of the metrics on CloudWatch. Each name costs as much a month as half a million writes to the table, so the
 * list has only metrics that the dashboard or an alarm uses.
 */
export const metricNames = {
  accepted: 'Accepted',
  succeeded: 'Succeeded',
  failed: 'Exhausted',
  cancelled: 'Cancelled',
  /** In milliseconds, as are `CallDuration`, the two lags and `PausedFor`. All other metrics are counts. */
  lateness: 'Lateness',
  callDuration: 'CallDuration',
  promoteLag: 'LeadingLag',
  auditLag: 'TrailingLag',
  pausedFor: 'PausedFor',
  promoted: 'Promoted',
  resent: 'Resent',
  reminders: 'Reminders',
} as const;

/** The metric that counts the attempts with an outcome, for each outcome. */
export const attemptMetrics = {
  answered: 'AttemptsAnswered',
  timed_out: 'AttemptsTimedOut',
  unreachable: 'AttemptsUnreachable',
  invalid_answer: 'AttemptsInvalidAnswer',
  blocked: 'AttemptsBlocked',
  crashed: 'AttemptsCrashed',
} as const satisfies Record<Attempt['outcome'], string>;

/** The namespace of the metrics that CloudWatch counts from the access log of the API; no function writes them. */
export const API_NAMESPACE = 'EventQueue/Api';
/** The name of the metric that counts the requests to which the API answered 429. */
export const TOO_MANY_REQUESTS = 'TooManyRequests';

/** The dimension of every metric. Its value is the name of the queue, which tells the queues of an account apart. */
export const DIMENSION = 'service';

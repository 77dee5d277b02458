import type { Attempt } from '../../core/event/progress.ts';

export const NAMESPACE = 'EventQueue';

/** What each metric is called on CloudWatch. A name costs as much a month as half a million writes: there are no more than are looked at. */
export const metricNames = {
  accepted: 'Accepted',
  succeeded: 'Succeeded',
  exhausted: 'Exhausted',
  cancelled: 'Cancelled',
  /** Milliseconds, as are all others that are times. */
  lateness: 'Lateness',
  callDuration: 'CallDuration',
  leadingLag: 'LeadingLag',
  trailingLag: 'TrailingLag',
  pausedFor: 'PausedFor',
  promoted: 'Promoted',
  resent: 'Resent',
  reminders: 'Reminders',
} as const;

/** How attempts ended: one metric an outcome. */
export const attemptMetrics = {
  answered: 'AttemptsAnswered',
  timed_out: 'AttemptsTimedOut',
  unreachable: 'AttemptsUnreachable',
  invalid_answer: 'AttemptsInvalidAnswer',
  blocked: 'AttemptsBlocked',
  crashed: 'AttemptsCrashed',
} as const satisfies Record<Attempt['outcome'], string>;

/** The namespace of what no function writes: CloudWatch counts it from the access log of the API. */
export const API_NAMESPACE = 'EventQueue/Api';
/** The metric of the requests that the API answered 429. */
export const TOO_MANY_REQUESTS = 'TooManyRequests';

/** The dimension of all of them, by which the queues of an account are told apart. */
export const DIMENSION = 'service';

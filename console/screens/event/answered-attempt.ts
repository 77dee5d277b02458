import type { AttemptAnswer, EventAnswer } from '../../state/api-types.ts';

/** The attempt that got the answer which is kept whole: the last one that was answered with its status code. */
export function answeredAttempt({
  attempts,
  request_response_status_code: kept,
}: Pick<EventAnswer, 'attempts' | 'request_response_status_code'>): AttemptAnswer | undefined {
  return attempts.findLast(({ outcome, status_code }) => outcome === 'answered' && status_code === kept);
}

import { MINUTE, SECOND } from '../core/durations.ts';

/** The longest delay in seconds that SQS accepts for a message. */
const LONGEST_DELAY = inSeconds(15 * MINUTE);

/** Times in seconds, and the number of receives, that follow from the longest call. */
export type Timings = {
  /** Lambda stops a function behind the API after this time. API Gateway waits for an answer for 30 s. */
  readonly answer: number;
  /**
   * Lambda stops a run of the dispatcher after this time. A run ends by itself earlier (core/dispatch/dispatcher.ts).
   * After a run that was stopped, the next one continues from the cursors that were written last.
   */
  readonly dispatch: number;
  /** Lambda stops a deliverer after this time. */
  readonly deliver: number;
  /** SQS hides a message from other deliverers for this time after it has handed the message over. */
  readonly visibility: number;
  /** A message of this age has been waiting for longer than the longest delay and the longest call explain. */
  readonly oldestMessage: number;
  /** The number of times that SQS hands over a message before it moves the message to the dead-letter queue. */
  readonly receives: number;
};

/**
 * Computes the timings from the longest timeout of a call, in seconds. A deliverer has a minute more than that, to
 * record its calls. A message stays hidden for 30 s longer than its deliverer can live, so that no other deliverer
 * makes the same call meanwhile. It stays hidden for at least three minutes, so that a table that takes no records for
 * half an hour does not move it to the dead-letter queue.
 */
export function timingsFor(maxTimeoutSeconds: number): Timings {
  const deliver = maxTimeoutSeconds + inSeconds(MINUTE);
  const visibility = Math.max(inSeconds(3 * MINUTE), deliver + 30);
  const oldestMessage = LONGEST_DELAY + visibility + inSeconds(2 * MINUTE);
  return { answer: 29, dispatch: inSeconds(5 * MINUTE), deliver, visibility, oldestMessage, receives: 10 };
}

function inSeconds(milliseconds: number): number {
  return milliseconds / SECOND;
}

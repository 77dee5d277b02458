import type { Headers } from './event.ts';
import type { EventKey } from './event-key.ts';

/**
 * The progress of an event: what has happened to it so far. Each record of it raises the version. Instants are epoch
 * milliseconds.
 */
export type Progress = Waiting | Finished;

/**
 * The progress of an event that waits for an attempt. If every process dies, the table still says when the next attempt
 * is due, and the audit or the start sends its message.
 */
export type Waiting = History & {
  readonly status: 'waiting_execution';
  /** The number of the pending attempt. */
  readonly nextAttempt: number;
  /** The instant at which the pending attempt is due. */
  readonly nextAttemptAt: number;
  /**
   * Present if a client brought the pending attempt forward. A message for its former, later instant may still come,
   * and is dropped.
   */
  readonly broughtForward?: true;
  /**
   * Present if a client asked for the pending attempt at an instant that is too far away for the due queue, so that it
   * has an entry in the shard.
   */
  readonly scheduled?: true;
};

/**
 * A deliverer's statement that it makes an attempt, recorded where other deliverers may make it too. While the claim
 * lasts, no other deliverer makes the attempt. If a claim has run out, its deliverer died in the call.
 */
export type Claim = {
  readonly attempt: number;
  /** The name of the process that made the claim. */
  readonly by: string;
  readonly startedAt: number;
  readonly until: number;
};

/**
 * The progress of an event for which no attempt is pending. Its result stays readable for a time. An attempt that was
 * under way is still added to the history, and may make the event a success. If every process dies, nothing is missing
 * but callbacks that may be pending.
 */
export type Finished = History & {
  readonly status: 'success' | 'failed' | 'cancelled';
  readonly finishedAt: number;
  readonly readableUntil: number;
  /** The reason why the event ended before its tries were used up. */
  readonly endedBecause?: EndedBecause;
  /** The key of the run that had not finished. Present if the event is a run that was not called because of that. */
  readonly overlapsWith?: EventKey;
  /**
   * The number of the attempt that was pending when the event was cancelled. No other attempt gets this number, because
   * that one may be under way, or its message may still come.
   */
  readonly withdrawnAttempt?: number;
  /**
   * Present if the callbacks of this end are pending. If every process dies, the audit takes the event for unfinished,
   * and sends them.
   */
  readonly callbackPending?: true;
};

export type EndedBecause = 'blocked' | 'stopped_by_receiver' | 'overlapped';

type History = {
  readonly version: number;
  readonly tryCount: number;
  /** The claim on the pending attempt, or on an attempt that was withdrawn when the event was cancelled. */
  readonly claim?: Claim;
  /**
   * The instant until which an attempt that a cancel withdrew may be under way. No other attempt starts before it, so
   * that no two run at once.
   */
  readonly underWayUntil?: number;
  /** The number of attempts that had ended when the event was last opened again. They use none of its new tries. */
  readonly triedBefore?: number;
  /**
   * The number of attempts since the event was published or opened again that sent their request twice. Each used two
   * tries. Absent if there was none.
   */
  readonly repeatedRequests?: number;
  /**
   * The instant until which the latest failure of the event is readable. Absent unless failures are kept longer than
   * other results. The audit keeps the event until then. The field stays when the event is opened again or becomes a
   * success, because the progress must not expire before the event.
   */
  readonly failureReadableUntil?: number;
  /** The first ten and the last ten attempts, in the order of their numbers. */
  readonly attempts: readonly Attempt[];
  /** The answer to the latest answered attempt, or the answer that made the event a success. */
  readonly lastAnswer?: Answer;
};

/** One HTTP call for an event, numbered from 1. Instants and durations are milliseconds. */
export type Attempt = {
  readonly number: number;
  readonly startedAt: number;
  /** The time from the instant of the attempt to its start. */
  readonly late: number;
  readonly duration: number;
  readonly outcome: Outcome;
  readonly statusCode?: number;
  readonly error?: string;
  /** 2 if the request was sent a second time on a new connection; absent otherwise. */
  readonly requests?: 2;
  /** The beginning of the answer, if the attempt is one of the last three that failed with an answer. */
  readonly excerpt?: Excerpt;
};

/** The beginning of the body of an answer: a text, or the fact that it is none. */
export type Excerpt = ({ readonly text: string } | { readonly binary: true }) & {
  /** Present if the body was longer. */
  readonly truncated?: true;
};

type Outcome = (CallResult | Crashed)['outcome'];

/** The result of a call that was made. Everything that a receiver can do leads to one of these results. */
export type CallResult = (Answered | Unanswered) & Requests;

/**
 * The number of requests that a call sent: 2 if the receiver had closed the connection of the first, so that it was
 * sent again on a new one; absent if it was 1.
 */
type Requests = { readonly requests?: 2 };

/**
 * The result of a call that was not made, because the process or its machine had run out of a resource such as
 * descriptors. It is no attempt.
 */
export type NotMade = {
  readonly outcome: 'not_made';
  /** The reason, in words for the person who runs the queue. */
  readonly error: string;
};

/** The result of an attempt whose deliverer died in the call. What the receiver did is unknown. */
export type Crashed = { readonly outcome: 'crashed'; readonly error: string };

type Answered = { readonly outcome: 'answered'; readonly answer: Answer };

type Unanswered = {
  readonly outcome: 'timed_out' | 'unreachable' | 'invalid_answer' | 'blocked';
  /** The reason, in words for people. It contains no resolved address. */
  readonly error: string;
};

/** The most bytes of an answer's body that are read and kept. */
export const MAX_ANSWER_BODY_BYTES = 64 * 1_024;

/** A receiver's answer to a call. */
export type Answer = {
  readonly statusCode: number;
  /** The headers, with lower-case names. Each name occurs once. */
  readonly headers: Headers;
  readonly body: Uint8Array;
  /** Whether the headers or the body were longer than what is kept. */
  readonly truncated: boolean;
};

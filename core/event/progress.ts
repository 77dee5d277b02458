import type { Headers } from './event.ts';

/** What has happened to an event so far. Every record of it raises the version. */
export type Progress = Waiting | Finished;

/** If every process dies here, the table still says when the next attempt is owed. */
export type Waiting = History & {
  readonly status: 'waiting_execution';
  /** The number and the instant of the attempt that is owed. */
  readonly nextAttempt: number;
  readonly nextAttemptAt: number;
  /** Present if a client had this attempt made earlier than it was due. Its message for the later instant may still come, and is worth nothing. */
  readonly broughtForward?: true;
  /** Present if a client asked for this attempt at an instant further away than the due queue can wait: the attempt has an entry of its own. */
  readonly scheduled?: true;
};

/**
 * One deliverer's word that it makes the next attempt, given where several may want to. While it lasts all others stand
 * back; if it has run out, its deliverer died in the call.
 */
export type Claim = {
  readonly attempt: number;
  /** The instance that gave its word. */
  readonly by: string;
  readonly startedAt: number;
  readonly until: number;
};

/** Nothing more is owed; the result is kept for readers. An attempt that was under way is still added to the history, and may make it a success. */
export type Finished = History & {
  readonly status: 'success' | 'max_try_count_reached' | 'cancelled';
  readonly finishedAt: number;
  readonly readableUntil: number;
  /** Why the event ended, if not by success or by its tries running out. */
  readonly endedBecause?: EndedBecause;
  /** The number of the attempt that was owed when it was cancelled. It may be under way, and its message may yet come: no other gets it. */
  readonly withdrawnAttempt?: number;
  /** That its failure is still to be told. If every process dies here, the audit finds the event unfinished, and sees to it. */
  readonly callbackOwed?: true;
};

export type EndedBecause = 'blocked' | 'stopped_by_receiver';

type History = {
  readonly version: number;
  readonly tryCount: number;
  /** The claim of the attempt that is owed, or of one that was withdrawn when its event was cancelled. */
  readonly claim?: Claim;
  /** Until when an attempt that was withdrawn by a cancel may be under way. None starts before, so that no two run at once. */
  readonly underWayUntil?: number;
  /** How many attempts had ended when it was asked to be tried again: its tries count from there. */
  readonly triedBefore?: number;
  /** How many attempts since then sent their request twice. Each has used two of the event's tries. Absent while there was none. */
  readonly repeatedRequests?: number;
  /**
   * Until when the latest failure of the event is readable, if failures are kept longer than other results. The audit keeps the event up to
   * then. The field stays when the event is tried again or becomes a success, so that its progress is never forgotten before the event.
   */
  readonly failureReadableUntil?: number;
  /** The first ten and the last ten. */
  readonly attempts: readonly Attempt[];
  /** What the latest answered attempt was answered with. */
  readonly lastAnswer?: Answer;
};

/** One HTTP call for an event, numbered from 1. Instants and durations are milliseconds. */
export type Attempt = {
  readonly number: number;
  readonly startedAt: number;
  /** How long after its instant it started. */
  readonly late: number;
  readonly duration: number;
  readonly outcome: Outcome;
  readonly statusCode?: number;
  readonly error?: string;
  /** 2 if the request went out a second time on a new connection; absent otherwise. */
  readonly requests?: 2;
};

type Outcome = (CallResult | Crashed)['outcome'];

/** How a call ended. Whatever a receiver does is one of these; a caller never throws. */
export type CallResult = (Answered | Unanswered) & Requests;

/** `requests` is 2 if the first one met a connection that its receiver had closed, so that it went out once more on a new one; absent otherwise. */
type Requests = { readonly requests?: 2 };

/** A call that was not made, because this process or its machine had run out of descriptors or the like. It is no attempt. */
export type NotMade = {
  readonly outcome: 'not_made';
  /** The reason, in words for the person who runs the queue. */
  readonly error: string;
};

/** How an attempt ended whose deliverer died in the call: nobody knows what the receiver did. */
export type Crashed = { readonly outcome: 'crashed'; readonly error: string };

type Answered = { readonly outcome: 'answered'; readonly answer: Answer };

type Unanswered = {
  readonly outcome: 'timed_out' | 'unreachable' | 'invalid_answer' | 'blocked';
  /** For people, without any resolved address. */
  readonly error: string;
};

/** Of a longer answer the rest is neither read nor kept. */
export const MAX_ANSWER_BODY_BYTES = 64 * 1_024;

export type Answer = {
  readonly statusCode: number;
  /** Lower-case names, each once. */
  readonly headers: Headers;
  readonly body: Uint8Array;
  /** Whether headers or body were longer than what is kept. */
  readonly truncated: boolean;
};

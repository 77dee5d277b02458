import type { FieldProblem, NewEvent, Problem } from './api-types.ts';
import type { BulkProgress } from './bulk-progress.ts';

/**
 * How a request failed:
 *
 * - `refused`: the queue, or a gateway or proxy before it, answered with an error.
 * - `unreachable`: there was no answer, because the connection could not be made or was lost.
 * - `timed_out`: there was no complete answer in time.
 * - `invalid_answer`: the answer is not JSON, so it is not one of the queue.
 */
export type FailureKind = 'refused' | 'unreachable' | 'timed_out' | 'invalid_answer';

/** What is known about a failed request. */
type Failure = {
  readonly [Field in keyof Omit<Problem, 'type'>]?: Problem[Field] | undefined;
} & {
  readonly type?: EventQueueError['type'];
  readonly detail: string;
  readonly retry_after?: number | undefined;
};

/** The error of a request that failed. A refusal has the fields of the problem that the queue answered (RFC 9457). */
export class EventQueueError extends Error {
  override readonly name = 'EventQueueError';
  /**
   * How the request failed. After every kind but `refused`, and after a status from 500 on, it is not known whether the
   * request was carried out.
   */
  readonly kind: FailureKind;
  /**
   * The kind of problem, such as `urn:event-queue:not-found`. Compare this field, because its values never change. It
   * is `about:blank` if a gateway or a proxy refused the request, and undefined if nobody did.
   */
  readonly type: Problem['type'] | 'about:blank' | undefined;
  /** What kind of problem it is, in a few words. */
  readonly title: string | undefined;
  /** The status code of the answer; undefined if there was none. */
  readonly status: number | undefined;
  /** What is wrong, and what to do about it. */
  readonly detail: string;
  /** The fields that are not valid, if the problem is with fields. */
  readonly errors: readonly FieldProblem[] | undefined;
  /** The seconds after which the request can be sent again, if the answer says so. */
  readonly retry_after: number | undefined;
  /**
   * The event that `publish` sent, with its deduplication id. Publish this one again rather than the original, so that
   * it is called once even if it had been accepted. Undefined if another method failed.
   */
  readonly sent: NewEvent | undefined;
  /**
   * How far `cancelAll` or `retryAll` has come. Call it again with the same search and the `next_cursor` of the progress
   * as its `cursor`. Undefined if another method failed.
   */
  readonly progress: BulkProgress | undefined;

  constructor(kind: FailureKind, failure: Failure, cause?: unknown) {
    const { type, title, status, detail, errors, retry_after } = failure;
    super(title === undefined ? detail : `${title} (${status}). ${detail}`, cause === undefined ? {} : { cause });
    this.kind = kind;
    this.type = type;
    this.title = title;
    this.status = status;
    this.detail = detail;
    this.errors = errors;
    this.retry_after = retry_after;
  }
}

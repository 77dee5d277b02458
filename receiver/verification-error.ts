/** The status with which a receiver answers a call that `verify` refused, for each reason. */
const statuses = {
  /** A header that the queue always sends is not there. */
  missing_header: 401,
  /** A header that the queue sends once came twice, so it is not known which of them was signed. */
  duplicate_header: 401,
  /** A header does not have the form in which the queue sends it. */
  malformed_header: 401,
  /** `event-queue-key` is the key of another event than the signed one. */
  wrong_key: 401,
  /** The call was signed longer ago than `tolerance`: somebody repeats it, or a clock is wrong. */
  too_old: 401,
  /** The call was signed further ahead than `tolerance`: a clock is wrong. */
  too_new: 401,
  /** None of the signatures is right for the body and for any of the secrets. */
  wrong_signature: 401,
  /** The connection broke before the whole body was read. */
  body_incomplete: 400,
  /** The body is longer than `maxBytes`. */
  body_too_large: 413,
  /** The bytes of the body were read or parsed before `verify` could see them. The receiver itself must be changed. */
  body_already_read: 500,
} as const;

/** Why `verify` refused a call. */
export type VerificationReason = keyof typeof statuses;

/** The error with which `verify` refuses a call. Its message says what is wrong and what to do. */
export class VerificationError extends Error {
  override readonly name = 'VerificationError';
  readonly reason: VerificationReason;
  /**
   * The status to answer with: 401 for a call that may be forged, 400 or 413 for a body that is broken or too large,
   * and 500 if the receiver itself must be changed. The queue calls again after each of them.
   */
  readonly status: 400 | 401 | 413 | 500;

  constructor(reason: VerificationReason, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.reason = reason;
    this.status = statuses[reason];
  }
}

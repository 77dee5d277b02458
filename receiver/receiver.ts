// What the package offers as http-event-queue/receiver.

export { doOnce, type Marks } from './do-once.ts';
export type { FetchRequest, NodeRequest, ReceivedRequest } from './received-request.ts';
export { VerificationError, type VerificationReason } from './verification-error.ts';
export { type VerifiedCall, type VerifyOptions, verify } from './verify.ts';

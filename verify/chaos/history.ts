import type { EventAnswer } from '../../api/event-answer.ts';
import type { ReceivedCall } from '../shared/moody-receiver.ts';
import type { WantedAttempt, WantedRecord } from './aws-request.ts';

/** An event that a client wanted. Without an acceptance nobody told the client whether it was accepted. */
export type Wanted = {
  readonly path: string;
  readonly maxTryCount: number;
  /** Of each call, in milliseconds. */
  readonly timeout: number;
  readonly accepted?: { readonly key: string; readonly dueAt: number };
};

/** A process that was killed: whatever is called until another takes its place, it had called. */
export type Kill = {
  readonly at: number;
  readonly replacedAt: number;
  /** Which it was, if there were several at a time. */
  readonly worker?: string;
};

/** What became of a request. A fault may refuse it, or keep back the answer that it was done. */
export type Treatment = {
  readonly worker: string;
  readonly at: number;
  readonly how: 'done' | 'done unanswered' | 'refused';
};

/**
 * What the table was asked to record of an event: that so many attempts have ended, or that someone is at the next one. Before the
 * last, which ends it, an entry says so.
 */
export type RecordWrite = WantedRecord & Treatment;

/** A message that the due queue was asked to hand over. */
export type SentMessage = WantedAttempt & Treatment;

/** All that is known of a run: what was wanted, what was called, when processes were killed, and what was recorded. */
export type History = {
  readonly wanted: readonly Wanted[];
  readonly calls: readonly ReceivedCall[];
  readonly kills: readonly Kill[];
  /** None unless something stands before table and queue that sees them. */
  readonly writes: readonly RecordWrite[];
  readonly messages: readonly SentMessage[];
  /** By key, as it was read at the end. */
  readonly records: ReadonlyMap<string, EventAnswer>;
};

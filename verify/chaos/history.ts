import type { EventAnswer } from '../../api/event-answer.ts';
import type { ReceivedCall } from '../shared/moody-receiver.ts';
import type { WantedAttempt, WantedRecord } from './aws-request.ts';

/** An event that a client asked for. Without `accepted`, the client did not learn whether it was accepted. */
export type Wanted = {
  readonly path: string;
  readonly maxTryCount: number;
  /** The timeout of each call in milliseconds. */
  readonly timeout: number;
  readonly accepted?: { readonly key: string; readonly dueAt: number };
};

/** A process that was killed at `at`. Calls that are seen before `replacedAt` were made by it. */
export type Kill = {
  readonly at: number;
  readonly replacedAt: number;
  /** The id of the process, if there were several at a time. */
  readonly worker?: string;
};

/** The outcome of a request. `done unanswered` was done, but a fault kept back the answer. */
export type Treatment = {
  readonly worker: string;
  readonly at: number;
  readonly how: 'done' | 'done unanswered' | 'refused';
};

/**
 * A write that the table was asked for. Its `attempt` is the number of attempts that have ended, also when the write
 * claims the next one. It is `last` for a failed entry, which is put before the write that ends its event.
 */
export type RecordWrite = WantedRecord & Treatment;

/** A message that was sent to the due queue. */
export type SentMessage = WantedAttempt & Treatment;

/**
 * Everything that is known of a run: what clients asked for, what was called, which processes died, what was recorded.
 */
export type History = {
  readonly wanted: readonly Wanted[];
  readonly calls: readonly ReceivedCall[];
  readonly kills: readonly Kill[];
  /** The writes to the table. They are known only if a proxy stands before the table. */
  readonly writes: readonly RecordWrite[];
  /** The messages to the due queue. They are known only if a proxy stands before the queue. */
  readonly messages: readonly SentMessage[];
  /** The events as they were read at the end, by their keys. */
  readonly records: ReadonlyMap<string, EventAnswer>;
};

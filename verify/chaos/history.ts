import type { EventAnswer } from '../../api/event-answer.ts';
import type { MoodyCall } from '../shared/moody-receiver.ts';
import type { WantedAttempt, WantedRecord } from './aws-request.ts';

/**
 * An event that a client asked the queue to publish. `accepted` is absent if the client got no answer, so that it is
 * unknown whether the queue accepted the event.
 */
export type Wanted = {
  readonly path: string;
  readonly maxTryCount: number;
  /** The time, in milliseconds, after which the queue gives up each call for the event. */
  readonly timeout: number;
  readonly accepted?: { readonly key: string; readonly dueAt: number };
  /** The path of the callback that is told how the event ended. Absent if there is none. */
  readonly callbackPath?: string;
  /** Present if the queue published the event itself, as the callback of another one. */
  readonly isCallback?: true;
  /** Present if the event is a run of a schedule, of which all runs call the same path. */
  readonly isRun?: true;
};

/** A schedule that runs each minute, from its first instant on, in epoch milliseconds. */
export type MinuteSchedule = { readonly id: string; readonly path: string; readonly firstAt: number };

/**
 * A process that was killed at the instant `at` and replaced by another one at the instant `replacedAt`, both in epoch
 * milliseconds. If only one process runs at a time, a call that a receiver gets before `replacedAt` was still made by
 * the killed process.
 */
export type Kill = {
  readonly at: number;
  readonly replacedAt: number;
  /** The id of the killed process; undefined if only one process of the queue runs at a time. */
  readonly worker?: string;
};

/**
 * How the proxy that makes faults treated a request of the process `worker` at the instant `at`. `done` was carried out
 * and answered. `done unanswered` was carried out, but its answer was withheld. `refused` was not carried out.
 */
export type Treatment = {
  readonly worker: string;
  readonly at: number;
  readonly how: 'done' | 'done unanswered' | 'refused';
};

/**
 * A write of a deliverer to the table. If it is a write of an event's progress, `attempt` is the number of attempts
 * that have ended, even if the write claims the next attempt. If it is a failed entry, which is written before the
 * progress that ends the event, `attempt` is `last`.
 */
export type RecordWrite = WantedRecord & Treatment;

/** A request to send a message to the due queue, and how the proxy treated that request. */
export type SentMessage = WantedAttempt & Treatment;

/**
 * Everything that is known of a chaos run: the events that clients asked for, the calls that receivers got, the
 * processes that were killed, and the progress that was recorded.
 */
export type History = {
  readonly wanted: readonly Wanted[];
  readonly schedules: readonly MinuteSchedule[];
  /** The instant, in epoch milliseconds, up to which all instants of the schedules must have a run. */
  readonly schedulesUntil: number;
  readonly calls: readonly MoodyCall[];
  readonly kills: readonly Kill[];
  /**
   * The requests to write to the table, seen by a proxy between the queue and the table. They are unknown if there was
   * no proxy.
   */
  readonly writes: readonly RecordWrite[] | 'unknown';
  /**
   * The requests to send messages, seen by a proxy between the queue and the due queue. They are unknown if there was
   * no proxy.
   */
  readonly messages: readonly SentMessage[] | 'unknown';
  /** The events as the API returned them at the end of the run, by their keys. */
  readonly records: ReadonlyMap<string, EventAnswer>;
};

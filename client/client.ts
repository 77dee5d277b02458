// What the package offers as http-event-queue.

export type * from './api-types.ts';
export type { PublishResult } from './batch-publisher.ts';
export type { BulkProgress, BulkTotal } from './bulk-progress.ts';
export type { ClientDependencies } from './dependencies.ts';
export type { EventOrBrief } from './event-or-brief.ts';
export { EventQueue } from './event-queue.ts';
export { EventQueueError, type FailureKind } from './event-queue-error.ts';
export type { CallOptions, EventQueueOptions, RunOptions, WaitOptions } from './event-queue-options.ts';
export type { ReceivedAnswer, SentRequest } from './fetch-types.ts';
export type { ScheduleOrBrief } from './schedule-or-brief.ts';
export type { Schedules } from './schedules.ts';
export type { Signal } from './signal.ts';

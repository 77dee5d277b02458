// What the package offers as http-event-queue.

export type * from './api-types.ts';
export type { PublishResult } from './batch-publisher.ts';
export type { BulkTotal } from './bulk-change.ts';
export type { ClientDependencies } from './dependencies.ts';
export type { EventOrBrief } from './event-or-brief.ts';
export { EventQueue } from './event-queue.ts';
export { EventQueueError, type FailureKind } from './event-queue-error.ts';
export type { CallOptions, EventQueueOptions, WaitOptions } from './event-queue-options.ts';
export type { ScheduleOrBrief } from './schedule-or-brief.ts';
export type { Schedules } from './schedules.ts';

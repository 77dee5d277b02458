import * as z from 'zod';
import type { Progress } from '../core/event/progress.ts';

const statuses = ['waiting_execution', 'success', 'max_try_count_reached', 'cancelled'] as const;

/**
 * The statuses of an event. They have one named schema, so that code which is generated from the OpenAPI document has
 * one type for them.
 */
export const statusSchema = z.enum(statuses).meta({ id: 'EventStatus' });

/** The status of an event with its name in the API, which is the one of the original queue. */
export type EventStatus = (typeof statuses)[number];

export function eventStatus(status: Progress['status']): EventStatus {
  return status === 'failed' ? 'max_try_count_reached' : status;
}

export function statusFrom(asked: EventStatus): Progress['status'] {
  return asked === 'max_try_count_reached' ? 'failed' : asked;
}

import type * as z from 'zod';
import type { ApiKey } from '../core/api-key.ts';
import { isForgotten } from '../core/event/expiry.ts';
import type { EventRecord } from '../core/ports.ts';
import { type EventAnswer, eventAnswer, eventSchema } from './event-answer.ts';

/** An event for a caller that may not read its contents: only its key, its status and its instants. */
export const briefSchema = eventSchema
  .pick({
    key: true,
    status: true,
    created_at_utc: true,
    timestamp_for_execution_to_start: true,
    next_attempt_at_utc: true,
    finished_at_utc: true,
    expires_at_utc: true,
  })
  .meta({ id: 'BriefEvent' });

export type BriefAnswer = z.infer<typeof briefSchema>;

/** The whole event if the key may read it and its result is still kept; otherwise the event in brief. */
export function answerFor({ scopes }: ApiKey, record: EventRecord, now: number): EventAnswer | BriefAnswer {
  const isShown = scopes.includes('read') && !isForgotten(record.progress, now);
  return isShown ? eventAnswer(record) : briefAnswer(eventAnswer(record));
}

export function briefAnswer({
  key,
  status,
  created_at_utc,
  timestamp_for_execution_to_start,
  next_attempt_at_utc,
  finished_at_utc,
  expires_at_utc,
}: BriefAnswer): BriefAnswer {
  return {
    key,
    status,
    created_at_utc,
    timestamp_for_execution_to_start,
    next_attempt_at_utc,
    finished_at_utc,
    expires_at_utc,
  };
}

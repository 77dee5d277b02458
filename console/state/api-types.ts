// The shapes of requests and answers, as the server's own schemas define them. Only types are imported, so that nothing
// of the server comes into the page.

import type * as z from 'zod';
import type { EventAnswer } from '../../api/event-answer.ts';
import type { keyListSchema, keySchema, newKeySchema } from '../../api/key-answer.ts';
import type { healthSchema, pauseSchema } from '../../api/pause-answer.ts';
import type { ScheduleAnswer } from '../../api/schedule-answer.ts';
import type { signingSecretSchema } from '../../api/signing-secret-answer.ts';
import type { statisticsSchema } from '../../api/statistics-answer.ts';
import type { Scope } from '../../core/api-key.ts';

export type { EventAnswer, ScheduleAnswer, Scope };
export type EventStatus = EventAnswer['status'];
export type AttemptAnswer = EventAnswer['attempts'][number];
export type AttemptOutcome = AttemptAnswer['outcome'];
export type HealthAnswer = z.infer<typeof healthSchema>;
export type PauseAnswer = z.infer<typeof pauseSchema>;
export type KeyAnswer = z.infer<typeof keySchema>;
export type KeyListAnswer = z.infer<typeof keyListSchema>;
export type StoredKeyAnswer = KeyListAnswer['keys'][number];
export type CreatedKeyAnswer = z.infer<typeof newKeySchema>;
export type SigningSecretAnswer = z.infer<typeof signingSecretSchema>;
export type StatisticsAnswer = z.infer<typeof statisticsSchema>;
export type PeriodAnswer = StatisticsAnswer['periods'][number];

export type EventPage = { readonly events: readonly EventAnswer[]; readonly next_cursor: string | null };
export type SchedulePage = { readonly schedules: readonly ScheduleAnswer[]; readonly next_cursor: string | null };
export type CountAnswer = { readonly count: number; readonly complete: boolean };
export type BulkAnswer = {
  readonly changed: number;
  readonly more: boolean;
  readonly next_cursor: string | null;
  readonly hosts?: readonly { readonly host: string; readonly count: number }[];
};

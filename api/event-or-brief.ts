import * as z from 'zod';
import { briefSchema } from './brief-answer.ts';
import { eventSchema } from './event-answer.ts';

export const eventOrBrief = z.union([eventSchema, briefSchema]);

/** What the documentation says of an answer that may be brief. */
export const IN_BRIEF = 'in brief for a key without the scope read';

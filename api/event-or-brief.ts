import * as z from 'zod';
import { briefSchema } from './brief-answer.ts';
import { eventSchema } from './event-answer.ts';

export const eventOrBrief = z.union([eventSchema, briefSchema]);

/** The words of the documentation for an answer that may be a brief event. */
export const IN_BRIEF = 'in brief for a key without the scope read';

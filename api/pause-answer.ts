import * as z from 'zod';
import { isPaused, type Pause } from '../core/event/pause.ts';
import { namedObject } from './named-object.ts';

const PAUSED_SINCE = 'Since when the queue is paused.';

export const pauseSchema = namedObject('Pause', {
  paused: z.boolean().meta({ description: 'Whether the queue is paused.' }),
  since_utc: z.iso.datetime().nullable().meta({
    description:
      'When the queue was paused or, if it is not paused, when the last pause ended. Null if the queue has never been paused.',
  }),
});

export const healthSchema = namedObject('Health', {
  status: z.literal('ok'),
  paused: z.literal(true).optional().meta({ description: 'Present while the queue is paused.' }),
  paused_since_utc: z.iso.datetime().optional().meta({ description: PAUSED_SINCE }),
});

/** @param pause The latest pause. Undefined if the queue has never been paused. */
export function pauseAnswer(pause: Pause | undefined): z.infer<typeof pauseSchema> {
  const since = pause?.resumedAt ?? pause?.pausedAt;
  return { paused: isPaused(pause), since_utc: since === undefined ? null : instantText(since) };
}

/** The answer of the health check. A paused queue is healthy, too. */
export function healthAnswer(pause: Pause | undefined): z.infer<typeof healthSchema> {
  if (!isPaused(pause)) return { status: 'ok' };
  return { status: 'ok', paused: true, paused_since_utc: instantText(pause.pausedAt) };
}

function instantText(instant: number): string {
  return new Date(instant).toISOString();
}

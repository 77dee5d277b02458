import { EventQueueError } from './event-queue-error.ts';

export const NOT_FOUND = 'urn:event-queue:not-found';

/** Resolves with undefined if the queue answers that there is no such thing. */
export async function undefinedIfMissing<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof EventQueueError && error.type === NOT_FOUND) return undefined;
    throw error;
  }
}

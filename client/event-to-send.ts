import type { NewEvent } from './api-types.ts';
import { jsonText } from './json-text.ts';

/** The seconds for which the queue knows a deduplication id, if the event does not say. */
const DEFAULT_WINDOW = 86_400;

/** An event with the text that is sent for it. */
export type EventToSend = {
  readonly event: NewEvent;
  readonly json: string;
  /** Whether the event has a deduplication id, by which it is accepted only once. */
  readonly isRepeatable: boolean;
  /** The seconds for which the queue knows the deduplication id. */
  readonly safeSeconds: number;
};

/**
 * Gives an event a deduplication id, unless it has one or says null, and writes it as JSON.
 *
 * @throws TypeError if the event has what JSON cannot write
 */
export function eventToSend(wanted: NewEvent, newId: () => string): EventToSend {
  const { deduplication_id = newId(), deduplication_window } = wanted;
  const event = { ...wanted, deduplication_id };
  return {
    event,
    json: jsonText(event),
    isRepeatable: deduplication_id !== null,
    safeSeconds: deduplication_window ?? DEFAULT_WINDOW,
  };
}

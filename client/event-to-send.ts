import type { NewEvent } from './api-types.ts';

/** An event with the text that is sent for it. */
export type EventToSend = {
  readonly event: NewEvent;
  readonly json: string;
  /** Whether the event has a deduplication id, by which it is accepted only once. */
  readonly isRepeatable: boolean;
};

/**
 * Gives an event a deduplication id, unless it has one or says null, and writes it as JSON.
 *
 * @throws TypeError if the body has bytes, or if the event cannot be written as JSON
 */
export function eventToSend(wanted: NewEvent, newId: () => string): EventToSend {
  const { body, deduplication_id = newId() } = wanted;
  refuseBytes(body);
  const event = { ...wanted, deduplication_id };
  return { event, json: JSON.stringify(event), isRepeatable: deduplication_id !== null };
}

/**
 * Refuses bytes as the body of an event, because JSON would write them as an object of numbers.
 *
 * @throws TypeError if the body has bytes
 */
export function refuseBytes(body: unknown): void {
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) {
    throw new TypeError('EventQueue: body has bytes. Send them in base64, as body_base64.');
  }
}

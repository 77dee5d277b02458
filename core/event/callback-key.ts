import type { QueuedEvent } from './event.ts';
import type { EventKey } from './event-key.ts';
import type { Finished } from './progress.ts';

/** The field of an event that has the URL of a callback. */
export type CallbackField = 'failureUrl' | 'callbackUrl';

type End = Pick<Finished, 'status' | 'endedBecause'>;

/** The index of the version digit in a uuid. */
const VERSION_AT = 14;
/**
 * The version digit of a callback's uuid. Random uuids have 4 there, so a callback never has the uuid of another event.
 */
const DERIVED = '8';
/** The bit that lies above all numbers of attempts, and differs between the callbacks of one end. */
const OF_CALLBACK_URL = 1 << 28;
/** The bit that differs between a failure and the success that replaces it, which can have the same last attempt. */
const OF_SUCCESS = 1 << 29;

/**
 * The callbacks that are told of an end of an event. A cancel by a client is told to nobody, because somebody asked for
 * it.
 */
export function callbacksOfEnd(
  event: Pick<QueuedEvent, CallbackField>,
  { status, endedBecause }: End,
): readonly CallbackField[] {
  if (status === 'cancelled' && endedBecause === undefined) return [];
  const fields = status === 'failed' ? (['failureUrl', 'callbackUrl'] as const) : (['callbackUrl'] as const);
  return fields.filter((field) => event[field] !== undefined);
}

/** The mark of an end that callbacks are pending; nothing if no callback is told of the end. */
export function callbackMark(event: QueuedEvent, end: End): Pick<Finished, 'callbackPending'> {
  return callbacksOfEnd(event, end).length > 0 ? { callbackPending: true } : {};
}

/**
 * The key of the callback that tells of an end of an event. The key is derived from the recorded end alone: the event's
 * key, the largest number of its attempts, and how it ended. So every process computes the same key for one end. An
 * event that is opened again gets a larger number before it ends again, so no two ends share a key.
 */
export function callbackKey(
  { key }: Pick<QueuedEvent, 'key'>,
  { status, finishedAt, withdrawnAttempt, attempts }: Finished,
  field: CallbackField,
): EventKey {
  const number = withdrawnAttempt ?? attempts.at(-1)?.number ?? 0;
  const kind = (field === 'callbackUrl' ? OF_CALLBACK_URL : 0) | (status === 'success' ? OF_SUCCESS : 0);
  const changed = (Number.parseInt(key.uuid.slice(-8), 16) ^ number ^ kind) >>> 0;
  const end = changed.toString(16).padStart(8, '0');
  const uuid = key.uuid.slice(0, VERSION_AT) + DERIVED + key.uuid.slice(VERSION_AT + 1, -8) + end;
  return { dueAt: finishedAt, uuid };
}

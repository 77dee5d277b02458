import { answerFields } from '../event/answer-fields.ts';
import { attemptFields, isoOf } from '../event/attempt-fields.ts';
import type { CallbackField } from '../event/callback-key.ts';
import type { QueuedEvent } from '../event/event.ts';
import { publicKey } from '../event/event-key.ts';
import { type Finished, MAX_ANSWER_BODY_BYTES } from '../event/progress.ts';

/** The statuses of finished events, with their names in the API. */
const STATUS = { success: 'success', failed: 'max_try_count_reached', cancelled: 'cancelled' } as const;
/**
 * The largest size, in bytes, that the text of an answer's body may have in a callback. JSON writes a control character
 * with six bytes, and a text of nothing else would not fit into an item of DynamoDB.
 */
const MOST_TEXT = 2 * MAX_ANSWER_BODY_BYTES + 2;

/**
 * The body of a callback: type, timestamp and data, as Standard Webhooks recommends. The callback of `failure_url` says
 * how the event failed. That of `callback_url` also has the last answer and the attempts.
 */
export function callbackPayload(event: QueuedEvent, progress: Finished, field: CallbackField) {
  const end = endOf(event, progress);
  return {
    type: progress.status === 'success' ? 'event.succeeded' : 'event.failed',
    timestamp: isoOf(progress.finishedAt),
    data: field === 'failureUrl' ? end : { ...end, ...resultOf(event, progress) },
  };
}

function endOf({ key, url, tags }: QueuedEvent, progress: Finished) {
  const { status, endedBecause, tryCount, attempts, lastAnswer } = progress;
  const last = attempts.at(-1);
  return {
    key: publicKey(key),
    status: STATUS[status],
    ended_because: endedBecause ?? null,
    url_to_send_request: url,
    event_tags: tags,
    try_count: tryCount,
    last_outcome: last?.outcome ?? null,
    last_error: last?.error ?? null,
    request_response_status_code: lastAnswer?.statusCode ?? null,
  };
}

function resultOf({ schedule }: QueuedEvent, { lastAnswer, attempts }: Finished) {
  return {
    schedule_id: schedule ?? null,
    ...answerFields(lastAnswer, MOST_TEXT),
    attempts: attempts.map(attemptFields),
  };
}

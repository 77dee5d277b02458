import { setImmediate } from 'node:timers/promises';
import * as z from 'zod';
import { briefAnswer, briefSchema } from './brief-answer.ts';
import { type EventAnswer, eventSchema } from './event-answer.ts';
import { bytesInReply } from './fitting.ts';
import { namedObject } from './named-object.ts';
import { type ProblemAnswer, problemSchema } from './problem.ts';

/**
 * The largest number of bytes that the results of a batch may take. Lambda accepts 6 MB, and status, headers and
 * brackets need some of them.
 */
const MOST_BYTES = 4_999_000;

/** The number of results that are measured before other requests may run. */
const RESULTS_MEASURED_AT_ONCE = 10;

const answer_omitted = z
  .literal(true)
  .meta({ description: 'Parts of the event did not fit into the reply of the batch. Read the event by its key.' });

const withoutAnswerSchema = eventSchema
  .omit({
    body: true,
    body_base64: true,
    request_response_body: true,
    request_response_body_base64: true,
    attempts: true,
  })
  .extend({ answer_omitted })
  .meta({ id: 'EventWithoutBodies' });

const briefResultSchema = briefSchema
  .extend({ answer_omitted: answer_omitted.optional() })
  .meta({ id: 'BriefBatchResult' });

const batchResultSchema = z
  .union([eventSchema, withoutAnswerSchema, briefResultSchema, problemSchema])
  .meta({ id: 'BatchResult' });

/** The answer to a batch. It has one result for each event, in the same order: the event, or the problem with it. */
export const batchAnswerSchema = namedObject('BatchResults', { results: z.array(batchResultSchema) });

export type BatchResult =
  | EventAnswer
  | z.infer<typeof withoutAnswerSchema>
  | z.infer<typeof briefResultSchema>
  | ProblemAnswer;

type Sized = { result: BatchResult; bytes: number };

/**
 * Makes results fit into one reply: leaves out the bodies and attempts of the largest events, and then more of their
 * fields. Other requests run in between, because it may take as long to measure a hundred results as to make a hundred
 * calls.
 */
export async function fittingResults(results: readonly BatchResult[]): Promise<readonly BatchResult[]> {
  const sized: Sized[] = [];
  for (const result of results) {
    if (sized.length % RESULTS_MEASURED_AT_ONCE === 0) await setImmediate();
    sized.push({ result, bytes: bytesInReply(result) });
  }
  for (const reduce of [withoutAnswer, inBrief]) reduceToFit(sized, reduce);
  return sized.map(({ result }) => result);
}

function reduceToFit(sized: readonly Sized[], reduce: (result: BatchResult) => BatchResult): void {
  let bytes = sized.reduce((sum, one) => sum + one.bytes, 0);
  for (const one of sized.toSorted((a, b) => b.bytes - a.bytes)) {
    if (bytes <= MOST_BYTES) return;
    const before = one.bytes;
    one.result = reduce(one.result);
    one.bytes = bytesInReply(one.result);
    bytes += one.bytes - before;
  }
}

function withoutAnswer(result: BatchResult): BatchResult {
  if (!isWhole(result)) return result;
  const { body, body_base64, request_response_body, request_response_body_base64, attempts, ...rest } = result;
  return { ...rest, answer_omitted: true };
}

function inBrief(result: BatchResult): BatchResult {
  return 'url_to_send_request' in result ? { ...briefAnswer(result), answer_omitted: true } : result;
}

function isWhole(result: BatchResult): result is EventAnswer {
  return 'attempts' in result;
}

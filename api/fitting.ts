import { writeJson } from './write-json.ts';

/**
 * The largest number of bytes for the events of a reply. Lambda accepts 6 MB; the rest is for everything else in the
 * reply.
 */
const MOST_BYTES = 5_500_000;

/**
 * The answers for the first values, as many as fit into one reply, but at least one. No answers are made for the other
 * values.
 */
export function fitting<Value, Answer>(values: readonly Value[], answer: (value: Value) => Answer): readonly Answer[] {
  const answers: Answer[] = [];
  let bytes = 0;
  for (const value of values) {
    const next = answer(value);
    bytes += bytesInReply(next);
    if (answers.length > 0 && bytes > MOST_BYTES) break;
    answers.push(next);
  }
  return answers;
}

/**
 * The bytes that a value and a comma take in a reply. Lambda sends the reply as a JSON string, so the value is written
 * as JSON twice.
 */
export function bytesInReply(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(writeJson(value)));
}

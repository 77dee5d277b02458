import { writeJson } from './write-json.ts';

/** Lambda answers with 6 MB at most, in which a reply is a string of JSON once more. What is beside the events has room in the rest. */
const MOST_BYTES = 5_500_000;

/** The answers for as many of the values, from the first on, as one reply can carry; one in any case. Those behind are not made. */
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

/** Bytes of a value and of the comma behind it in the answer of a function, where the reply is a string of JSON once more. */
export function bytesInReply(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(writeJson(value)));
}

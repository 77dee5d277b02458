import { writeJson } from './write-json.ts';

/** Lambda answers with 6 MB at most, in which a reply is a string of JSON once more. What is beside the events has room in the rest. */
const MOST_BYTES = 5_500_000;

/** As many of the values, from the first on, as one reply can carry; one in any case. */
export function fitting<Value>(values: readonly Value[]): readonly Value[] {
  let bytes = 0;
  const tooMany = values.findIndex((value, index) => {
    bytes += bytesInReply(value);
    return index > 0 && bytes > MOST_BYTES;
  });
  return tooMany === -1 ? values : values.slice(0, tooMany);
}

/** Bytes of a value and of the comma behind it in the answer of a function, where the reply is a string of JSON once more. */
export function bytesInReply(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(writeJson(value)));
}

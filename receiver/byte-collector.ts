const FIRST_SIZE = 4_096;

export type ByteCollector = {
  /** Adds a chunk, and returns false if there are now more bytes than allowed. From then on nothing is stored. */
  add(chunk: Uint8Array): boolean;
  /** Returns all bytes that were added. */
  bytes(): Uint8Array<ArrayBuffer>;
};

/**
 * Collects at most `maxBytes` bytes in one buffer, which doubles when it is full. A list of the chunks would take a
 * hundred times as much memory for a body that a stranger sends byte by byte.
 */
export function byteCollector(maxBytes: number): ByteCollector {
  let buffer = new Uint8Array(0);
  let length = 0;
  let isTooLong = false;

  return {
    add(chunk) {
      isTooLong ||= length + chunk.length > maxBytes;
      if (isTooLong) return false;
      const needed = length + chunk.length;
      if (needed > buffer.length) {
        const larger = new Uint8Array(Math.min(maxBytes, Math.max(needed, 2 * buffer.length, FIRST_SIZE)));
        larger.set(buffer.subarray(0, length));
        buffer = larger;
      }
      buffer.set(chunk, length);
      length = needed;
      return true;
    },
    bytes: () => buffer.slice(0, length),
  };
}

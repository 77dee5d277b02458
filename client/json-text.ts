/**
 * Writes what is sent as JSON. JSON itself would write a `Map` or a `FormData` as an empty object, bytes as an object of
 * numbers, `NaN` and an invalid `Date` as null, and it would leave out a function.
 *
 * @throws TypeError if a value of these kinds is anywhere in what is sent
 */
export function jsonText(sent: object): string {
  return JSON.stringify(sent, function (this: Readonly<Record<string, unknown>>, field: string, written: unknown) {
    // What is written is the answer of toJSON, which a Buffer and a Date have.
    const value = this[field];
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
      throw new TypeError(`EventQueue: ${field} has bytes. Send them in base64, as body_base64.`);
    }
    const kind = unwritable(value, written);
    if (kind === undefined) return written;
    throw new TypeError(
      `EventQueue: ${field} has ${kind}, which JSON cannot write. Send it as a string, or what it has as a plain object or a list.`,
    );
  });
}

/** Names the kind of a value that JSON does not write as what it is; undefined if it does. */
function unwritable(value: unknown, written: unknown): string | undefined {
  if (typeof value === 'function' || typeof value === 'symbol' || typeof written === 'bigint')
    return `a ${typeof value}`;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `the number ${value}`;
  if (value instanceof Date) return written === null ? 'a Date without an instant' : undefined;
  if (!isObject(written) || Array.isArray(written) || Object.keys(written).length > 0) return undefined;
  // The prototype of a plain object has no prototype, in every frame. What has no fields is data only if it is plain.
  const prototype = Object.getPrototypeOf(written);
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return undefined;
  return `a value of the class ${written.constructor.name}`;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

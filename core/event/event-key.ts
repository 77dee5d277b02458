/** The key of an event: its due instant and its uuid. The first byte of the uuid is the number of its shard. */
export type EventKey = {
  /** The instant at which the event is due, in epoch milliseconds. */
  readonly dueAt: number;
  readonly uuid: string;
};

/**
 * The instant from which offsets count down, in the year 5138. It is so far ahead that every offset has eleven digits
 * before its point.
 */
const END_OF_OFFSETS = 100_000_000_000_000;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const PUBLIC_KEY = /^(\d{11})\.(\d{3})-([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;

/**
 * The offset of an instant: the time from it to the year 5138, in seconds with three decimals. Compared as text,
 * earlier instants have larger offsets. Instants before the first millisecond of 1970 would need a twelfth digit, so
 * they get the offset of that millisecond.
 */
export function offsetOf(instant: number): string {
  const digits = String(END_OF_OFFSETS - Math.max(1, instant)).padStart(14, '0');
  return `${digits.slice(0, 11)}.${digits.slice(11)}`;
}

export function instantAt(offset: string): number {
  return END_OF_OFFSETS - Number(offset.replace('.', ''));
}

/** The key in the form that clients see. It has no `#`, which would end the path of a URL. */
export function publicKey(key: EventKey): string {
  return `${offsetOf(key.dueAt)}-${key.uuid}`;
}

/** The key that a client's text names; undefined if the text is no key. */
export function parsePublicKey(text: string): EventKey | undefined {
  const [, seconds, milliseconds, uuid] = PUBLIC_KEY.exec(text) ?? [];
  if (uuid === undefined) return undefined;
  return { dueAt: instantAt(`${seconds}.${milliseconds}`), uuid };
}

/** Whether a text can be the uuid of an event, which receivers get as `webhook-id`. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

export function shardOf(uuid: string): number {
  return Number.parseInt(uuid.slice(0, 2), 16);
}

/** The uuid with its first byte replaced by the number of a shard. */
export function inShard(uuid: string, shard: number): string {
  return shard.toString(16).padStart(2, '0') + uuid.slice(2);
}

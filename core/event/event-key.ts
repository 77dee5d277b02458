/** An event's name and place: when it is due and which event it is. The first byte of the uuid is its shard. */
export type EventKey = {
  /** Epoch milliseconds. */
  readonly dueAt: number;
  readonly uuid: string;
};

/** Far enough ahead (the year 5138) that an offset always has eleven digits before its point. */
const END_OF_OFFSETS = 100_000_000_000_000;

const PUBLIC_KEY = /^(\d{11})\.(\d{3})-([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;

/**
 * The time left until the end of offsets, in seconds with three decimals: as text, earlier instants sort after later ones. Nothing is
 * due before the first millisecond of 1970: earlier instants would need a twelfth digit, and count as that one.
 */
export function offsetOf(instant: number): string {
  const digits = String(END_OF_OFFSETS - Math.max(1, instant)).padStart(14, '0');
  return `${digits.slice(0, 11)}.${digits.slice(11)}`;
}

/** The instant of an offset. */
export function instantAt(offset: string): number {
  return END_OF_OFFSETS - Number(offset.replace('.', ''));
}

/** The key as clients see it. It has no `#`, which would break a URL. */
export function publicKey(key: EventKey): string {
  return `${offsetOf(key.dueAt)}-${key.uuid}`;
}

export function parsePublicKey(text: string): EventKey | undefined {
  const [, seconds, milliseconds, uuid] = PUBLIC_KEY.exec(text) ?? [];
  if (uuid === undefined) return undefined;
  return { dueAt: instantAt(`${seconds}.${milliseconds}`), uuid };
}

export function shardOf(uuid: string): number {
  return Number.parseInt(uuid.slice(0, 2), 16);
}

/** The same uuid, moved to a shard: its first byte is replaced. */
export function inShard(uuid: string, shard: number): string {
  return shard.toString(16).padStart(2, '0') + uuid.slice(2);
}

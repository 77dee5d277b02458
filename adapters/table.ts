/** The primary key of an item. */
export type ItemKey = { readonly pk: string; readonly sk: string };

/** An item is a plain document. The attribute `expires_at`, in epoch seconds, says when the table may delete it. */
export type Item = ItemKey & Readonly<Record<string, unknown>>;

/** A condition on the item that a put would replace. It holds if one of its alternatives does. */
export type Condition = readonly Alternative[];

type Alternative =
  | { readonly kind: 'absent' }
  /** The item exists, and each of these attributes has this value. */
  | { readonly kind: 'equal'; readonly attributes: Readonly<Record<string, string | number>> }
  /** The item exists, and this attribute is not above this value. */
  | { readonly kind: 'at most'; readonly attribute: string; readonly value: number };

/**
 * The one table of a queue. Every later read sees what was written. A write that has resolved survives the death of the
 * process, except in a table that is kept in memory.
 */
export type Table = {
  put(item: Item): Promise<void>;
  /** Puts the item if the condition holds, and returns whether it did. */
  putIf(item: Item, condition: Condition): Promise<boolean>;
  get(key: ItemKey): Promise<Item | undefined>;
  remove(key: ItemKey): Promise<void>;
  /** Moves the expiry of an item, in epoch seconds. Does nothing if there is no such item. */
  setExpiry(key: ItemKey, expiresAt: number): Promise<void>;
  /** Returns a page of a partition. `isLast` is false if there may be more items in the range. */
  query(range: Range): Promise<{ readonly items: readonly Item[]; readonly isLast: boolean }>;
};

/** A part of a partition, with both ends included. */
export type Range = {
  readonly pk: string;
  /** The sort key at which the page begins: the smallest one if `ascending`, otherwise the largest one. */
  readonly from: string;
  readonly to: string;
  /** The attributes that are wanted of each item. An implementation may return more. */
  readonly attributes: readonly string[];
  readonly limit: number;
  /**
   * Whether the smallest sort key comes first instead of the largest one.
   *
   * @default false
   */
  readonly ascending?: boolean;
};

/** Returns whether a condition holds, for a storage that cannot evaluate conditions itself. */
export function holds(condition: Condition, existing: Item | undefined): boolean {
  return condition.some((alternative) => {
    if (alternative.kind === 'absent') return existing === undefined;
    if (existing === undefined) return false;
    if (alternative.kind === 'at most') return (existing[alternative.attribute] as number) <= alternative.value;
    return Object.entries(alternative.attributes).every(([name, value]) => existing[name] === value);
  });
}

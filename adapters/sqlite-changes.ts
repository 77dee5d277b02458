import type { DatabaseSync } from 'node:sqlite';
import { itemOf, type Row } from './sqlite-row.ts';
import { type Condition, holds, type ItemKey } from './table.ts';

/** A change that a transaction makes. It can be sent from one thread to another. */
export type RowChange =
  | { readonly kind: 'put'; readonly row: Row; readonly condition?: Condition }
  | { readonly kind: 'remove'; readonly key: ItemKey }
  | { readonly kind: 'set expiry'; readonly key: ItemKey; readonly expiresAt: number }
  /** Deletes up to `most` items that expired before an instant, in epoch seconds. */
  | { readonly kind: 'sweep'; readonly before: number; readonly most: number };

/**
 * The result of a change: 0 for a put whose condition did not hold, the number of deleted items for a sweep, and 1 for
 * every other change.
 */
export type Result = number;

/**
 * Makes all changes in one transaction, which is on the disk when the function returns. If it throws, none of them was
 * made.
 */
export type Apply = (changes: readonly RowChange[]) => Result[];

export function changesOn(database: DatabaseSync): Apply {
  const put = database.prepare(
    'INSERT OR REPLACE INTO items (pk, sk, expires_at, document, bytes) VALUES (?, ?, ?, ?, ?)',
  );
  const find = database.prepare(
    'SELECT pk, sk, expires_at, document, NULL AS bytes FROM items WHERE pk = ? AND sk = ?',
  );
  const remove = database.prepare('DELETE FROM items WHERE pk = ? AND sk = ?');
  const setExpiry = database.prepare('UPDATE items SET expires_at = ? WHERE pk = ? AND sk = ?');
  const sweep = database.prepare(
    'DELETE FROM items WHERE (pk, sk) IN (SELECT pk, sk FROM items WHERE expires_at < ? ORDER BY expires_at LIMIT ?)',
  );
  const [begin, commit, rollback] = ['BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK'].map((sql) => database.prepare(sql));

  function make(change: RowChange): Result {
    switch (change.kind) {
      case 'put': {
        const { row, condition } = change;
        if (condition !== undefined && !isAllowed(row, condition)) return 0;
        put.run(row.pk, row.sk, row.expires_at, row.document, row.bytes);
        return 1;
      }
      case 'remove':
        remove.run(change.key.pk, change.key.sk);
        return 1;
      case 'set expiry':
        setExpiry.run(change.expiresAt, change.key.pk, change.key.sk);
        return 1;
      case 'sweep':
        return Number(sweep.run(change.before, change.most).changes);
      default:
        return change satisfies never;
    }
  }

  /**
   * Returns whether the condition holds. The byte arrays of the existing item are not read, because conditions compare
   * only texts and numbers.
   */
  function isAllowed({ pk, sk }: Row, condition: Condition): boolean {
    const existing = find.get(pk, sk) as Row | undefined;
    return holds(condition, existing && itemOf(existing));
  }

  return (changes) => {
    begin?.run();
    try {
      const results = changes.map(make);
      commit?.run();
      return results;
    } catch (error) {
      if (database.isTransaction) rollback?.run();
      throw error;
    }
  };
}

import { Level } from 'level';

type Iterator = { close(): Promise<void>; return?(): Promise<void> };
type WithIterators = Record<'keys' | 'values', (...args: unknown[]) => Iterator>;

/**
 * Makes the embedded database close its iterators. It calls `return` on them, which those of `level` do not have: each query and
 * each scan would leave one open, with all that it holds, for as long as the process lives.
 */
export function closeIterators(): void {
  const prototype = ownerOf(Level.prototype, 'values') as WithIterators;
  for (const name of ['keys', 'values'] as const) {
    const open = prototype[name];
    prototype[name] = function (...args) {
      const iterator = open.apply(this, args);
      iterator.return ??= () => iterator.close();
      return iterator;
    };
  }
}

function ownerOf(prototype: object, name: string): object {
  return Object.hasOwn(prototype, name) ? prototype : ownerOf(Object.getPrototypeOf(prototype), name);
}

import { Level } from 'level';

type Put = { readonly type: 'put'; readonly key: unknown; readonly value: unknown };
type Inside = {
  _open(options: object): Promise<void>;
  _get(key: unknown, options: object): Promise<unknown>;
  _getSync(key: unknown, options: object): unknown;
  _put(key: unknown, value: unknown, options: object): Promise<void>;
  _batch(operations: readonly Put[], options: object): Promise<void>;
};
/** What is written is gathered in memory up to so many bytes, four times the usual: files are made and merged less often. */
const WRITE_BUFFER = 16 * 1_024 * 1_024;

type Gathered = { readonly puts: Put[]; readonly done: Promise<void> };

/**
 * Makes the embedded database read in place, and write together what is written in the same moment. It has a thread of its own, which
 * nothing else waits for, and so it need not hand each of them to yet another: that took half of its time.
 */
export function workInPlace(): void {
  const inside = Level.prototype as unknown as Inside;
  const gathered = new WeakMap<Inside, Gathered>();
  const { _open } = inside;

  inside._open = function (options) {
    return _open.call(this, { ...options, writeBufferSize: WRITE_BUFFER });
  };

  inside._get = async function (key, options) {
    return this._getSync(key, options);
  };

  inside._put = function (key, value, options) {
    const { puts, done } = gathered.get(this) ?? gather(this, options);
    puts.push({ type: 'put', key, value });
    return done;
  };

  function gather(database: Inside, options: object): Gathered {
    const { promise: done, resolve, reject } = Promise.withResolvers<void>();
    const puts: Put[] = [];
    setImmediate(() => {
      gathered.delete(database);
      database._batch(puts, options).then(resolve, reject);
    });
    gathered.set(database, { puts, done });
    return { puts, done };
  }
}

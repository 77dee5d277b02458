/** Runs many callers' items together. */
export type GroupCommit<Item, Result> = {
  add(item: Item): Promise<Result>;
  /** Resolves when everything that was added has been run. */
  settled(): Promise<void>;
};

type Waiting<Item, Result> = { readonly item: Item } & PromiseWithResolvers<Result>;

/**
 * Items that arrive while a run is under way share the next one: so groups grow with the load, and a lone item waits for none. A run
 * that fails rejects all items of its group, and no others.
 *
 * @param run takes the items of a group in the order in which they were added, and answers their results in the same order
 * @param most how many items a group has at most
 */
export function groupCommit<Item, Result>(
  run: (items: readonly Item[]) => Promise<readonly Result[]>,
  most: number,
): GroupCommit<Item, Result> {
  const waiting: Waiting<Item, Result>[] = [];
  let finished = Promise.withResolvers<void>();
  let isRunning = false;

  function add(item: Item): Promise<Result> {
    const one = { item, ...Promise.withResolvers<Result>() };
    waiting.push(one);
    if (!isRunning) {
      isRunning = true;
      finished = Promise.withResolvers();
      setImmediate(runAll);
    }
    return one.promise;
  }

  async function runAll(): Promise<void> {
    while (waiting.length > 0) await runGroup(waiting.splice(0, most));
    isRunning = false;
    finished.resolve();
  }

  async function runGroup(group: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await run(group.map(({ item }) => item));
      for (const [index, { resolve }] of group.entries()) resolve(results[index] as Result);
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }

  return {
    add,
    async settled() {
      if (isRunning) await finished.promise;
    },
  };
}

/** Runs the items of several callers in groups, one group at a time. */
export type GroupCommit<Item, Result> = {
  add(item: Item): Promise<Result>;
  /** Resolves when every item that was added has been run, with success or not. */
  settled(): Promise<void>;
};

type Waiting<Item, Result> = { readonly item: Item } & PromiseWithResolvers<Result>;

/**
 * Makes a group of the items that arrive while an earlier group runs, so groups grow with the load. A single item does
 * not wait for others. If a run fails, all items of its group are rejected, and no others.
 *
 * @param run Processes the items of a group in the order in which they were added, and returns their results in the
 *   same order.
 * @param most The largest number of items in a group.
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

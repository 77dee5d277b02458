/** A batch gives up after this many runs in a row of which at most the first completed an item. */
const MAX_TRIES = 8;
/**
 * The pause before the second run is at most four times this many milliseconds, and its limit doubles with each further
 * run.
 */
const FIRST_PAUSE = 25;

export type Batch<Item, Result> = {
  /**
   * Processes the items and returns the results of those that were completed, by key. Items without a result are run
   * again after a pause. The pause grows while no item is completed.
   */
  run(items: readonly Item[]): Promise<ReadonlyMap<string, Result>>;
  keyOf(item: Item): string;
  /** The largest number of items, all with different keys, that `run` accepts at once. */
  readonly most: number;
  /**
   * Decides whether a run that threw `error` is repeated. `tries` is the number of that run, from 1; when a run
   * completes an item, it counts as the first again.
   *
   * @default No run that threw is repeated.
   */
  isWorthRunningAgain?(error: unknown, tries: number): boolean;
};

type Call<Item, Result> = { item: Item } & PromiseWithResolvers<Result>;

/**
 * Collects the calls of one turn of the event loop into a batch. A batch that is full runs at once. If a batch is given
 * two items with the same key, it runs only the later one, and both callers get its result. If a batch fails, the
 * callers of all items that are not completed get its error.
 */
export function coalesce<Item, Result>(batch: Batch<Item, Result>): (item: Item) => Promise<Result> {
  let gathered = new Map<string, Call<Item, Result>>();

  function flush(): void {
    void runUntilDone(batch, gathered);
    gathered = new Map();
  }

  return (item) => {
    if (gathered.size === 0) setImmediate(flush);
    const key = batch.keyOf(item);
    const call = gathered.get(key) ?? { item, ...Promise.withResolvers<Result>() };
    call.item = item;
    gathered.set(key, call);
    if (gathered.size === batch.most) flush();
    return call.promise;
  };
}

async function runUntilDone<Item, Result>(
  batch: Batch<Item, Result>,
  open: Map<string, Call<Item, Result>>,
): Promise<void> {
  try {
    for (let tries = 1; open.size > 0; tries++) {
      if (tries > MAX_TRIES) throw new Error(`${open.size} items were left unprocessed ${MAX_TRIES} times.`);
      if (tries > 1) await pause(tries);
      const done = await runOnce(batch, [...open.values()], tries);
      if (done.size > 0) tries = 1;
      for (const [key, result] of done) {
        open.get(key)?.resolve(result);
        open.delete(key);
      }
    }
  } catch (error) {
    for (const call of open.values()) call.reject(error);
  }
}

async function runOnce<Item, Result>(
  { run, isWorthRunningAgain = () => false }: Batch<Item, Result>,
  calls: readonly Call<Item, Result>[],
  tries: number,
): Promise<ReadonlyMap<string, Result>> {
  try {
    return await run(calls.map(({ item }) => item));
  } catch (error) {
    if (tries === MAX_TRIES || !isWorthRunningAgain(error, tries)) throw error;
    return new Map();
  }
}

/**
 * Waits for a random time whose limit doubles with each try. Without chance, processes that were throttled together
 * would come back together and be throttled again.
 */
function pause(tries: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * FIRST_PAUSE * 2 ** tries));
}

/** Of which all but the first did nothing. */
const MAX_TRIES = 8;
const FIRST_PAUSE = 25;

export type Batch<Item, Result> = {
  /** Answers the results of what was done, by key. What is missing is run again after a pause, which grows if nothing is done. */
  run(items: readonly Item[]): Promise<ReadonlyMap<string, Result>>;
  keyOf(item: Item): string;
  /** How many items, each of another key, `run` takes at most. */
  readonly most: number;
  /** Whether to run again what failed like this, so many times. @default never */
  isWorthRunningAgain?(error: unknown, tries: number): boolean;
};

type Call<Item, Result> = { item: Item } & PromiseWithResolvers<Result>;

/**
 * Lets calls of the same moment share a batch; one that is full waits for no more. Of two items with one key in a batch the later
 * counts, for both callers. A batch that fails rejects all its callers.
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

/** Doubles with each try; drawn at random, so that processes throttled together do not come back together. */
function pause(tries: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * FIRST_PAUSE * 2 ** tries));
}

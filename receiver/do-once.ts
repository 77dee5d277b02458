/**
 * Where a receiver remembers what it has done: a table, a folder, or for a test a `Map`. Ids must be remembered for as
 * long as the queue may call again.
 */
export type Marks = {
  /**
   * Records that the work of an id has begun, unless the id is recorded already, and returns what was recorded before.
   * It must be one atomic operation, such as the insertion of a row under a unique constraint. If it looks for the id
   * first and records it afterwards, two calls at the same moment both do the work.
   */
  begin(id: string): Promise<'new' | 'begun' | 'done'>;
  /** Records that the work of an id is done. */
  finish(id: string): Promise<unknown>;
  /** Forgets an id whose work has failed, so that the next attempt tries again. */
  forget(id: string): Promise<unknown>;
};

/**
 * Does the work of a call once, however often the queue makes the call, and returns the status to answer with: 200 if
 * the work is done, now or before, and 503 if another call has begun it. If the work fails, the id is forgotten and
 * the error is thrown again. If the process dies in the work, the id stays begun, and later calls get 503.
 *
 * @param id `call.id` for work that is done once for each event, or `${call.id}.${call.attempt}` if each attempt counts
 */
export async function doOnce(id: string, marks: Marks, work: () => unknown): Promise<200 | 503> {
  const before = await marks.begin(id);
  if (before !== 'new') return before === 'done' ? 200 : 503;
  try {
    await work();
  } catch (error) {
    await marks.forget(id);
    throw error;
  }
  await marks.finish(id);
  return 200;
}

import { setImmediate as nextTurn } from 'node:timers/promises';

/** Thrown into a process that dies. It does nothing more. */
export class Died extends Error {}

/** Waits for its turn before an effect. Rejects with `Died` if the process dies there. */
export type Step = () => Promise<void>;

/**
 * Runs tasks a step at a time, in an order that chance decides. A task dies at a step with the probability `dies`, unless
 * its step is one of those that cannot.
 */
export function interleaved(chance: () => number, dies: number) {
  const waiting: { readonly go: () => void; readonly die: () => void; readonly mayDie: boolean }[] = [];
  let open = 0;
  let deadly = dies;

  function stepOf(mayDie: boolean): Step {
    return () => new Promise((go, reject) => waiting.push({ go, die: () => reject(new Died()), mayDie }));
  }

  async function start<Result>(task: () => Promise<Result>): Promise<Result | 'died'> {
    open++;
    try {
      return await task();
    } catch (error) {
      if (error instanceof Died) return 'died';
      throw error;
    } finally {
      open--;
    }
  }

  /** Resolves when no task is left. */
  async function run(): Promise<void> {
    for (let idle = 0; idle < 3; ) {
      await nextTurn();
      const [one] = waiting.splice(Math.floor(chance() * waiting.length), 1);
      idle = one === undefined && open === 0 ? 3 : one === undefined ? idle + 1 : 0;
      if (one?.mayDie && chance() < deadly) one.die();
      else one?.go();
    }
  }

  return {
    step: stepOf(true),
    safeStep: stepOf(false),
    start,
    run,
    /** From now on nothing dies. */
    calm() {
      deadly = 0;
    },
  };
}

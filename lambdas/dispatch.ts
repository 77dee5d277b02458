import { openRuntime } from './runtime/open-runtime.ts';

const { queue } = openRuntime();

/** On a rule, every minute. */
export async function handler(): Promise<void> {
  await queue.dispatch();
}

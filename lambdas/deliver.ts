import { openRuntime } from './runtime/open-runtime.ts';

/** On the due queue. */
export const handler = openRuntime().deliver;

import { openRuntime } from './runtime/open-runtime.ts';

/** The function that SQS invokes with batches of messages from the due queue. */
export const handler = openRuntime().deliver;

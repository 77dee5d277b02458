import { openRuntimeWithoutCalls } from './runtime/open-runtime.ts';

/** On a rule, every minute. */
export const handler = openRuntimeWithoutCalls().dispatch;

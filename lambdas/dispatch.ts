import { openRuntimeWithoutCalls } from './runtime/open-runtime.ts';

/** The function that a rule of EventBridge invokes every minute. */
export const handler = openRuntimeWithoutCalls().dispatch;

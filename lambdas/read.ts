import { openRuntime } from './runtime/open-runtime.ts';

export const handler = openRuntime().api('read');

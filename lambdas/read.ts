import { openApi } from './runtime/open-api.ts';
import { openRuntime } from './runtime/open-runtime.ts';

export const handler = openApi(openRuntime(), 'read');

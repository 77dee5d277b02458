import { openRuntimeWithoutCalls } from './runtime/open-runtime.ts';
import { serveRoutes } from './runtime/serve-routes.ts';

export const handler = serveRoutes(openRuntimeWithoutCalls(), 'read');

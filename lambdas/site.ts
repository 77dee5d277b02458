import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { builtConsole } from '../api/pages/built-console.ts';
import { openConsoleSite } from '../api/pages/console-site.ts';
import { openSite } from '../api/pages/site.ts';
import { readEnvironment } from './runtime/environment.ts';
import { gatewayPageAnswerer } from './runtime/gateway-page-answerer.ts';
import { openRuntimeWithoutCalls } from './runtime/open-runtime.ts';
import { serveRoutes } from './runtime/serve-routes.ts';

const { CONSOLE_REFRESH_SECONDS: refreshSeconds } = readEnvironment(process.env);
const runtime = openRuntimeWithoutCalls();
const page = gatewayPageAnswerer(runtime.report, openConsoleSite(builtConsole, { refreshSeconds }), openSite());
const answer = serveRoutes(runtime, 'site');

/**
 * The function that serves the console, the documentation pages and its own routes. It also gets every request that
 * belongs to no route, and answers it with a 404 or a 405.
 */
export async function handler(request: APIGatewayProxyEventV2, context: Context) {
  return (await page(request)) ?? answer(request, context);
}

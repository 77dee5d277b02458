import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { openSite } from '../api/pages/pages.ts';
import { openRuntimeWithoutCalls } from './runtime/open-runtime.ts';
import { gatewayPageAnswerer } from './runtime/page-answer.ts';
import { serveRoutes } from './runtime/serve-routes.ts';

const page = gatewayPageAnswerer(openSite());
const answer = serveRoutes(openRuntimeWithoutCalls(), 'site');

/** The pages and what belongs to none of the other functions. */
export async function handler(request: APIGatewayProxyEventV2, context: Context) {
  return (await page(request)) ?? answer(request, context);
}

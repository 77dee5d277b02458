import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { type DirectRequest, directCaller, isDirect, throughTheApi } from './runtime/direct-request.ts';
import { openRuntimeWithoutCalls } from './runtime/open-runtime.ts';
import { serveRoutes } from './runtime/serve-routes.ts';

const runtime = openRuntimeWithoutCalls();
const answer = serveRoutes(runtime, 'publish');
const answerDirect = serveRoutes(runtime, 'publish', { find: async () => directCaller });

/**
 * The function behind the API that publishes. Whatever `grantPublish` allows may also invoke it directly, without an
 * API key.
 */
export async function handler(request: APIGatewayProxyEventV2 | DirectRequest, context: Context) {
  return isDirect(request) ? answerDirect(throughTheApi(request), context) : answer(request, context);
}

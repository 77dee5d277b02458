import { type HttpApi, httpApi } from '../../api/http-api.ts';
import type { FunctionName } from '../../api/route.ts';
import type { Runtime } from './open-runtime.ts';

/**
 * Makes the handler that serves the routes of one function. It has a file of its own, so that `deliver` and `dispatch`
 * load without any routes.
 *
 * @param keys The API keys that are accepted: by default, those in the table.
 */
export function serveRoutes(runtime: Omit<Runtime, 'deliver'>, only: FunctionName, keys = runtime.keys): HttpApi {
  return runtime.withTelemetry(httpApi({ ...runtime, keys, only }));
}

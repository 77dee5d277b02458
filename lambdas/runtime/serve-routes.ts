import { type HttpApi, httpApi } from '../../api/http-api.ts';
import type { FunctionName } from '../../api/route.ts';
import type { Runtime } from './open-runtime.ts';

/**
 * The routes of one function. Functions behind the due queue and the clock have none, and load without them.
 *
 * @param keys whom it lets in, if not whoever has a key
 */
export function serveRoutes(runtime: Omit<Runtime, 'deliver'>, only: FunctionName, keys = runtime.keys): HttpApi {
  return runtime.recorded(httpApi({ ...runtime, keys, only }));
}

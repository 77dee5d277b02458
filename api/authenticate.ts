import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { ApiKey } from '../core/api-key.ts';
import type { ApiKeys } from '../core/ports.ts';
import type { Problem } from './problem.ts';
import { queryParameters } from './query-parameters.ts';
import type { NeededScope } from './route.ts';

export type Credentials = Pick<APIGatewayProxyEventV2, 'headers' | 'rawQueryString'>;

/**
 * Finds the API key of a request. A problem if the request has no valid key, which is the same for a missing, an
 * unknown and a wrong one, or if the key lacks the scope.
 */
export async function authenticate(keys: ApiKeys, request: Credentials, scope: NeededScope): Promise<ApiKey | Problem> {
  const secret = secretIn(request);
  const caller = secret === undefined ? undefined : await keys.find(secret);
  if (caller === undefined) return noKey;
  return scope === 'any' || caller.scopes.includes(scope) ? caller : outOfScope(scope);
}

function secretIn({ headers, rawQueryString }: Credentials): string | undefined {
  const [, bearer] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  return headers['x-api-key'] || bearer || queryParameters(rawQueryString)?.get('password') || undefined;
}

const noKey: Problem = {
  problem: 'unauthorized',
  detail: 'Send a valid API key in the header x-api-key, in Authorization: Bearer, or in the query parameter password.',
  headers: { 'www-authenticate': 'Bearer realm="event-queue"' },
};

function outOfScope(scope: NeededScope): Problem {
  return { problem: 'forbidden', detail: `This API key lacks the scope ${scope}. Use a key that has it.` };
}

import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** What someone sends who invokes the function instead of calling the API: AWS has let them in, and no key is needed. */
export type DirectRequest = {
  /** The text of the request, as the API takes it. */
  readonly body: string;
  /** @default '/events' */
  readonly path?: '/events' | '/events/batch';
};

/** Whose events these are: deduplication ids are told apart by it. */
export const directCaller = { id: 'direct', label: 'direct', scopes: ['publish'] } as const;

export function isDirect(request: APIGatewayProxyEventV2 | DirectRequest): request is DirectRequest {
  return !('requestContext' in request);
}

/** The same request as if it had come through the API. */
export function throughTheApi({ body, path = '/events' }: DirectRequest): APIGatewayProxyEventV2 {
  return {
    rawPath: path,
    rawQueryString: '',
    headers: { 'content-type': 'application/json', 'x-api-key': directCaller.id },
    requestContext: { http: { method: 'POST' } },
    body,
    isBase64Encoded: false,
  } as unknown as APIGatewayProxyEventV2;
}

import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/**
 * The payload of a direct invocation, which publishes without the API. It has no API key, because AWS has checked the
 * permission of its sender.
 */
export type DirectRequest = {
  /** The JSON that the API would get as the body of the request. */
  readonly body: string;
  /**
   * The path of the API to which the body would be posted.
   * @default '/events'
   */
  readonly path?: '/events' | '/events/batch';
};

/**
 * The publisher of all directly published events. They share deduplication ids with each other, and with no API key.
 */
export const directCaller = { id: 'direct', label: 'direct', scopes: ['publish'] } as const;

export function isDirect(request: APIGatewayProxyEventV2 | DirectRequest): request is DirectRequest {
  return !('requestContext' in request);
}

/** The same request in the form in which API Gateway would send it. */
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

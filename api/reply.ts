import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { writeJson } from './write-json.ts';

/** An answer of the API before its body is written as JSON. */
export type Reply<Body = unknown> = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Body;
};

/**
 * Writes a reply in the form of API Gateway. It states the length of the body, because the answer to a HEAD request has
 * that length but no body. It forbids caches to store the reply, which only the holder of a key may see.
 */
export function gatewayResult({ status, headers, body }: Reply): APIGatewayProxyStructuredResultV2 {
  const text = writeJson(body);
  return {
    statusCode: status,
    headers: {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(text)),
      'cache-control': 'no-store',
      ...headers,
    },
    body: text,
  };
}

/** Removes the body from the answer to a HEAD request, but no header (RFC 9110, section 9.3.2). */
export function withoutBodyToHead(
  { requestContext: { http } }: Pick<APIGatewayProxyEventV2, 'requestContext'>,
  result: APIGatewayProxyStructuredResultV2,
): APIGatewayProxyStructuredResultV2 {
  if (http.method !== 'HEAD') return result;
  const { body, isBase64Encoded, ...head } = result;
  return head;
}

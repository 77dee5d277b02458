import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { pageAnswerer } from '../../api/pages/page-answer.ts';
import type { Site } from '../../api/pages/site.ts';

type Request = Pick<APIGatewayProxyEventV2, 'rawPath' | 'headers' | 'requestContext'>;

/**
 * Answers requests for pages of some sites in the form of API Gateway; undefined for any other path. The answer to HEAD
 * states its `content-length` itself, because API Gateway would compute 0 from the missing body.
 */
export function gatewayPageAnswerer(
  ...sites: readonly Site[]
): (request: Request) => Promise<APIGatewayProxyStructuredResultV2 | undefined> {
  const answer = pageAnswerer(...sites);

  return async ({ rawPath: path, headers, requestContext: { http } }) => {
    const page = await answer({ method: http.method, path, headers });
    if (page === undefined) return undefined;
    const { status: statusCode, headers: pageHeaders, body } = page;
    if (statusCode === 304) return { statusCode, headers: pageHeaders };
    if (http.method === 'HEAD')
      return { statusCode, headers: { ...pageHeaders, 'content-length': String(body.length) } };
    return { statusCode, headers: pageHeaders, body: Buffer.from(body).toString('base64'), isBase64Encoded: true };
  };
}

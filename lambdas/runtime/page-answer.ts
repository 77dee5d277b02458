import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { pageAnswerer } from '../../api/pages/page-answer.ts';
import type { Site } from '../../api/pages/pages.ts';

type Request = Pick<APIGatewayProxyEventV2, 'rawPath' | 'headers' | 'requestContext'>;

/**
 * Answers a page of the site as API Gateway takes it; undefined if it is none. API Gateway counts the length of a body, which an answer to
 * HEAD has to state without one.
 */
export function gatewayPageAnswerer(
  site: Site,
): (request: Request) => Promise<APIGatewayProxyStructuredResultV2 | undefined> {
  const answer = pageAnswerer(site);

  return async ({ rawPath: path, headers, requestContext: { http } }) => {
    const page = await answer({ method: http.method, path, headers });
    if (page === undefined) return undefined;
    const { status: statusCode, headers: told, body } = page;
    if (statusCode === 304) return { statusCode, headers: told };
    if (http.method === 'HEAD') return { statusCode, headers: { ...told, 'content-length': String(body.length) } };
    return { statusCode, headers: told, body: Buffer.from(body).toString('base64'), isBase64Encoded: true };
  };
}

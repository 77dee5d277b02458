import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { type PageAnswer, pageAnswerer } from '../../api/pages/page-answer.ts';
import type { Site } from '../../api/pages/site.ts';
import { type Problem, problemReply } from '../../api/problem.ts';
import { gatewayResult, withoutBodyToHead } from '../../api/reply.ts';

type Request = Pick<APIGatewayProxyEventV2, 'rawPath' | 'headers' | 'requestContext'>;

/**
 * Answers requests for pages of some sites in the form of API Gateway; undefined for any other path. The answer to HEAD
 * states its `content-length` itself, because API Gateway would compute 0 from the missing body.
 *
 * @param report Receives the error of a page that could not be read. Its client gets a 503.
 */
export function gatewayPageAnswerer(
  report: (error: unknown) => void,
  ...sites: readonly Site[]
): (request: Request) => Promise<APIGatewayProxyStructuredResultV2 | undefined> {
  const answer = pageAnswerer(...sites);

  return async (request) => {
    const { rawPath: path, headers, requestContext } = request;
    const { method } = requestContext.http;
    try {
      const page = await answer({ method, path, headers });
      return page && pageResult(page, method);
    } catch (error) {
      report(error);
      return withoutBodyToHead(request, gatewayResult(problemReply(noPage)));
    }
  };
}

function pageResult({ status, headers, body }: PageAnswer, method: string): APIGatewayProxyStructuredResultV2 {
  if (status === 304) return { statusCode: status, headers };
  if (method === 'HEAD') return { statusCode: status, headers: { ...headers, 'content-length': String(body.length) } };
  return { statusCode: status, headers, body: Buffer.from(body).toString('base64'), isBase64Encoded: true };
}

const noPage: Problem = {
  problem: 'unavailable',
  detail: 'This page could not be read. The log of the function that serves pages says why. Deploy the queue again.',
  headers: { 'retry-after': '5' },
};

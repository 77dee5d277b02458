import { gzipSync } from 'node:zlib';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Site } from '../../site/pages.ts';

type PageRequest = Pick<APIGatewayProxyEventV2, 'rawPath' | 'headers' | 'requestContext'>;

/** Answers a page of the site, compressed for whoever takes that; undefined if it is none. */
export function pageAnswerer(site: Site): (request: PageRequest) => APIGatewayProxyStructuredResultV2 | undefined {
  const compressed = new Map<string, string>();

  return ({ rawPath, headers: asked, requestContext: { http } }) => {
    const page = http.method === 'GET' || http.method === 'HEAD' ? site(rawPath) : undefined;
    if (page === undefined) return undefined;
    const { headers, body } = page;
    const answer = { statusCode: 200, headers: { ...headers, vary: 'accept-encoding' }, isBase64Encoded: true };
    if (!/\bgzip\b/.test(asked['accept-encoding'] ?? '')) {
      return { ...answer, body: Buffer.from(body).toString('base64') };
    }
    const text = compressed.get(rawPath) ?? gzipSync(body).toString('base64');
    compressed.set(rawPath, text);
    return { ...answer, headers: { ...answer.headers, 'content-encoding': 'gzip' }, body: text };
  };
}

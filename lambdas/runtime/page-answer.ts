import { gzipSync } from 'node:zlib';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Site } from '../../site/pages.ts';

type PageRequest = Pick<APIGatewayProxyEventV2, 'rawPath' | 'headers' | 'requestContext'>;

/**
 * Answers a page of the site, compressed for whoever takes that; undefined if it is none. API Gateway counts the length of a body, which
 * an answer to HEAD has to state without one.
 */
export function pageAnswerer(site: Site): (request: PageRequest) => APIGatewayProxyStructuredResultV2 | undefined {
  const compressed = new Map<string, string>();

  return ({ rawPath, headers: asked, requestContext: { http } }) => {
    const page = http.method === 'GET' || http.method === 'HEAD' ? site(rawPath) : undefined;
    if (page === undefined) return undefined;
    const isCompressed = /\bgzip\b/.test(asked['accept-encoding'] ?? '');
    const body = isCompressed ? compressedBody(rawPath, page.body) : Buffer.from(page.body).toString('base64');
    const headers = {
      ...page.headers,
      vary: 'accept-encoding',
      ...(isCompressed && { 'content-encoding': 'gzip' }),
    };
    if (http.method === 'GET') return { statusCode: 200, headers, body, isBase64Encoded: true };
    return { statusCode: 200, headers: { ...headers, 'content-length': String(Buffer.byteLength(body, 'base64')) } };
  };

  function compressedBody(path: string, body: Uint8Array): string {
    const text = compressed.get(path) ?? gzipSync(body).toString('base64');
    compressed.set(path, text);
    return text;
  }
}

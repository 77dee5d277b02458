import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { writeJson } from './write-json.ts';

/** An answer of the API, before it is written out. */
export type Reply<Body = unknown> = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Body;
};

/** A reply as API Gateway takes it. Nobody on the way may keep it: it belongs to the holder of a key. */
export function gatewayResult({ status, headers, body }: Reply): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: writeJson(body),
  };
}

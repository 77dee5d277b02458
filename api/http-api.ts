import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { ApiKey } from '../core/api-key.ts';
import type { ApiKeyStore, ApiKeys, SigningSecrets, Statistics } from '../core/ports.ts';
import type { Queue } from '../core/queue.ts';
import type { Settings } from '../core/settings.ts';
import { authenticate } from './authenticate.ts';
import { handlers } from './handlers.ts';
import { openapiDocument } from './openapi-document.ts';
import { parseRequest } from './parse-request.ts';
import { invalid, type Problem, problemReply, unexpected } from './problem.ts';
import { MAX_QUERY_LENGTH, queryParameters } from './query-parameters.ts';
import { gatewayResult, type Reply, withoutBodyToHead } from './reply.ts';
import type { FunctionName, Route } from './route.ts';
import { type FoundRoute, noSuchPath, routeFinder } from './route-finder.ts';
import { type RouteName, routes } from './routes.ts';
import { validate } from './validate.ts';

export type HttpApi = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;

/** A request to the API whose body has not been read yet. */
export type RequestHead = Omit<APIGatewayProxyEventV2, 'body' | 'isBase64Encoded'>;

/**
 * Resolves with the refusal of a request whose path, method or API key is wrong, so that its body need not be read.
 * Resolves with undefined if the request is not refused.
 */
export type RefuseEarly = (head: RequestHead) => Promise<APIGatewayProxyStructuredResultV2 | undefined>;

type HttpApiDependencies = {
  readonly queue: Queue;
  readonly statistics: Statistics;
  readonly signingSecrets: SigningSecrets;
  readonly keyStore: ApiKeyStore;
  readonly keys: ApiKeys;
  readonly settings: Settings;
  readonly now: () => number;
  readonly version: string;
  /** The function whose routes are served. Without it, all routes are served. */
  readonly only?: FunctionName;
  /** Receives every unexpected error. The client gets a 503 without details. */
  readonly report: (error: unknown) => void;
};

/** A request on its way through the pipeline. Each step adds what it has found out. */
type ApiRequest = APIGatewayProxyEventV2 & {
  readonly found: FoundRoute<RouteName>;
  input?: unknown;
  /** The parameters in the path of a route that takes a body. */
  inPath?: unknown;
  caller?: ApiKey;
};

type Step = (request: ApiRequest) => Promise<Problem | undefined> | Problem | undefined;

/**
 * Makes the API as one function with the signature of a Lambda handler behind an HTTP API. `refuseEarly` only checks
 * the path, the method and the API key, for a server that has not read the body yet.
 */
export function httpApi(dependencies: HttpApiDependencies): HttpApi & { readonly refuseEarly: RefuseEarly } {
  const { settings, now, version, only, keys, report } = dependencies;
  const table = routes(settings, now);
  const handle = handlers(dependencies, () => openapiDocument(table, version), table.publish.input);
  const served = (Object.keys(table) as RouteName[]).filter((name) => !only || table[name].function === only);
  const findRoute = routeFinder(Object.entries(table) as [RouteName, Route][]);
  const pipelines = new Map(
    served.map((name) => [name, pipeline(dependencies, table[name], handle[name] as RunRoute)] as const),
  );

  const answer: HttpApi = async (event, context) => {
    const found = findRoute(event.requestContext.http.method, event.rawPath);
    if ('problem' in found) return gatewayResult(problemReply(found));
    const run = pipelines.get(found.name);
    return run === undefined ? gatewayResult(problemReply(noSuchPath)) : run({ ...event, found }, context);
  };

  const refuseEarly: RefuseEarly = async (head) => {
    const found = findRoute(head.requestContext.http.method, head.rawPath);
    if ('problem' in found) return gatewayResult(problemReply(found));
    const { scope } = table[found.name] as Route;
    try {
      const caller = scope === undefined ? undefined : await authenticate(keys, head, scope);
      return caller !== undefined && 'problem' in caller ? gatewayResult(problemReply(caller)) : undefined;
    } catch (error) {
      report(error);
      return gatewayResult(problemReply(unexpected));
    }
  };

  const api: HttpApi = async (event, context) => withoutBodyToHead(event, await answer(event, context));
  return Object.assign(api, { refuseEarly });
}

type RunRoute = (request: {
  input: unknown;
  pathParameters: unknown;
  caller: ApiKey | undefined;
}) => Promise<Reply | Problem>;

function pipeline({ keys, report }: HttpApiDependencies, route: Route, run: RunRoute) {
  const stopAtProblem =
    (step: Step) =>
    async ({ event }: { event: ApiRequest }) => {
      const problem = await step(event);
      return problem && gatewayResult(problemReply(problem));
    };

  return middy<ApiRequest, APIGatewayProxyStructuredResultV2>()
    .before(stopAtProblem(authenticated(keys, route)))
    .before(stopAtProblem(withoutRefusedHeaders(route)))
    .before(stopAtProblem(withoutRefusedBody(route)))
    .before(stopAtProblem(parsed(route)))
    .before(stopAtProblem(validated(route)))
    .onError(({ error }) => {
      report(error);
      return gatewayResult(problemReply(unexpected));
    })
    .handler(async ({ input, inPath, caller }: ApiRequest) => {
      const answer = await run({ input, pathParameters: inPath, caller });
      return gatewayResult('problem' in answer ? problemReply(answer) : answer);
    });
}

function authenticated(keys: ApiKeys, { scope }: Route): Step {
  return async (request) => {
    if (scope === undefined) return undefined;
    const caller = await authenticate(keys, request, scope);
    if ('problem' in caller) return caller;
    request.caller = caller;
    return undefined;
  };
}

function withoutRefusedHeaders({ refusedHeaders = {} }: Route): Step {
  return ({ headers }) => {
    const [path, detail] = Object.entries(refusedHeaders).find(([header]) => headers[header] !== undefined) ?? [];
    return path === undefined || detail === undefined ? undefined : invalid(path, detail);
  };
}

function withoutRefusedBody({ refusedBody }: Route): Step {
  return ({ body = '', isBase64Encoded }) => {
    if (refusedBody === undefined || body === '') return undefined;
    const text = isBase64Encoded ? Buffer.from(body, 'base64').toString() : body;
    // Some HTTP clients always send an object, and an empty one asks for nothing.
    return /^\s*(\{\s*\}\s*)?$/.test(text) ? undefined : invalid('body', refusedBody);
  };
}

function parsed({ takes, headers = {} }: Route): Step {
  return async (request) => {
    if (takes === 'parameters') {
      const query = queryParameters(request.rawQueryString);
      if (query === undefined) return queryTooLong;
      request.input = { ...fieldsOf(query, request.found.renamed), ...request.found.parameters };
      return fieldsFromHeaders(request, headers);
    }
    const parsedBody = await parseRequest(request, takes.maxBodyBytes);
    if ('problem' in parsedBody) return parsedBody;
    request.input = parsedBody.json;
    return fieldsFromHeaders(request, headers);
  };
}

/** Copies headers to the fields that they stand for. A problem if the body has another value for that field. */
function fieldsFromHeaders(
  { input, headers }: ApiRequest,
  names: Readonly<Record<string, string>>,
): Problem | undefined {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return undefined;
  const fields = input as Record<string, unknown>;
  for (const [header, field] of Object.entries(names)) {
    const value = headers[header];
    if (value === undefined) continue;
    const sent = fields[field] ?? value;
    const detail = `The header ${header} has another value. Send one of them, or the same value in both.`;
    if (sent !== value) return invalid(field, detail);
    Object.assign(fields, { [field]: value });
  }
  return undefined;
}

function validated({ input: schema, pathParameters }: Route): Step {
  return (request) => {
    const inPath = pathParameters && validate(pathParameters, request.found.parameters);
    if (inPath !== undefined && 'problem' in inPath) return inPath;
    request.inPath = inPath?.input;
    const calledAs = new Map([...request.found.renamed].map(([alias, name]) => [name, alias]));
    const valid = validate(schema, request.input, calledAs);
    if ('problem' in valid) return valid;
    request.input = valid.input;
    return undefined;
  };
}

const queryTooLong: Problem = {
  problem: 'invalid',
  detail: `The query has more than ${MAX_QUERY_LENGTH} characters. Send fewer or shorter parameters.`,
};

/**
 * The query parameters without the API key, under the names that the route gives them. A repeated parameter becomes a
 * list.
 */
function fieldsOf(parameters: URLSearchParams, renamed: ReadonlyMap<string, string>) {
  const query = [...parameters].filter(([name]) => name !== 'password');
  const byName = Map.groupBy(query, ([name]) => renamed.get(name) ?? name);
  const values = [...byName].map(([name, all]) => [name, all.map(([, value]) => value)] as const);
  return Object.fromEntries(values.map(([name, all]) => [name, all.length === 1 ? (all[0] ?? '') : all]));
}

import { componentSchemas, type JsonSchema } from './component-schemas.ts';
import { type ProblemKind, problemKinds, problemSchema } from './problem.ts';
import type { Route } from './route.ts';
import { ORIGINAL_PATHS, type Tag, tags } from './tags.ts';

/**
 * Makes the OpenAPI 3.1 document of the API from the route table. Everything that the document says about a route
 * stands in the declaration of the route. A schema with an `id` becomes a component.
 */
export function openapiDocument(routes: Readonly<Record<string, Route>>, version: string): object {
  const { named, jsonSchema } = componentSchemas();
  const paths = pathsOf(routes, jsonSchema);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Event Queue',
      version,
      description:
        'Post an event with a URL: the URL is called when it is due, again when the call fails, and the result is kept.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: named,
      securitySchemes: {
        header: { type: 'apiKey', in: 'header', name: 'x-api-key' },
        bearer: { type: 'http', scheme: 'bearer' },
        password: { type: 'apiKey', in: 'query', name: 'password', description: 'For clients of the original queue.' },
      },
    },
  };
}

type Convert = ReturnType<typeof componentSchemas>['jsonSchema'];

/** The properties in which the operations of a route and of its aliases differ. */
type Naming = {
  readonly operationId: string;
  readonly tag: Tag;
  readonly deprecated?: boolean | undefined;
  readonly parameters?: Readonly<Record<string, string>> | undefined;
};

function pathsOf(routes: Readonly<Record<string, Route>>, convert: Convert): Record<string, object> {
  const paths: Record<string, object> = {};
  for (const route of Object.values(routes)) {
    const method = route.method.toLowerCase();
    paths[route.path] = { ...paths[route.path], [method]: operation(route, route, convert) };
    for (const { path, ...alias } of route.aliases) {
      const naming: Naming = { ...alias, tag: ORIGINAL_PATHS, deprecated: true };
      paths[path] = { ...paths[path], [method]: operation(route, naming, convert) };
    }
  }
  return paths;
}

function operation(route: Route, { operationId, tag, deprecated, parameters }: Naming, convert: Convert) {
  const { summary, scope, headers = {}, takes, input, described, pathParameters: inPath } = route;
  const schema = convert(described ?? input, 'input');
  const fromHeaders = Object.entries(headers).map(([name, field]) => headerParameter(name, field));
  return {
    operationId,
    tags: [tag],
    summary,
    description: neededKey(scope),
    ...(deprecated && { deprecated }),
    security: scope === undefined ? [] : [{ header: [] }, { bearer: [] }, { password: [] }],
    ...(takes === 'parameters'
      ? { parameters: [...parametersOf(route, schema, parameters), ...fromHeaders] }
      : {
          ...besideBody(inPath && parametersOf(route, convert(inPath, 'input')), fromHeaders),
          requestBody: requestBody(route, schema),
        }),
    responses: { ...answersOf(route, convert), ...problemsOf(route, convert) },
  };
}

function neededKey(scope: Route['scope']): string {
  if (scope === undefined) return 'No API key is needed.';
  return scope === 'any' ? 'Every valid API key will do.' : `Needs an API key with the scope \`${scope}\`.`;
}

function parametersOf({ path, example }: Route, input: JsonSchema, renamed: Naming['parameters'] = {}) {
  const aliasNames = new Map(Object.entries(renamed).map(([old, name]) => [name, old]));
  const examples = (example.input ?? {}) as Readonly<Record<string, unknown>>;
  return Object.entries(input.properties ?? {}).map(([name, { description, ...schema }]) => {
    const inPath = path.includes(`{${name}}`) && !aliasNames.has(name);
    return {
      name: aliasNames.get(name) ?? name,
      in: inPath ? 'path' : 'query',
      required: input.required?.includes(name) ?? false,
      description,
      schema,
      ...(name in examples && { example: examples[name] }),
    };
  });
}

function besideBody(inPath: readonly object[] = [], fromHeaders: readonly object[]) {
  const parameters = [...inPath, ...fromHeaders];
  return parameters.length === 0 ? {} : { parameters };
}

function headerParameter(name: string, field: string) {
  const description = `The same as the field ${field}.`;
  return { name, in: 'header', required: false, description, schema: { type: 'string' } };
}

function requestBody({ example }: Route, schema: JsonSchema) {
  return { required: true, content: { 'application/json': { schema, example: example.input } } };
}

function answersOf({ answers, example }: Route, convert: Convert) {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { description, schema }]) => [
      status,
      {
        description,
        content: { 'application/json': { schema: convert(schema, 'output'), example: example.answer } },
      },
    ]),
  );
}

function problemsOf(route: Route, convert: Convert) {
  const schema = convert(problemSchema, 'output');
  return Object.fromEntries(
    possibleProblems(route).map((kind) => [
      problemKinds[kind].status,
      { description: `${problemKinds[kind].title}.`, content: { 'application/problem+json': { schema } } },
    ]),
  );
}

function possibleProblems({ takes, scope, problems }: Route): readonly ProblemKind[] {
  return [
    ...problems,
    ...(scope === undefined ? [] : (['unauthorized'] as const)),
    ...(scope === undefined || scope === 'any' ? [] : (['forbidden'] as const)),
    ...(takes !== 'parameters' ? (['not-json', 'too-large', 'unsupported-media-type'] as const) : []),
    'invalid',
    'unavailable',
  ];
}

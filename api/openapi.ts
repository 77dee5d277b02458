import * as z from 'zod';
import { type ProblemKind, problemKinds, problemSchema } from './problem.ts';
import type { Route } from './routes.ts';

/** The API as an OpenAPI 3.1 document, derived from the route table and its schemas. */
export function openApiDocument(routes: Readonly<Record<string, Route>>, version: string): object {
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
    paths: pathsOf(routes),
    components: {
      schemas: { Problem: jsonSchema(problemSchema, 'output') },
      securitySchemes: {
        header: { type: 'apiKey', in: 'header', name: 'x-api-key' },
        bearer: { type: 'http', scheme: 'bearer' },
        password: { type: 'apiKey', in: 'query', name: 'password', description: "For the original queue's clients." },
      },
    },
  };
}

function pathsOf(routes: Readonly<Record<string, Route>>): Record<string, object> {
  const paths: Record<string, object> = {};
  for (const [name, route] of Object.entries(routes)) {
    const method = route.method.toLowerCase();
    paths[route.path] = { ...paths[route.path], [method]: operation(name, route) };
    for (const alias of route.aliases) {
      const id = alias.path.slice(1).replaceAll(/\W/g, '_');
      paths[alias.path] = { [method]: { ...operation(id, route, alias.parameters), deprecated: true } };
    }
  }
  return paths;
}

function operation(operationId: string, route: Route, renamed: Readonly<Record<string, string>> = {}) {
  const input = jsonSchema(route.described ?? route.input, 'input');
  const { summary, scope, deprecated, headers = {}, takes } = route;
  const fromHeaders = Object.entries(headers).map(([name, field]) => headerParameter(name, field));
  return {
    operationId,
    summary,
    ...(deprecated && { deprecated }),
    security: scope === undefined ? [] : [{ header: [] }, { bearer: [] }, { password: [] }],
    ...(takes === 'parameters'
      ? { parameters: [...parametersOf(route, input, renamed), ...fromHeaders] }
      : { ...(fromHeaders.length > 0 && { parameters: fromHeaders }), requestBody: requestBody(route, input) }),
    responses: { ...answersOf(route), ...problemsOf(route) },
  };
}

function parametersOf({ path, example }: Route, input: JsonSchema, renamed: Readonly<Record<string, string>>) {
  const today = new Map(Object.entries(renamed).map(([old, name]) => [name, old]));
  const examples = (example.input ?? {}) as Readonly<Record<string, unknown>>;
  return Object.entries(input.properties ?? {}).map(([name, { description, ...schema }]) => {
    const inPath = path.includes(`{${name}}`) && !today.has(name);
    return {
      name: today.get(name) ?? name,
      in: inPath ? 'path' : 'query',
      required: input.required?.includes(name) ?? false,
      description,
      schema,
      ...(name in examples && { example: examples[name] }),
    };
  });
}

function headerParameter(name: string, field: string) {
  const description = `The same as the field ${field}.`;
  return { name, in: 'header', required: false, description, schema: { type: 'string' } };
}

function requestBody({ example }: Route, schema: JsonSchema) {
  return { required: true, content: { 'application/json': { schema, example: example.input } } };
}

function answersOf({ answers, example }: Route) {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { description, schema }]) => [
      status,
      {
        description,
        content: { 'application/json': { schema: jsonSchema(schema, 'output'), example: example.answer } },
      },
    ]),
  );
}

function problemsOf(route: Route) {
  return Object.fromEntries(
    possibleProblems(route).map((kind) => [
      problemKinds[kind].status,
      {
        description: `${problemKinds[kind].title}.`,
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
}

function possibleProblems({ takes, scope, problems }: Route): readonly ProblemKind[] {
  return [
    ...problems,
    ...(scope === undefined ? [] : (['unauthorized', 'forbidden'] as const)),
    ...(takes !== 'parameters' ? (['not-json', 'too-large', 'unsupported-media-type'] as const) : []),
    'invalid',
    'unavailable',
  ];
}

type JsonSchema = {
  readonly properties?: Readonly<Record<string, { readonly description?: string }>>;
  readonly required?: readonly string[];
};

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest as JsonSchema;
}

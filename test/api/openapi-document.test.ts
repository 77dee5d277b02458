import { describe, expect, test } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import * as z from 'zod';
import { namedObject } from '../../api/named-object.ts';
import { openapiDocument } from '../../api/openapi-document.ts';
import type { Route } from '../../api/route.ts';
import { routes } from '../../api/routes.ts';
import { ORIGINAL_PATHS, tags } from '../../api/tags.ts';
import { defaultSettings } from '../../core/settings.ts';

type Media = Readonly<Record<string, { readonly schema: object; readonly example?: unknown }>>;
type Operation = {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description: string;
  readonly deprecated?: boolean;
  readonly parameters?: readonly { readonly name: string; readonly schema: object; readonly example?: unknown }[];
  readonly requestBody?: { readonly content: Media };
  readonly responses: Readonly<Record<string, { readonly content: Media }>>;
};
type Document = {
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
};

const table = routes(defaultSettings, Date.now);
const document = openapiDocument(table, '1.2.3') as Document;
const operations = operationsOf(document);
const { schemas } = document.components;
const nodes = [...nodesOf(document, '#')];

test('the document is valid', async () => {
  expect(await new Validator().validate(structuredClone(document))).toEqual({ valid: true });
});

describe('an operation', () => {
  test.each(operations)('$operationId ($method $path) is named by a verb and what it acts on', ({ operationId }) => {
    expect(operationId).toMatch(/^[a-z]+([A-Z][a-z]+)+$/);
  });

  test('has a name of its own, also where a generator writes names in another case', () => {
    const names = operations.map(({ operationId }) => operationId.toLowerCase());
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect(names).toEqual(expect.arrayContaining(['publishevent', 'listevents', 'getevent']));
  });

  test('is in one group, and says what it does and which key it needs', () => {
    for (const { operationId, tags: groups, summary, description } of operations) {
      expect([operationId, groups]).toEqual([operationId, [expect.any(String)]]);
      expect([operationId, document.tags.map(({ name }) => name)]).toEqual([
        operationId,
        expect.arrayContaining([...groups]),
      ]);
      expect([operationId, summary, description]).toEqual([
        operationId,
        expect.any(String),
        expect.stringMatching(/key/),
      ]);
    }
  });

  test("is in the last group if it is there for the original queue's clients, and in no other case", () => {
    expect(document.tags.at(-1)?.name).toBe(ORIGINAL_PATHS);
    for (const { operationId, tags: groups, deprecated = false } of operations) {
      expect([operationId, groups.includes(ORIGINAL_PATHS)]).toEqual([operationId, deprecated]);
    }
  });

  test('has examples that its schemas take', () => {
    const ajv = new Ajv2020({ strict: false, formats: { base64: true } });
    (formats as unknown as (ajv: Ajv2020) => void)(ajv);
    ajv.addSchema(document, 'document');
    const examples = nodes.filter(({ value }) => 'example' in value && 'schema' in value);
    expect(examples.length).toBeGreaterThan(10);
    for (const { pointer, value } of examples) {
      const isValid = ajv.compile({ $ref: `document${pointer}/schema` });
      isValid((value as { readonly example?: unknown }).example);
      expect([pointer, isValid.errors]).toEqual([pointer, null]);
    }
  });
});

test('each group has operations and a description', () => {
  const used = new Set(operations.flatMap((one) => one.tags));
  expect(document.tags.map(({ name }) => name)).toEqual(Object.keys(tags));
  for (const { name, description } of document.tags) {
    expect([name, used.has(name), description]).toEqual([name, true, expect.stringMatching(/\.$/)]);
  }
});

describe('a schema', () => {
  const references = nodes.flatMap(({ pointer, value }) =>
    '$ref' in value ? [{ pointer, name: String(value.$ref).replace('#/components/schemas/', '') }] : [],
  );

  test('that is referred to is there, and each that is there is referred to', () => {
    expect(references.length).toBeGreaterThan(50);
    expect([...new Set(references.map(({ name }) => name))].toSorted()).toEqual(Object.keys(schemas).toSorted());
  });

  test('has a name that a program can use as the name of a type', () => {
    for (const name of Object.keys(schemas)) expect(name).toMatch(/^([A-Z][a-z]+)+$/);
    expect(Object.keys(schemas)).toEqual(
      expect.arrayContaining(['Event', 'NewEvent', 'Attempt', 'Problem', 'EventPage', 'EventStatus']),
    );
  });

  test('with fields has a name: nowhere does an object stand without one', () => {
    const unnamed = nodes.filter(({ value }) => 'properties' in value && value.type === 'object');
    expect(unnamed.map(({ pointer }) => pointer).toSorted()).toEqual(
      unnamed.flatMap(({ value }) => pointerOf(value)).toSorted(),
    );
  });

  test('is copied nowhere', () => {
    const named = new Map(Object.entries(schemas).map(([name, schema]) => [JSON.stringify(schema), name]));
    expect(named.size).toBe(Object.keys(schemas).length);
    const copies = nodes.filter(({ pointer, value }) => {
      const name = named.get(JSON.stringify(value));
      return name !== undefined && pointer !== `#/components/schemas/${name}`;
    });
    expect(copies.map(({ pointer }) => pointer)).toEqual([]);
  });

  test('that is called like another one is refused', () => {
    const one = table.health as Route;
    const answers = { 200: { description: 'Another.', schema: namedObject('Health', { other: z.string() }) } };
    expect(() => openapiDocument({ one, other: { ...one, path: '/other', answers } }, '')).toThrow(/called Health\b/);
  });

  function pointerOf(value: object): string[] {
    return Object.entries(schemas).flatMap(([name, schema]) =>
      schema === value ? [`#/components/schemas/${name}`] : [],
    );
  }
});

test('a route brings the name of its operation, its group and its schemas in its own declaration', () => {
  const schema = namedObject('Weather', { sunny: z.boolean() });
  const weather: Route = {
    method: 'GET',
    path: '/weather',
    function: 'site',
    aliases: [{ path: '/old-weather', operationId: 'getOldWeather' }],
    operationId: 'getWeather',
    tag: 'Operate',
    summary: 'How the weather is',
    takes: 'parameters',
    input: z.strictObject({}),
    answers: { 200: { description: 'The weather.', schema } },
    problems: [],
    example: { answer: { sunny: true } },
  };
  const described = openapiDocument({ ...table, weather }, '') as Document;
  expect(operationsOf(described).filter(({ path }) => path.endsWith('weather'))).toMatchObject([
    { operationId: 'getWeather', tags: ['Operate'] },
    { operationId: 'getOldWeather', tags: [ORIGINAL_PATHS], deprecated: true },
  ]);
  expect(described.components.schemas).toHaveProperty('Weather');
  expect(described.paths['/weather']?.get?.responses[200]?.content['application/json']?.schema).toEqual({
    $ref: '#/components/schemas/Weather',
  });
});

function operationsOf({ paths }: Document) {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, ...operation })),
  );
}

/** Every object of the document with its JSON pointer, except those inside examples. */
function* nodesOf(value: unknown, pointer: string): Generator<{ pointer: string; value: Record<string, unknown> }> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield { pointer, value: value as Record<string, unknown> };
  for (const [name, member] of Object.entries(value)) {
    if (name !== 'example') yield* nodesOf(member, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  }
}

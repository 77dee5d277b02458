import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as z from 'zod';
import { openapiDocument } from '../../api/openapi-document.ts';
import type { Route } from '../../api/route.ts';
import { routes } from '../../api/routes.ts';
import { validate } from '../../api/validate.ts';
import { defaultSettings } from '../../core/settings.ts';
import { apiClient } from '../support/api-client.ts';

const URL = 'https://example.com/hook';
const WORDS_OF_ZOD =
  /expected|received|invalid(?!_answer)|unrecognized|too (big|small)|must (be|have)|[<>]=|pattern|multiple of|NaN/i;
const WORDS_OF_NODE = /unexpected|JSON at position|JSON input|not valid JSON|SyntaxError|token/i;

type Schema = {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly anyOf?: readonly Schema[];
};
type Operation = {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Schema } } };
};

const table = routes(defaultSettings, () => 0);
const { paths, components } = openapiDocument(table, '') as {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};
const operations = Object.values<Route>(table).flatMap(({ method, path, aliases }) =>
  [path, ...aliases.map((alias) => alias.path)].map((one) => ({
    method,
    path: one,
    operation: paths[one]?.[method.toLowerCase()] as Operation,
  })),
);
const withParameters = operations.filter(({ operation }) => operation.requestBody === undefined);
const withBody = operations.filter(({ operation }) => operation.requestBody !== undefined);

const strange = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    0,
    0.5,
    1e9,
    1e300,
    '',
    'x',
    '-1',
    '1.5',
    [],
    {},
    [null],
    [''],
    [[]],
    [1],
    {},
  ),
  fc.constantFrom<unknown>('x'.repeat(3_000), Array(30).fill('x'), { events: 1 }, { a: { b: 1 } }, { toString: 1 }),
  fc.jsonValue(),
);

function fieldsOf({ $ref, properties = {} }: Schema): readonly string[] {
  const name = $ref?.replace('#/components/schemas/', '');
  return name === undefined ? Object.keys(properties) : fieldsOf(components.schemas[name] ?? {});
}

function expectSentences({ detail, errors }: { detail: string; errors?: { path: string; detail: string }[] }): void {
  const details = errors === undefined ? [detail] : errors.map((one) => one.detail);
  for (const one of details) {
    expect(one).toMatch(/^[A-Z].*[.?]$/s);
    expect(one).not.toMatch(WORDS_OF_ZOD);
    expect(one).not.toMatch(WORDS_OF_NODE);
  }
  expect(detail).toMatch(/[.?]$/);
  if (errors === undefined) return;
  const rows = errors.map((one) => (one.path === '' ? one.detail : `${one.path}: ${one.detail}`));
  expect(detail.replace(/ There are \d+ more\.$/, '')).toBe(rows.join(' '));
}

describe('what is wrong with a request is said in sentences', () => {
  test.each(withParameters)('in whatever parameter of $method $path', async ({ method, path, operation }) => {
    const names = (operation.parameters ?? []).filter((one) => one.in === 'query').map(({ name }) => name);
    const name = fc.constantFrom(...names, 'no_such_parameter');
    const value = fc.oneof(fc.string(), fc.constantFrom('', '0', '-1', '1.5', '1e9', '99999999999999', '2030-13-01'));
    const query = fc.array(fc.tuple(name, value), { minLength: 1, maxLength: 4 });
    const { send } = apiClient();
    const property = fc.asyncProperty(query, async (pairs) => {
      const { status, body } = await send({
        method,
        path: path.replace(/\{\w+\}/, 'x'),
        query: `${new URLSearchParams(pairs)}`,
      });
      if (status >= 400) expectSentences(body);
    });
    await fc.assert(property, { numRuns: 60 });
  });

  test.each(withBody)('in whatever field of $method $path', async ({ method, path, operation }) => {
    const { schema } = operation.requestBody?.content['application/json'] ?? {};
    const fields = [schema, ...(schema?.anyOf ?? [])].flatMap((one) => fieldsOf(one ?? {}));
    const event = fc.dictionary(fc.constantFrom(...fields, 'no_such_field'), strange, { maxKeys: 5 });
    const { send } = apiClient();
    const property = fc.asyncProperty(fc.oneof(strange, event), async (input) => {
      const { status, body } = await send({ method, path, body: JSON.stringify(input) });
      if (status >= 400) expectSentences(body);
    });
    await fc.assert(property, { numRuns: 200 });
  });

  test('in whatever field of an event of a batch', async () => {
    const fields = fieldsOf(components.schemas.NewEvent ?? {});
    expect(fields.length).toBeGreaterThan(10);
    const event = fc.dictionary(fc.constantFrom(...fields, 'no_such_field'), strange, { maxKeys: 8 });
    const { send } = apiClient();
    const property = fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 5 }), async (events) => {
      const { body } = await send({ method: 'POST', path: '/events/batch', body: JSON.stringify(events) });
      for (const result of body.results) if (typeof result.status === 'number') expectSentences(result);
    });
    await fc.assert(property, { numRuns: 200 });
  });
});

describe('an event says what its field takes', () => {
  test.each<[field: string, value: unknown, detail: string]>([
    ['url_to_send_request', null, 'Required: the URL to call.'],
    ['url_to_send_request', 5, 'A string with a URL.'],
    ['url_to_send_request', `https://example.com/${'a'.repeat(2_048)}`, 'A URL has at most 2048 characters.'],
    ['call_url_after', -1, 'A number of seconds from 0 to 315532800.'],
    ['call_url_after', '5', 'A number of seconds from 0 to 315532800.'],
    ['method', 'get', 'One of GET, HEAD, POST, PUT, PATCH, DELETE.'],
    ['timeout_for_request', 7, 'A number of seconds from 1 to 6.'],
    ['timeout_for_request', '5', 'A number of seconds from 1 to 6.'],
    ['max_try_count', 1e300, 'A whole number from 1 to 1000.'],
    ['max_try_count', 1.5, 'A whole number from 1 to 1000.'],
    ['retry_backoff', 'linear', 'One of fixed, exponential.'],
    ['event_tags', 'a', 'A list of up to 20 tags.'],
    ['event_tags', Array(21).fill('a'), 'A list of up to 20 tags.'],
    ['deduplication_id', '', 'A string of 1 to 256 characters.'],
    ['body_base64', '*', 'Bytes in base64, as in AAEC/w==, with = at the end where they are needed.'],
    ['body_base64', 5, 'Bytes in base64, as in AAEC/w==, with = at the end where they are needed.'],
  ])('%s: %j', async (field, value, detail) => {
    const { status, body } = await apiClient().publish({ url_to_send_request: URL, [field]: value });
    expect([status, body.errors]).toEqual([422, [{ path: field, detail }]]);
  });

  test('and several stand behind each other', async () => {
    const { body } = await apiClient().publish({
      url_to_send_request: URL,
      event_tags: ['', 'a', 5],
      max_try_count: 0,
    });
    expect(body.detail).toBe(
      'max_try_count: A whole number from 1 to 1000. event_tags.0: A string of 1 to 128 characters. event_tags.2: A string of 1 to 128 characters.',
    );
  });
});

test.each([
  ['{"a":', 'The request is not JSON: it ends too early. Send all of it.'],
  [
    '{"a":\n 1 b}',
    'The request is not JSON: it breaks in line 2 at column 4. Check the quotes, commas and brackets there.',
  ],
  [
    "{'a': 1}",
    'The request is not JSON: it breaks in line 1 at column 2. Check the quotes, commas and brackets there.',
  ],
  ['{"a": secret}', 'The request is not JSON. Check its quotes, commas and brackets.'],
  ['secret (line 7 column 7)', 'The request is not JSON. Check its quotes, commas and brackets.'],
])('a request that is not JSON is told where it breaks, in our own words: %s', async (body, detail) => {
  const answer = await apiClient().send({ method: 'POST', path: '/events', body });
  expect([answer.status, answer.body.detail]).toEqual([400, detail]);
});

test.each<[schema: z.ZodType, value: unknown, detail: string]>([
  [z.number(), 'x', 'A number.'],
  [z.int(), 1.5, 'A whole number.'],
  [z.number().min(1).max(6), 0, 'At least 1.'],
  [z.number().min(1).max(6), 7, 'At most 6.'],
  [z.string().max(2), 'abc', 'At most 2 characters.'],
  [z.array(z.string()).min(1), [], 'At least 1 elements.'],
  [z.array(z.string()), {}, 'A list.'],
  [z.boolean(), 1, 'True or false.'],
  [z.literal('a'), 'b', 'Only a.'],
  [z.date(), 'x', 'A value of another type.'],
  [z.iso.datetime(), 'x', 'A value in another form.'],
  [z.union([z.string(), z.number()]), null, 'A value in another form.'],
  [z.number().multipleOf(2), 3, 'A value in another form.'],
])('a schema without words of its own gets some: %#', (schema, value, detail) => {
  expect(validate(schema, value)).toMatchObject({ detail, errors: [{ path: '', detail }] });
});

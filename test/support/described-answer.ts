import { expect } from '@jest/globals';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { openapiDocument } from '../../api/openapi-document.ts';
import { routes } from '../../api/routes.ts';
import { defaultSettings } from '../../core/settings.ts';

export type AnswerToCheck = {
  readonly method: string;
  /** The path of the request, without a query. */
  readonly path: string;
  readonly status: number;
  readonly contentType: string;
  readonly body: unknown;
};

type Operation = {
  readonly responses: Readonly<
    Record<string, { readonly content: Readonly<Record<string, { readonly schema: object }>> }>
  >;
};
type Document = { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> };

const document = openapiDocument(routes(defaultSettings, Date.now), '') as Document;
const ajv = new Ajv2020({ strict: false, formats: { base64: /^[A-Za-z0-9+/]*={0,2}$/ } });
(formats as unknown as (ajv: Ajv2020) => void)(ajv);
ajv.addSchema(document, 'document');
const compiled = new Map<string, ValidateFunction>();

/**
 * Fails unless the OpenAPI document describes such an answer. A request that is refused before its operation is known
 * must be answered with a problem.
 */
export function expectDescribed({ method, path, status, contentType, body }: AnswerToCheck): void {
  const [described, pointer] = schemaFor(method.toLowerCase(), path, String(status));
  expect([method, path, status, contentType]).toEqual([method, path, status, described]);
  const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `document#${pointer}` });
  compiled.set(pointer, validate);
  validate(body);
  expect([method, path, status, validate.errors]).toEqual([method, path, status, null]);
}

/** The content type that such an answer must have, and the place of its schema in the document. */
function schemaFor(method: string, path: string, status: string): readonly [string, string] {
  const template = templateOf(path);
  const operation = template === undefined ? undefined : document.paths[template]?.[method];
  if (template === undefined || operation === undefined) {
    return ['application/problem+json', pointerOf('components', 'schemas', 'Problem')];
  }
  const [contentType = 'none'] = Object.keys(operation.responses[status]?.content ?? {});
  const pointer = pointerOf('paths', template, method, 'responses', status, 'content', contentType, 'schema');
  return [contentType, pointer];
}

function templateOf(path: string): string | undefined {
  const paths = Object.keys(document.paths).sort((one, other) => one.split('{').length - other.split('{').length);
  return paths.find((template) =>
    new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path),
  );
}

function pointerOf(...steps: readonly string[]): string {
  return steps.map((step) => `/${encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('');
}

import type { Rule } from './rule.ts';

const description = ['test/api/openapi'];

/** Rules of the API's description and of the page that shows it. */
export const documentationRules: readonly Rule[] = [
  {
    name: 'an alias is an operation with a name of its own',
    file: 'api/openapi.ts',
    code: 'operation(route, naming, convert)',
    without: 'operation(route, { ...naming, operationId: route.operationId }, convert)',
    suites: description,
  },
  {
    name: 'an alias is listed apart from its route',
    file: 'api/openapi.ts',
    code: 'tag: ORIGINAL_PATHS, deprecated: true',
    without: 'tag: route.tag, deprecated: true',
    suites: description,
  },
  {
    name: 'a reference leads to a component',
    file: 'api/component-schemas.ts',
    code: `.replaceAll('"$ref":"#/$defs/', '"$ref":"#/components/schemas/')`,
    without: '',
    suites: description,
  },
  {
    name: 'two schemas do not share a name',
    file: 'api/component-schemas.ts',
    code: 'if (JSON.stringify(named[name] ?? component) !== JSON.stringify(component)) {',
    without: 'if (named === undefined) {',
    suites: description,
  },
  {
    name: 'an object schema of the API has a name',
    file: 'api/named-object.ts',
    code: 'z.strictObject(shape).meta({ id: name })',
    without: "name === 'Quantiles' ? z.strictObject(shape) : z.strictObject(shape).meta({ id: name })",
    suites: description,
  },
];

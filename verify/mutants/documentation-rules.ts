import type { Rule } from './rule.ts';

const description = ['test/api/openapi-document'];
const page = ['test/api/pages/site', 'test/local/pages'];
const pageAnswers = ['test/api/pages/page-answer', 'test/local/pages'];

/** The rules of the OpenAPI document and of the page that shows it. */
export const documentationRules: readonly Rule[] = [
  {
    name: 'an alias has an operation id of its own',
    file: 'api/openapi-document.ts',
    code: 'operation(route, naming, convert)',
    without: 'operation(route, { ...naming, operationId: route.operationId }, convert)',
    suites: description,
  },
  {
    name: 'aliases are listed apart from their routes',
    file: 'api/openapi-document.ts',
    code: 'tag: ORIGINAL_PATHS, deprecated: true',
    without: 'tag: route.tag, deprecated: true',
    suites: description,
  },
  {
    name: 'each object schema becomes a component of the document',
    file: 'api/component-schemas.ts',
    code: `.replaceAll('"$ref":"#/$defs/', '"$ref":"#/components/schemas/')`,
    without: '',
    suites: description,
  },
  {
    name: 'two different schemas must not have the same name',
    file: 'api/component-schemas.ts',
    code: 'if (JSON.stringify(named[name] ?? component) !== JSON.stringify(component)) {',
    without: 'if (named === undefined) {',
    suites: description,
  },
  {
    name: 'an object schema without a name is refused',
    file: 'api/named-object.ts',
    code: 'z.strictObject(shape).meta({ id: name })',
    without: "name === 'Quantiles' ? z.strictObject(shape) : z.strictObject(shape).meta({ id: name })",
    suites: description,
  },
  {
    name: 'the deployed page has no key',
    file: 'lambdas/site.ts',
    code: 'openSite()',
    without: "openSite({ key: 'demo' })",
    suites: ['test/lambdas/functions'],
  },
  {
    name: 'the local page has the key of this machine',
    file: 'local/local-queue.ts',
    code: 'key: DEMO_SECRET, ',
    without: '',
    suites: page,
  },
  {
    name: 'an example calls a private address only where that is allowed',
    file: 'local/local-queue.ts',
    code: "privateTargets ? '/echo' : undefined",
    without: "'/echo'",
    suites: page,
  },
  {
    name: 'aliases are folded on the page',
    file: 'api/pages/start.js',
    code: "ui.layoutActions.show(['operations-tag', lastGroup], false)",
    without: 'ui.layoutActions.show([], false)',
    suites: page,
  },
  {
    name: 'the page fills in the key of the event that was published',
    file: 'api/pages/start.js',
    code: 'if (response.status === 201) fillInKey(ui, operations, response.text);',
    without: '',
    suites: page,
  },
  {
    name: 'the page follows the colours of its reader',
    file: 'api/pages/start.js',
    code: "followColorScheme(window.matchMedia('(prefers-color-scheme: dark)'));",
    without: '',
    suites: page,
  },
  {
    name: 'a page that a browser has already is not sent again',
    file: 'api/pages/page-answer.ts',
    code: "if (isKnown(etag, asked['if-none-match'])) return { status: 304, headers, body: NOTHING };",
    without: '',
    suites: pageAnswers,
  },
  {
    name: 'a client that gives gzip a weight of zero gets no gzip',
    file: 'api/pages/page-answer.ts',
    code: ' && !/^q=0(\\.0*)?$/.test(weight)',
    without: " && weight !== 'never'",
    suites: pageAnswers,
  },
  {
    name: 'the bundle of the site function contains the files of the page',
    file: 'lib/event-queue.ts',
    code: 'filesBeside: Object.values(ownFiles)',
    without: 'filesBeside: Object.values(ownFiles).slice(1)',
    suites: ['test/lib/bundles'],
  },
];

import { briefSchema } from '../../api/brief-answer.ts';
import { openapiDocument } from '../../api/openapi-document.ts';
import { problemKinds } from '../../api/problem.ts';
import type { Route } from '../../api/route.ts';
import { routes } from '../../api/routes.ts';
import { defaultSettings } from '../../core/settings.ts';
import type { OpenapiDocument, Operation, Schema } from '../shared/openapi-document.ts';

/** Returns the reference of the API in Markdown. It is made from the routes and the schemas only. */
export function referenceText(): string {
  const table = routes(defaultSettings, () => 0);
  const { paths, components } = openapiDocument(table, '') as OpenapiDocument;
  const operationOf = ({ method, path }: Route) =>
    dereferenced(paths[path]?.[method.toLowerCase()], components.schemas) as Operation;
  const event = operationOf(table.get).responses[200]?.content['application/json']?.schema ?? {};
  return `${[
    INTRODUCTION,
    ...Object.values<Route>(table).map((route) => section(route, operationOf(route))),
    `## An event\n\nEvery field is there in every answer, but for \`requests\` and \`answer_excerpt\` of an attempt; \`null\` where it has no value.\n\n${fieldTable(event, false)}`,
    `Each of its \`attempts\`:\n\n${fieldTable(event.properties?.attempts?.items ?? {}, false)}`,
    `In brief, an event has \`${Object.keys(briefSchema.shape).join('`, `')}\` and nothing else: its contents need the scope \`read\`. A new event is answered whole to its publisher.`,
    `## Problems\n\nA refusal is \`application/problem+json\`: \`type\`, \`title\`, \`status\`, \`detail\`, which says what to do, and for fields that are not valid \`errors\` with the \`path\` and \`detail\` of each.\n\n${problemTable()}\n\n${OF_THE_GATEWAY}`,
  ].join('\n\n')}\n`;
}

/** The names that the reference gives to components whose fields it does not list. */
const TITLES: Readonly<Record<string, string>> = {
  BriefEvent: 'event in brief',
  BriefBatchResult: 'event in brief',
  EventWithoutBodies: 'event without bodies and attempts',
};

/** Returns a part of the document in which each reference to a component is replaced by the component. */
function dereferenced(part: unknown, components: OpenapiDocument['components']['schemas']): unknown {
  return JSON.parse(JSON.stringify(part), (_, value) => {
    const name = /^#\/components\/schemas\/(.*)$/.exec(value?.$ref ?? '')?.[1];
    if (name === undefined) return value;
    const { $ref, ...beside } = value;
    const title = TITLES[name];
    return { ...(title && { title }), ...(dereferenced(components[name], components) as object), ...beside };
  });
}

const INTRODUCTION = `# Reference

Made from the routes and schemas by \`npm run reference\`. A key goes in the header \`x-api-key\`, in \`Authorization: Bearer\`, or, for
the original queue's clients, in the query parameter \`password\`. Durations are seconds, instants are UTC. HEAD is answered wherever GET is.`;

const OF_THE_GATEWAY = `In the cloud, API Gateway itself has some of its own, JSON with \`message\` alone: 429 above \`throttling\`, after which to wait and send again; 413
above 10 MiB; 500 or 503 when it gets no answer or all executions of Lambda are at work. Then whether the request was carried out is unknown: publish again with the same
\`deduplication_id\`.`;

function section(route: Route, operation: Operation): string {
  const { method, path, aliases, scope, summary, example, deprecated } = route;
  const also = aliases.length > 0 ? ` Also ${aliases.map(aliasText).join(', ')}.` : '';
  const key = scope === undefined ? 'No key is needed.' : scope === 'any' ? 'For every key.' : `Scope: \`${scope}\`.`;
  const old = deprecated ? " For the original queue's clients." : '';
  return [
    `## ${method} ${path}`,
    `${summary}. ${key}${also}${old}`,
    ...inputOf(operation),
    ...(example.input === undefined || method === 'GET' || path.includes('{') ? [] : [json(example.input)]),
    answersOf(operation),
    ...fieldsAnswered(operation),
  ].join('\n\n');
}

function aliasText({ path, parameters = {} }: Route['aliases'][number]): string {
  const renamed = Object.entries(parameters).map(([alias, name]) => `, where \`${name}\` is \`${alias}\``);
  return `\`${path}\`${renamed.join('')}`;
}

/**
 * Returns the tables of the fields of an answer and of the objects in its lists, or nothing if the answer is an event.
 */
function fieldsAnswered({ responses }: Operation): string[] {
  const schema = responses[200]?.content['application/json']?.schema;
  const fields = Object.entries(schema?.properties ?? {});
  if (schema === undefined || isEvent(schema) || fields.length === 0) return [];
  const listed = fields.flatMap(([name, { items }]) =>
    items?.properties === undefined || isEvent(items) ? [] : [`Each of its \`${name}\`:`, fieldTable(items, false)],
  );
  return ['Its fields:', fieldTable(schema, false), ...listed];
}

function isEvent({ properties = {} }: Schema): boolean {
  return 'url_to_send_request' in properties;
}

function inputOf({ parameters = [], requestBody }: Operation): string[] {
  const rows = parameters.map(({ name, in: place, required, description = '', schema }) =>
    row(
      `\`${name}\``,
      place,
      typeOf(schema),
      required ? 'required' : defaultOf(schema),
      description || (schema.description ?? ''),
    ),
  );
  const body = requestBody?.content['application/json'].schema;
  const fields = body === undefined ? '' : fieldTable(body.anyOf?.[0] ?? body, true);
  return [
    ...(rows.length > 0 ? [[row('parameter', 'in', '', 'default', ''), rule(5), ...rows].join('\n')] : []),
    ...(fields === '' ? [] : [fields]),
  ];
}

/** Returns the table of the fields of an object. Only the fields of a request have a column for their defaults. */
function fieldTable({ properties = {}, required = [] }: Schema, isSent: boolean): string {
  const rows = Object.entries(properties).map(([name, schema]) => {
    const description = isSent && name === 'events' ? 'Events, each as in POST /events.' : (schema.description ?? '');
    const fallback = required.includes(name) ? 'required' : defaultOf(schema);
    return isSent
      ? row(`\`${name}\``, typeOf(schema), fallback, description)
      : row(`\`${name}\``, typeOf(schema), description);
  });
  const heads = isSent ? [row('field', '', 'default', ''), rule(4)] : [row('field', '', ''), rule(3)];
  return rows.length === 0 ? '' : [...heads, ...rows].join('\n');
}

function answersOf({ responses }: Operation): string {
  const rows = Object.entries(responses).map(([status, { description }]) => row(status, description));
  return [row('answer', ''), rule(2), ...rows].join('\n');
}

function problemTable(): string {
  const rows = Object.entries(problemKinds).map(([kind, { status, title }]) =>
    row(`\`urn:event-queue:${kind}\``, String(status), title),
  );
  return [row('type', 'status', 'title'), rule(3), ...rows].join('\n');
}

function typeOf(schema: Schema): string {
  if (schema.title !== undefined) return schema.title;
  if (isEvent(schema)) return 'event';
  if (schema.enum !== undefined) return schema.enum.map((one) => `\`${one}\``).join(', ');
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (schema.properties !== undefined)
    return `object of ${Object.keys(schema.properties)
      .map((name) => `\`${name}\``)
      .join(', ')}`;
  if (schema.anyOf !== undefined && !Array.isArray(schema.type))
    return [...new Set(schema.anyOf.map(typeOf))].filter((type) => type !== '').join(' or ');
  if (schema.type === 'array')
    return `list of ${typeOf(schema.items ?? {}) || 'values'}${lengthOf(schema.minItems, schema.maxItems)}`;
  if (schema.type === undefined) return 'any value';
  const name = schema.format ?? [schema.type].flat().join(' or ');
  return `${name}${boundsOf(schema)}${lengthOf(schema.minLength, schema.maxLength)}`;
}

/** Returns the bounds of a number, and leaves out those that are only the limits of safe integers. */
function boundsOf({ minimum, maximum }: Schema): string {
  const least = minimum === undefined || minimum <= Number.MIN_SAFE_INTEGER ? undefined : minimum;
  const most = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? undefined : maximum;
  return spanOf(least, most, '');
}

function lengthOf(least: number | undefined, most: number | undefined): string {
  return spanOf(least, most, ' long');
}

function spanOf(least: number | undefined, most: number | undefined, unit: string): string {
  const [from, to] = [least, most].map((bound) => bound?.toLocaleString('en'));
  if (from !== undefined && to !== undefined) return `, ${from} to ${to}${unit}`;
  if (from !== undefined) return `, at least ${from}${unit}`;
  return to === undefined ? '' : `, at most ${to}${unit}`;
}

function defaultOf({ default: fallback }: Schema): string {
  return fallback === undefined ? '' : `\`${JSON.stringify(fallback)}\``;
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
}

function rule(columns: number): string {
  return `|${' --- |'.repeat(columns)}`;
}

function json(value: unknown): string {
  return `\`\`\`json\n${JSON.stringify(value, undefined, 2)}\n\`\`\``;
}

import { openapiDocument } from '../../api/openapi-document.ts';
import { routes } from '../../api/routes.ts';
import { defaultSettings } from '../../core/settings.ts';
import type { OpenapiDocument, Operation, Schema } from '../shared/openapi-document.ts';

/** The components that clients send, and those that they are answered. Components that these need come with them. */
const SENT = ['NewEvent', 'EventsToCancel', 'EventsToRetry', 'NewSchedule', 'ScheduleTiming'];
const ANSWERED = [
  'Event',
  'BriefEvent',
  'EventPage',
  'EventCount',
  'BulkResult',
  'Statistics',
  'Pause',
  'Problem',
  'BriefSchedule',
  'SchedulePage',
  'SchedulePreview',
  'DeletedSchedule',
];
/** The operations whose query parameters become types. */
const ASKED = ['listEvents', 'countEvents', 'getStatistics', 'listSchedules', 'listScheduleRuns'];

/** The components that have another name in TypeScript: every page and every Node has an `Event` already. */
const RENAMED: Readonly<Record<string, string>> = { Event: 'QueueEvent' };

const WIDTH = 120;

const HEADER = `// Made from the routes and schemas of the API by \`npm run client-types\`. Change those, and run it again.
`;

/** Returns the types of the client, as TypeScript. They are made from the routes and the schemas only. */
export function clientTypesText(): string {
  const { paths, components } = openapiDocument(
    routes(defaultSettings, () => 0),
    '',
  ) as OpenapiDocument;
  const operations = Object.values(paths).flatMap((path) => Object.values(path));
  const texts = new Map<string, string>();

  function add(name: string, schema: Schema | undefined, isSent: boolean): void {
    if (schema === undefined) throw new Error(`The OpenAPI document has no ${name}.`);
    const typeName = typeNameOf(name);
    if (texts.has(typeName)) return;
    texts.set(typeName, '');
    texts.set(typeName, declaration(typeName, withDescriptions(schema, components.schemas), isSent));
    for (const needed of componentsIn(schema)) add(needed, components.schemas[needed], isSent);
  }

  for (const name of SENT) add(name, components.schemas[name], true);
  for (const id of ASKED) {
    const operation = operations.find(({ operationId }) => operationId === id);
    add(`${id.charAt(0).toUpperCase()}${id.slice(1)}Parameters`, operation && parametersOf(operation), true);
  }
  for (const name of ANSWERED) add(name, components.schemas[name], false);
  return [HEADER, ...[...texts].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, text]) => text)].join('\n');
}

function parametersOf({ parameters = [] }: Operation): Schema {
  return {
    properties: Object.fromEntries(
      parameters
        .filter((one) => one.in === 'query')
        .map(({ name, description, schema }) => [
          name,
          { ...schema, description: description || (schema.description ?? '') },
        ]),
    ),
  };
}

/** Gives each field that is a component and has no description the one of the component. */
function withDescriptions(schema: Schema, components: OpenapiDocument['components']['schemas']): Schema {
  if (schema.properties === undefined) return schema;
  const fields = Object.entries(schema.properties).map(([name, field]) => {
    const description = field.description ?? components[componentsIn(field)[0] ?? '']?.description;
    return [name, { ...field, ...(description !== undefined && { description }) }] as const;
  });
  return { ...schema, properties: Object.fromEntries(fields) };
}

function typeNameOf(component: string): string {
  return RENAMED[component] ?? component;
}

function componentsIn(schema: Schema): readonly string[] {
  return [...JSON.stringify(schema).matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name = '']) => name);
}

function declaration(name: string, schema: Schema, isSent: boolean): string {
  if (schema.properties === undefined) return broken(`export type ${name} =`, typeOf(schema, isSent));
  const fields = Object.entries(schema.properties).map(([field, one]) => {
    if (!one.description) throw new Error(`The field ${field} of ${name} has no description in its schema.`);
    const isOptional = !schema.required?.includes(field);
    // An optional field may also be undefined, whatever the settings of the user's compiler are.
    const type = typeOf(one, isSent).concat(isOptional ? ['undefined'] : []);
    const known = type.includes('unknown') ? ['unknown'] : type;
    return `${comment(one)}${broken(`  readonly ${field}${isOptional ? '?' : ''}:`, known)}`;
  });
  return `export interface ${name} {\n${fields.join('')}}\n`;
}

function comment(schema: Schema): string {
  const about = [schema.description, boundsOf(schema)].filter((text) => text !== undefined).join(' ');
  const fallback = schema.default === undefined ? [] : [`@default ${JSON.stringify(schema.default)}`];
  const lines = wrapped(about, WIDTH - '   * '.length);
  const isShort = lines.length === 1 && fallback.length === 0 && `  /** ${about} */`.length <= WIDTH;
  if (isShort) return `  /** ${about} */\n`;
  const all = [...lines, ...(fallback.length === 0 ? [] : ['', ...fallback])];
  return `  /**\n${all.map((line) => `   * ${line}`.trimEnd()).join('\n')}\n   */\n`;
}

/** The bounds of a number as a sentence, without those that are only the limits of safe integers. */
function boundsOf(schema: Schema): string | undefined {
  const { minimum: least, maximum: most } = schema.anyOf?.find(({ minimum }) => minimum !== undefined) ?? schema;
  if (least === undefined || most === undefined || most >= Number.MAX_SAFE_INTEGER) return undefined;
  return `From ${least.toLocaleString('en')} to ${most.toLocaleString('en')}.`;
}

function wrapped(text: string, width: number): readonly string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}

/** Writes a union behind its name, one member a line if it is too long for one. */
function broken(start: string, members: readonly string[]): string {
  const unique = [...new Set(members)];
  const line = `${start} ${unique.join(' | ')};`;
  if (line.length <= WIDTH) return `${line}\n`;
  const indent = /^ */.exec(start)?.[0] ?? '';
  return `${start}\n${unique.map((member) => `${indent}  | ${member}`).join('\n')};\n`;
}

/** The members of the union that a schema is in TypeScript. */
function typeOf(schema: Schema, isSent: boolean): readonly string[] {
  const { $ref, anyOf, enum: values, const: only, type, format, items, additionalProperties } = schema;
  if ($ref !== undefined) return [typeNameOf($ref.split('/').at(-1) ?? '')];
  if (values !== undefined) return values.map(literal);
  if (only !== undefined) return [literal(only)];
  if (anyOf !== undefined) return anyOf.flatMap((one) => typeOf(one, isSent));
  if (Array.isArray(type)) return type.flatMap((one) => typeOf({ ...schema, type: one }, isSent));
  if (type === 'array') return [listOf(typeOf(items ?? {}, isSent))];
  if (type === 'object' && typeof additionalProperties === 'object') {
    return [`Readonly<Record<string, ${typeOf(additionalProperties, isSent).join(' | ')}>>`];
  }
  // JSON writes a Date as its instant in ISO 8601.
  if (format === 'date-time' && isSent) return ['string', 'Date'];
  const names: Readonly<Record<string, string>> = { integer: 'number', object: 'object' };
  return [type === undefined ? 'unknown' : (names[String(type)] ?? String(type))];
}

function listOf(members: readonly string[]): string {
  const member = members.join(' | ');
  return members.length > 1 ? `readonly (${member})[]` : `readonly ${member}[]`;
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}

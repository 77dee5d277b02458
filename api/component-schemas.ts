import * as z from 'zod';

export type JsonSchema = {
  readonly $ref?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
};

/**
 * Converts zod schemas into JSON Schema for one OpenAPI document. A schema with an `id` in its metadata becomes a
 * component of that name, and everything that uses the schema refers to the component. Throws if two different schemas
 * have the same `id`.
 */
export function componentSchemas() {
  const named: Record<string, JsonSchema> = {};

  function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const { $schema, $defs = {}, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
    for (const [name, definition] of Object.entries($defs)) {
      const component = withComponentReferences(definition);
      if (JSON.stringify(named[name] ?? component) !== JSON.stringify(component)) {
        throw new Error(`Two different schemas are called ${name}. Give one of them another id.`);
      }
      named[name] = component;
    }
    return withComponentReferences(rest);
  }

  return { named, jsonSchema };
}

function withComponentReferences(schema: object): JsonSchema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/$defs/', '"$ref":"#/components/schemas/'));
}

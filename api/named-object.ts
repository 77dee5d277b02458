import * as z from 'zod';

/**
 * A strict object schema with a name: the OpenAPI document has it as a component, so that whatever is generated from there has a type of
 * this name.
 */
export function namedObject<Shape extends z.core.$ZodLooseShape>(name: string, shape: Shape) {
  return z.strictObject(shape).meta({ id: name });
}

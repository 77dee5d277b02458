import * as z from 'zod';

/**
 * Makes a strict object schema with a name. The OpenAPI document has a component of this name, so that code which is
 * generated from the document has a type of this name.
 */
export function namedObject<Shape extends z.core.$ZodLooseShape>(name: string, shape: Shape) {
  return z.strictObject(shape).meta({ id: name });
}

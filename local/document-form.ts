import { attributesOf, itemOf } from './attribute-values.ts';

export type Fields = Readonly<Record<string, unknown>>;

type Documents = Readonly<Record<string, object>>;

/** An operation's input as DynamoDB takes it, from one with plain documents. */
export function wireForm(input: Fields): Fields {
  return changed(input, attributesOf as Change);
}

/** An operation's output with plain documents, from what DynamoDB answers. */
export function documentsIn(output: Fields): Fields {
  return changed(output, itemOf as Change);
}

type Change = (document: object) => object;

/** Changes the documents in the places where the operations have them. */
function changed(fields: Fields, change: Change): Fields {
  const result: Record<string, unknown> = { ...fields };
  for (const [name, value] of Object.entries(fields)) {
    const place = places[name];
    if (place !== undefined && value !== undefined) result[name] = place(value, change);
  }
  return result;
}

const one = (document: unknown, change: Change) => change(document as object);
const many = (documents: unknown, change: Change) => (documents as object[]).map(change);
const byTable = (of: (value: unknown, change: Change) => unknown) => (tables: unknown, change: Change) =>
  Object.fromEntries(Object.entries(tables as Documents).map(([table, value]) => [table, of(value, change)]));

const places: Readonly<Record<string, (value: unknown, change: Change) => unknown>> = {
  Item: one,
  Key: one,
  Attributes: one,
  ExpressionAttributeValues: one,
  ExclusiveStartKey: one,
  LastEvaluatedKey: one,
  Items: many,
  Responses: byTable(many),
  RequestItems: byTable(requests),
  UnprocessedItems: byTable(requests),
  UnprocessedKeys: byTable(requests),
};

/** Of a batch: the puts of a table, or the keys that are wanted of it. */
function requests(value: unknown, change: Change): unknown {
  if (!Array.isArray(value)) return { ...(value as object), Keys: many((value as Fields).Keys, change) };
  return value.map(({ PutRequest }) => ({ PutRequest: { Item: change(PutRequest.Item) } }));
}

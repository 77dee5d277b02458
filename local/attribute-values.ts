/** A value as DynamoDB writes it in JSON: under the name of its type. */
type AttributeValue = Readonly<Record<string, unknown>>;
type Attributes = Readonly<Record<string, AttributeValue>>;

/** The attributes of an item, or the values of an expression; what is undefined is left out. */
export function attributesOf(item: object): Attributes {
  const attributes: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(item)) if (value !== undefined) attributes[name] = attributeOf(value);
  return attributes;
}

export function itemOf(attributes: Attributes): Record<string, unknown> {
  const item: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(attributes)) item[name] = plainValue(value);
  return item;
}

function attributeOf(value: unknown): AttributeValue {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (value === null) return { NULL: true };
  if (value instanceof Uint8Array) return { B: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return { L: value.map(attributeOf) };
  return { M: attributesOf(value as object) };
}

function plainValue(attribute: AttributeValue): unknown {
  const [[type, value] = []] = Object.entries(attribute);
  switch (type) {
    case 'N':
      return Number(value);
    case 'B':
      return new Uint8Array(Buffer.from(value as string, 'base64'));
    case 'L':
      return (value as AttributeValue[]).map(plainValue);
    case 'M':
      return itemOf(value as Attributes);
    case 'NULL':
      return null;
    default:
      return value;
  }
}

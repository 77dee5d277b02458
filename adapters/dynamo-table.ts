import { randomUUID } from 'node:crypto';
import { ConditionalCheckFailedException, type CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  type DynamoDBDocumentClient,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { coalesce } from './coalesce.ts';
import type { Condition, Item, ItemKey, Range, Table } from './table.ts';

/** `MOST_WRITES` puts, and `MOST_READS` gets, are the most that DynamoDB accepts in one batch. */
const MOST_WRITES = 25;
const MOST_READS = 100;

/** The schema that a table must be created with. */
export const tableSchema: Pick<CreateTableCommandInput, 'BillingMode' | 'AttributeDefinitions' | 'KeySchema'> = {
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
  ],
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
};

/** The part of the AWS SDK's document client that the table uses. It takes and returns items as plain objects. */
export type DocumentClient = Pick<DynamoDBDocumentClient, 'send'>;

/**
 * A table in DynamoDB. Puts and gets of the same moment share a batch. A conditional put is sent alone, because a batch
 * has no conditions, and stores a random id in the attribute `write`. If its answer is lost, or a repeated request
 * meets the item that the first one has put, the id in the item shows whether this put has succeeded.
 */
export function dynamoTable(client: DocumentClient, tableName: string): Table {
  const put = batchedPuts(client, tableName);
  const getWhole = batchedGets(client, tableName);

  async function get(key: ItemKey): Promise<Item | undefined> {
    const found = await getWhole(key);
    if (found === undefined) return undefined;
    const { write, ...item } = found;
    return item;
  }

  async function putIf(item: Item, condition: Condition): Promise<boolean> {
    const write = randomUUID();
    const command = new PutCommand({ TableName: tableName, Item: { ...item, write }, ...expressionOf(condition) });
    try {
      await client.send(command);
      return true;
    } catch (error) {
      if ((await getWhole(item))?.write === write) return true;
      return refused(error);
    }
  }

  async function remove({ pk, sk }: ItemKey): Promise<void> {
    await client.send(new DeleteCommand({ TableName: tableName, Key: { pk, sk } }));
  }

  async function setExpiry({ pk, sk }: ItemKey, expiresAt: number): Promise<void> {
    const command = new UpdateCommand({
      TableName: tableName,
      Key: { pk, sk },
      UpdateExpression: 'SET expires_at = :expiresAt',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: { ':expiresAt': expiresAt },
    });
    await client.send(command).catch(refused);
  }

  async function query({ pk, from, to, attributes, limit, ascending = false }: Range) {
    const names = Object.fromEntries(attributes.map((attribute) => [`#${attribute}`, attribute]));
    const command = new QueryCommand({
      TableName: tableName,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :low AND :high',
      ProjectionExpression: Object.keys(names).join(', '),
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: { ':pk': pk, ':low': ascending ? from : to, ':high': ascending ? to : from },
      ConsistentRead: true,
      ScanIndexForward: ascending,
      Limit: limit,
    });
    const { Items = [], LastEvaluatedKey } = await client.send(command);
    return { items: Items as Item[], isLast: LastEvaluatedKey === undefined };
  }

  return { put, putIf, get, remove, setExpiry, query };
}

/** Translates a condition into an expression of DynamoDB. */
function expressionOf(condition: Condition) {
  const names: Record<string, string> = {};
  const values: Record<string, string | number> = {};

  function compared(attribute: string, operator: string, value: string | number): string {
    const number = Object.keys(values).length;
    names[`#a${number}`] = attribute;
    values[`:v${number}`] = value;
    return `#a${number} ${operator} :v${number}`;
  }

  const alternatives = condition.map((alternative) => {
    if (alternative.kind === 'absent') return 'attribute_not_exists(pk)';
    if (alternative.kind === 'at most') return compared(alternative.attribute, '<=', alternative.value);
    const equal = Object.entries(alternative.attributes).map(([name, value]) => compared(name, '=', value));
    return `(${equal.join(' AND ')})`;
  });
  const hasValues = Object.keys(values).length > 0;
  return {
    ConditionExpression: alternatives.join(' OR '),
    ...(hasValues && { ExpressionAttributeNames: names, ExpressionAttributeValues: values }),
  };
}

function batchedPuts(client: DocumentClient, tableName: string): Table['put'] {
  return coalesce<Item, void>({
    most: MOST_WRITES,
    keyOf: textOf,
    async run(items) {
      const requests = items.map((Item) => ({ PutRequest: { Item } }));
      const { UnprocessedItems } = await client.send(
        new BatchWriteCommand({ RequestItems: { [tableName]: requests } }),
      );
      const undone = (UnprocessedItems?.[tableName] ?? []).map(({ PutRequest }) => textOf(PutRequest?.Item as Item));
      const done = items.map(textOf).filter((key) => !undone.includes(key));
      return new Map(done.map((key) => [key, undefined]));
    },
  });
}

function batchedGets(client: DocumentClient, tableName: string): Table['get'] {
  return coalesce<ItemKey, Item | undefined>({
    most: MOST_READS,
    keyOf: textOf,
    async run(keys) {
      const Keys = keys.map(({ pk, sk }) => ({ pk, sk }));
      const request = { [tableName]: { Keys, ConsistentRead: true } };
      const { Responses, UnprocessedKeys } = await client.send(new BatchGetCommand({ RequestItems: request }));
      const undone = (UnprocessedKeys?.[tableName]?.Keys ?? []).map((key) => textOf(key as ItemKey));
      const found = new Map((Responses?.[tableName] as Item[] | undefined)?.map((item) => [textOf(item), item]));
      const done = keys.map(textOf).filter((key) => !undone.includes(key));
      return new Map(done.map((key) => [key, found.get(key)]));
    },
  });
}

/** Returns false if the condition of a write did not hold. Every other error is thrown. */
function refused(error: unknown): false {
  if (error instanceof ConditionalCheckFailedException) return false;
  throw error;
}

function textOf({ pk, sk }: ItemKey): string {
  return `${pk}\n${sk}`;
}

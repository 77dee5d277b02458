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

/** AWS's own bounds. */
const MOST_WRITES = 25;
const MOST_READS = 100;

/** What a table must be created with. */
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

export type ItemKey = { readonly pk: string; readonly sk: string };
export type Item = ItemKey & Readonly<Record<string, unknown>>;

export type Condition = {
  readonly expression: string;
  readonly names?: Record<string, string>;
  readonly values?: Record<string, unknown>;
};

/** The one table: puts and gets of the same moment share a batch; conditional puts go alone, because a batch has no conditions. */
export type DynamoTable = {
  put(item: Item): Promise<void>;
  /**
   * Answers whether the condition held, and so whether the item was put. Each such item carries a `write` of its own: where the
   * answer got lost, or a repeated request met what the first had put, reading it tells whose it is.
   */
  putIf(item: Item, condition: Condition): Promise<boolean>;
  /** Strongly consistent. */
  get(key: ItemKey): Promise<Item | undefined>;
  remove(key: ItemKey): Promise<void>;
  /** Sets one attribute of an item, if there is one. */
  set(key: ItemKey, attribute: string, value: unknown): Promise<void>;
  /** A page of a partition, largest sort key first unless ascending, strongly consistent: those attributes of the items from one sort key to another. */
  query(query: Range): Promise<{ readonly items: readonly Item[]; readonly isLast: boolean }>;
};

type Range = {
  readonly pk: string;
  readonly from: string;
  readonly to: string;
  readonly attributes: readonly string[];
  readonly limit: number;
  readonly ascending?: boolean;
};

/** What is asked of a client: plain documents go in and come out. */
export type DocumentClient = Pick<DynamoDBDocumentClient, 'send'>;

export function dynamoTable(client: DocumentClient, tableName: string): DynamoTable {
  const put = batchedPuts(client, tableName);
  const get = batchedGets(client, tableName);

  async function putIf(item: Item, { expression, names, values }: Condition): Promise<boolean> {
    const write = randomUUID();
    const command = new PutCommand({
      TableName: tableName,
      Item: { ...item, write },
      ConditionExpression: expression,
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: values,
    });
    try {
      await client.send(command);
      return true;
    } catch (error) {
      if ((await get(item))?.write === write) return true;
      return refused(error);
    }
  }

  async function remove({ pk, sk }: ItemKey): Promise<void> {
    await client.send(new DeleteCommand({ TableName: tableName, Key: { pk, sk } }));
  }

  async function set({ pk, sk }: ItemKey, attribute: string, value: unknown): Promise<void> {
    const command = new UpdateCommand({
      TableName: tableName,
      Key: { pk, sk },
      UpdateExpression: 'SET #attribute = :value',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeNames: { '#attribute': attribute },
      ExpressionAttributeValues: { ':value': value },
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

  return { put, putIf, get, remove, set, query };
}

function batchedPuts(client: DocumentClient, tableName: string): DynamoTable['put'] {
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

function batchedGets(client: DocumentClient, tableName: string): DynamoTable['get'] {
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

/** A condition that does not hold is an answer; all else is an error. */
function refused(error: unknown): false {
  if (error instanceof ConditionalCheckFailedException) return false;
  throw error;
}

function textOf({ pk, sk }: ItemKey): string {
  return `${pk}\n${sk}`;
}

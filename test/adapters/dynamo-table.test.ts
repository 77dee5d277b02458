import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, BatchWriteCommand, DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { dynamoTable } from '../../adapters/dynamo-table.ts';

const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'local' }));
const aws = mockClient(client);
const table = dynamoTable(client, 'events');

const a = { pk: 'a', sk: '1', format: 1 };
const b = { pk: 'b', sk: '1', format: 1 };
const c = { pk: 'c', sk: '1', format: 1 };
const refusal = new ConditionalCheckFailedException({ message: 'The condition was not met.', $metadata: {} });
const breakdown = new Error('ECONNRESET');

beforeEach(() => {
  jest.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
  jest.restoreAllMocks();
  aws.reset();
});

describe('puts', () => {
  test('of the same moment go out in batches of 25', async () => {
    aws.on(BatchWriteCommand).resolves({});
    await Promise.all(Array.from({ length: 60 }, (_, n) => table.put({ pk: `${n}`, sk: '1' })));
    expect(putItems().map((items) => items?.length)).toEqual([25, 25, 10]);
  });

  test('that DynamoDB left unprocessed are sent again, and only those', async () => {
    aws
      .on(BatchWriteCommand)
      .resolvesOnce({ UnprocessedItems: { events: [putOf(b), putOf(c)] } })
      .resolvesOnce({ UnprocessedItems: { events: [putOf(c)] } })
      .resolves({ UnprocessedItems: {} });
    await Promise.all([a, b, c].map(table.put));
    expect(putItems()).toEqual([[a, b, c], [b, c], [c]]);
  });

  test('reject if DynamoDB fails', async () => {
    aws.on(BatchWriteCommand).rejects(breakdown);
    await expect(table.put(a)).rejects.toBe(breakdown);
  });

  test('reject if DynamoDB never takes them', async () => {
    aws.on(BatchWriteCommand).resolves({ UnprocessedItems: { events: [putOf(a)] } });
    await expect(table.put(a)).rejects.toThrow('1 items were left unprocessed 8 times.');
    expect(aws.calls()).toHaveLength(8);
  });
});

describe('gets', () => {
  test('of the same moment are one strongly consistent read of 100 keys at most', async () => {
    aws.on(BatchGetCommand).resolves({});
    await Promise.all(Array.from({ length: 120 }, (_, n) => table.get({ pk: `${n}`, sk: '1' })));
    expect(reads().map((read) => [read?.Keys?.length, read?.ConsistentRead])).toEqual([
      [100, true],
      [20, true],
    ]);
  });

  test('answer each caller with its item, in whatever order items come back, and with undefined if there is none', async () => {
    aws.on(BatchGetCommand).resolves({ Responses: { events: [c, a] } });
    expect(await Promise.all([a, b, c].map(keyOf).map(table.get))).toEqual([a, undefined, c]);
  });

  test('that DynamoDB left unprocessed are asked for again, and only those', async () => {
    aws
      .on(BatchGetCommand)
      .resolvesOnce({ Responses: { events: [a] }, UnprocessedKeys: { events: { Keys: [keyOf(b), keyOf(c)] } } })
      .resolvesOnce({ Responses: { events: [b] }, UnprocessedKeys: { events: { Keys: [keyOf(c)] } } })
      .resolves({ Responses: { events: [] }, UnprocessedKeys: {} });
    expect(await Promise.all([a, b, c].map(keyOf).map(table.get))).toEqual([a, b, undefined]);
    expect(reads().map((read) => read?.Keys)).toEqual([[a, b, c].map(keyOf), [b, c].map(keyOf), [keyOf(c)]]);
    expect(reads().every((read) => read?.ConsistentRead)).toBe(true);
  });

  test('ask for the key of an item alone', async () => {
    aws.on(BatchGetCommand).resolves({ Responses: { events: [a] } });
    await table.get(a);
    expect(reads()[0]?.Keys).toEqual([{ pk: 'a', sk: '1' }]);
  });

  test('reject if DynamoDB fails', async () => {
    aws.on(BatchGetCommand).rejects(breakdown);
    await expect(table.get(a)).rejects.toBe(breakdown);
  });
});

describe('conditional puts', () => {
  const condition = [{ kind: 'equal', attributes: { version: 1 } }] as const;

  test('go alone, each at once, beside the batch of their moment', async () => {
    aws.on(BatchWriteCommand).resolves({});
    aws.on(PutCommand).resolves({});
    const verdicts = await Promise.all([table.put(a), table.putIf(b, condition), table.putIf(c, condition)]);
    expect(verdicts).toEqual([undefined, true, true]);
    expect(putItems()).toEqual([[a]]);
    expect(conditionalPuts()).toEqual(
      [b, c].map((item) => ({
        TableName: 'events',
        Item: { ...item, write: expect.any(String) },
        ConditionExpression: '(#a0 = :v0)',
        ExpressionAttributeNames: { '#a0': 'version' },
        ExpressionAttributeValues: { ':v0': 1 },
      })),
    );
    expect(new Set(conditionalPuts().map(({ Item }) => Item?.write)).size).toBe(2);
  });

  test('answer false if the condition does not hold', async () => {
    aws.on(PutCommand).rejects(refusal);
    aws.on(BatchGetCommand).resolves({ Responses: { events: [{ ...a, write: 'of another' }] } });
    expect(await table.putIf(a, condition)).toBe(false);
  });

  test.each([
    ['a repetition of the request was refused', refusal],
    ['the answer was lost', breakdown],
  ])('answer true if the item stands there although %s', async (_, error) => {
    aws.on(PutCommand).rejects(error);
    aws.on(BatchGetCommand).callsFake(() => ({ Responses: { events: [conditionalPuts()[0]?.Item] } }));
    expect(await table.putIf(a, condition)).toBe(true);
  });

  test('reject if DynamoDB fails otherwise', async () => {
    aws.on(PutCommand).rejects(breakdown);
    aws.on(BatchGetCommand).resolves({ Responses: { events: [a] } });
    await expect(table.putIf(a, condition)).rejects.toBe(breakdown);
  });

  test('reject if a refused put cannot be distinguished from the put of the caller', async () => {
    aws.on(PutCommand).rejects(refusal);
    aws.on(BatchGetCommand).rejects(breakdown);
    await expect(table.putIf(a, condition)).rejects.toBe(breakdown);
  });
});

type Stored = { readonly pk: string; readonly sk: string };

function keyOf({ pk, sk }: Stored): Stored {
  return { pk, sk };
}

function putOf(Item: Stored) {
  return { PutRequest: { Item } };
}

/** The items of every batch that was written. */
function putItems() {
  const calls = aws.commandCalls(BatchWriteCommand);
  return calls.map(({ args }) => args[0].input.RequestItems?.events?.map(({ PutRequest }) => PutRequest?.Item));
}

/** The keys that every batch asked for. */
function reads() {
  return aws.commandCalls(BatchGetCommand).map(({ args }) => args[0].input.RequestItems?.events);
}

function conditionalPuts() {
  return aws.commandCalls(PutCommand).map(({ args }) => args[0].input);
}

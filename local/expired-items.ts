import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { DocumentClient } from '../adapters/dynamo-table.ts';

const PAGE = 100;

type Found = { readonly pk: string; readonly sk: string; readonly expires_at?: number };

/**
 * Deletes what has expired, as DynamoDB does by itself and the embedded database does not: a page a step, going round the
 * table, and on to the next page at once while most of it has expired.
 *
 * @param now epoch milliseconds
 */
export function expiredItems(client: DocumentClient, TableName: string) {
  let position: Record<string, unknown> | undefined;

  async function sweep(now: number): Promise<void> {
    for (let expired = PAGE; expired > PAGE / 2; ) expired = await sweepPage(Math.floor(now / 1_000));
  }

  async function sweepPage(now: number): Promise<number> {
    const scan = { ProjectionExpression: 'pk, sk, expires_at', Limit: PAGE, ExclusiveStartKey: position };
    const { Items = [], LastEvaluatedKey } = await client.send(new ScanCommand({ TableName, ...scan }));
    position = LastEvaluatedKey;
    const expired = (Items as Found[]).filter(({ expires_at = Number.POSITIVE_INFINITY }) => expires_at < now);
    await Promise.all(expired.map((item) => remove(item, now)));
    return expired.length;
  }

  /** Unless its expiry was moved on meanwhile. */
  async function remove({ pk, sk }: Found, now: number): Promise<void> {
    const condition = { ConditionExpression: 'expires_at < :now', ExpressionAttributeValues: { ':now': now } };
    const command = new DeleteCommand({ TableName, Key: { pk, sk }, ...condition });
    await client.send(command).catch((error: unknown) => {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    });
  }

  return { sweep };
}

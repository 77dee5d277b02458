import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DAY, HOUR, MINUTE } from '../../core/durations.ts';

const { TABLE_NAME = '', QUEUE_URL } = process.env;
const documents = DynamoDBDocumentClient.from(new DynamoDBClient());
const sqs = new SQSClient();
const Item = {
  pk: 'shard#0',
  sk: '98106543999.750-01234567-89ab-4cde-8f01-23456789abcd',
  format: 1,
  expires_at: 1_893_456_000,
  publishedBy: 'b0a1c2d3e4f5',
  createdAt: 1_893_456_000_000,
  asked: { after: 0 },
  url: 'http://127.0.0.1:10000/',
  method: 'POST',
  headers: [],
  body: { kind: 'json', bytes: Buffer.from('{"user":42}') },
  timeout: 5_000,
  maxTryCount: 3,
  retry: { backoff: 'fixed', delay: MINUTE, maxDelay: HOUR },
  tags: [],
  keepResultFor: DAY,
  sent: true,
};

/** Makes the two requests to AWS of a publish and does nothing else, to measure what the SDK costs. */
export async function handler(): Promise<void> {
  await documents.send(new BatchWriteCommand({ RequestItems: { [TABLE_NAME]: [{ PutRequest: { Item } }] } }));
  const MessageBody = JSON.stringify({ key: Item.sk, attempt: 1, at: Item.createdAt });
  await sqs.send(new SendMessageBatchCommand({ QueueUrl: QUEUE_URL, Entries: [{ Id: '1', MessageBody }] }));
}

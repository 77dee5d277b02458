import { expect, test } from '@jest/globals';
import { type AwsRequest, attemptsIn, recordsIn, split } from '../../../verify/chaos/aws-request.ts';

const UUID = '01234567-89ab-4cde-8f01-23456789abcd';
const progress = { pk: { S: `progress#${UUID}` }, sk: { S: 'progress' }, tryCount: { N: '2' } };
const failed = { pk: { S: 'failed#1' }, sk: { S: `98204497950.375#${UUID}` } };
const event = { pk: { S: 'shard#1' }, sk: { S: `98204497950.375#${UUID}` } };

test('records are found in a put, and in a batch of puts, beside what is none', () => {
  expect(recordsIn({ operation: 'PutItem', asked: { Item: progress } })).toEqual([{ uuid: UUID, attempt: 2 }]);
  expect(recordsIn(batch([event, failed, progress]))).toEqual([
    { uuid: UUID, attempt: 'last' },
    { uuid: UUID, attempt: 2 },
  ]);
  expect(recordsIn({ operation: 'BatchGetItem', asked: { RequestItems: { events: { Keys: [progress] } } } })).toEqual(
    [],
  );
});

test('attempts are found in a batch of messages, beside what is none', () => {
  const MessageBody = JSON.stringify({
    key: `98204497950.375-${UUID}`,
    attempt: 2,
    at: 1_795_502_109_625,
    again: true,
  });
  expect(attemptsIn({ operation: 'SendMessageBatch', asked: { Entries: [{ Id: '1', MessageBody }] } })).toEqual([
    { uuid: UUID, attempt: 2, dueAt: 1_795_502_109_625, isMarked: true },
  ]);
  expect(attemptsIn({ operation: 'DeleteMessageBatch', asked: { Entries: [{ Id: '1' }] } })).toEqual([]);
  expect(attemptsIn({ operation: 'ReceiveMessage', asked: {} })).toEqual([]);
});

test('a batch of puts is done in part, and the rest is answered as AWS does', () => {
  const parts = split(batch([event, failed, progress]), 0.5);
  expect(parts?.done).toEqual(batch([event, failed]));
  expect(parts?.left).toEqual(batch([progress]));
  expect(parts?.answerForRest).toEqual({ UnprocessedItems: batch([progress]).asked.RequestItems });
});

test('a batch of reads is done in part, with what it asks of them', () => {
  const reads = (Keys: readonly object[]) => ({ events: { Keys, ConsistentRead: true } });
  const parts = split({ operation: 'BatchGetItem', asked: { RequestItems: reads([event, failed]) } }, 0.99);
  expect(parts?.done.asked.RequestItems).toEqual(reads([event]));
  expect(parts?.answerForRest).toEqual({ UnprocessedKeys: reads([failed]) });
});

test('a batch of messages is done in part, and the rest is named', () => {
  const Entries = [{ Id: '1' }, { Id: '2' }, { Id: '3' }];
  const parts = split({ operation: 'SendMessageBatch', asked: { Entries } }, 0);
  expect(parts?.done.asked.Entries).toEqual([{ Id: '1' }]);
  expect(parts?.answerForRest).toMatchObject({ Failed: [{ Id: '2' }, { Id: '3' }] });
});

test.each<[string, AwsRequest]>([
  ['a batch of one', batch([event])],
  ['a message alone', { operation: 'SendMessageBatch', asked: { Entries: [{ Id: '1' }] } }],
  ['what is no batch', { operation: 'PutItem', asked: { Item: event } }],
])('%s is not done in part', (_, request) => {
  expect(split(request, 0.5)).toBeUndefined();
});

function batch(items: readonly (typeof event)[]): AwsRequest {
  const puts = items.map((Item) => ({ PutRequest: { Item } }));
  return { operation: 'BatchWriteItem', asked: { RequestItems: { events: puts } } };
}

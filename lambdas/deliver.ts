import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { parseMessageText } from '../adapters/sqs-due-queue.ts';
import type { Received } from '../core/message.ts';
import { openRuntime } from './runtime/open-runtime.ts';

/** Kept free for what is left to record when the calls have ended. */
const LAST_WORDS = 5_000;

const { queue, flush } = openRuntime();

/**
 * On the due queue. What failed, or has no time left, is given back; all else is acknowledged. A message that is none of ours is
 * given back too, until SQS puts it aside.
 */
export async function handler({ Records }: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const read = Records.map((record) => ({ itemIdentifier: record.messageId, message: receivedFrom(record) }));
  const messages = read.flatMap(({ message }) => message ?? []);
  const until = Date.now() + context.getRemainingTimeInMillis() - LAST_WORDS;
  const failed = await queue.deliver(messages, until);
  await flush();
  const isDone = (message: Received | undefined) => message !== undefined && !failed.includes(message);
  const batchItemFailures = read.filter(({ message }) => !isDone(message));
  return { batchItemFailures: batchItemFailures.map(({ itemIdentifier }) => ({ itemIdentifier })) };
}

function receivedFrom({ body, attributes, messageId }: SQSRecord): Received | undefined {
  try {
    return { ...parseMessageText(body), receiveCount: Number(attributes.ApproximateReceiveCount) };
  } catch (error) {
    console.error(`The message ${messageId} cannot be read.`, error);
    return undefined;
  }
}

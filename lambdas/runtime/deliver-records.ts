import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { parseMessageText } from '../../adapters/sqs-due-queue.ts';
import type { Received } from '../../core/event/message.ts';
import type { Deliver } from '../../core/ports.ts';

/** Kept free for what is left to record when the calls have ended. */
const LAST_WORDS = 5_000;

export type DeliverRecords = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

type DelivererDependencies = {
  readonly deliver: Deliver;
  readonly now: () => number;
  readonly report: (error: unknown) => void;
};

/**
 * What failed, or has no time left, is given back; all else is acknowledged. A message that is none of ours is given back too,
 * until SQS puts it aside.
 */
export function recordDeliverer({ deliver, now, report }: DelivererDependencies): DeliverRecords {
  function receivedFrom({ body, attributes, messageId }: SQSRecord): Received | undefined {
    try {
      return { ...parseMessageText(body), receiveCount: Number(attributes.ApproximateReceiveCount) };
    } catch (cause) {
      report(new Error(`The message ${messageId} cannot be read.`, { cause }));
      return undefined;
    }
  }

  return async ({ Records }, context) => {
    const read = Records.map((record) => ({ itemIdentifier: record.messageId, message: receivedFrom(record) }));
    const messages = read.flatMap(({ message }) => message ?? []);
    const failed = await deliver(messages, now() + context.getRemainingTimeInMillis() - LAST_WORDS);
    const isDone = (message: Received | undefined) => message !== undefined && !failed.includes(message);
    const batchItemFailures = read.filter(({ message }) => !isDone(message));
    return { batchItemFailures: batchItemFailures.map(({ itemIdentifier }) => ({ itemIdentifier })) };
  };
}

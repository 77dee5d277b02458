import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { parseMessageText } from '../../adapters/sqs-due-queue.ts';
import { SECOND } from '../../core/durations.ts';
import type { Received } from '../../core/event/message.ts';
import type { Deliver } from '../../core/ports.ts';

/**
 * Milliseconds at the end of an invocation in which no call is made, so that the last attempts can still be recorded.
 */
const TIME_TO_RECORD = 5 * SECOND;

export type SqsBatchHandler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

type SqsBatchHandlerDependencies = {
  readonly deliver: Deliver;
  readonly now: () => number;
  readonly report: (error: unknown) => void;
};

/**
 * Makes the handler of batches from the due queue. It gives back each message whose delivery failed or had no time
 * left, and SQS hands it over again. It reports and gives back a message that it cannot read, until SQS moves that to
 * the dead-letter queue. It acknowledges all others. If the process dies, SQS hands over the whole batch again.
 */
export function sqsBatchHandler({ deliver, now, report }: SqsBatchHandlerDependencies): SqsBatchHandler {
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
    const failed = await deliver(messages, now() + context.getRemainingTimeInMillis() - TIME_TO_RECORD);
    const isDone = (message: Received | undefined) => message !== undefined && !failed.includes(message);
    const batchItemFailures = read.filter(({ message }) => !isDone(message));
    return { batchItemFailures: batchItemFailures.map(({ itemIdentifier }) => ({ itemIdentifier })) };
  };
}

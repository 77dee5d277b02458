import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSRecord } from 'aws-lambda';
import type { SqsBatchHandler } from '../../lambdas/runtime/sqs-batch-handler.ts';

const BATCH = 10;
const LONGEST_POLL_SECONDS = 20;
const PAUSE = 100;

type Options = {
  readonly queueUrl: string;
  /** The milliseconds after which an invocation is stopped by killing its process. */
  readonly timeout: number;
};

/** Polls a queue for ever and invokes a handler with one batch after the other, as Lambda does. */
export async function pollForEver(handle: SqsBatchHandler, options: Options): Promise<never> {
  const { queueUrl: QueueUrl, timeout } = options;
  const client = new SQSClient({ useQueueUrlAsEndpoint: false });

  async function receive(): Promise<readonly Message[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: BATCH,
      WaitTimeSeconds: LONGEST_POLL_SECONDS,
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    });
    return (await client.send(command)).Messages ?? [];
  }

  /**
   * Deletes the messages that were handled. The others stay hidden until their visibility timeout ends, and come again.
   */
  async function invoke(messages: readonly Message[]): Promise<void> {
    const endsAt = Date.now() + timeout;
    const stopped = setTimeout(() => process.kill(process.pid, 'SIGKILL'), timeout);
    const context = { getRemainingTimeInMillis: () => endsAt - Date.now() } as Context;
    const { batchItemFailures } = await handle({ Records: messages.map(recordOf) }, context);
    clearTimeout(stopped);
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    await acknowledge(messages.filter(({ MessageId = '' }) => !failed.has(MessageId)));
  }

  async function acknowledge(messages: readonly Message[]): Promise<void> {
    const Entries = messages.map(({ MessageId, ReceiptHandle }) => ({ Id: MessageId, ReceiptHandle }));
    if (Entries.length > 0) await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }

  for (;;) {
    try {
      const messages = await receive();
      if (messages.length > 0) await invoke(messages);
    } catch {
      await sleep(PAUSE);
    }
  }
}

function recordOf({ MessageId = '', Body = '', Attributes = {} }: Message): SQSRecord {
  return { messageId: MessageId, body: Body, attributes: Attributes } as unknown as SQSRecord;
}

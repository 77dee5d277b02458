import { GetQueueAttributesCommand, SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { parsePublicKey, publicKey } from '../core/event-key.ts';
import type { Message } from '../core/message.ts';
import type { DueQueue } from '../core/ports.ts';
import { coalesce } from './coalesce.ts';

/** SQS's own bounds. */
const MOST_MESSAGES = 10;
const LONGEST_DELAY_SECONDS = 900;

type Sent = { readonly id: string; readonly message: Message; readonly handOverAt: number };

/** Messages sent in the same moment share a request. Delays are whole seconds, rounded down: never late, up to a second early. */
export function sqsDueQueue(client: SQSClient, queueUrl: string, now: () => number): DueQueue {
  let ids = 0;
  const send = coalesce<Sent, void>({
    most: MOST_MESSAGES,
    keyOf: ({ id }) => id,
    async run(sent) {
      const Entries = sent.map(({ id, message, handOverAt }) => ({
        Id: id,
        MessageBody: messageText(message),
        DelaySeconds: delaySeconds(handOverAt - now()),
      }));
      const { Successful = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
      return new Map(Successful.map(({ Id }) => [Id ?? '', undefined]));
    },
  });

  return {
    send(message, handOverAt = message.at) {
      ids++;
      return send({ id: String(ids), message, handOverAt });
    },

    async backlog() {
      const command = new GetQueueAttributesCommand({
        QueueUrl: queueUrl,
        AttributeNames: ['ApproximateNumberOfMessages'],
      });
      const { Attributes } = await client.send(command);
      return Number(Attributes?.ApproximateNumberOfMessages ?? 0);
    },
  };
}

/**
 * The body of a message on SQS, read. Versions run side by side while a new one is deployed: what a body says beyond this is passed
 * over, and what it does not say is that of an event's first attempt. A body that is none of ours throws.
 */
export function parseMessageText(body: string): Message {
  const { key: text, ...said } = JSON.parse(body) as Partial<Omit<Message, 'key'>> & { readonly key?: string };
  const key = parsePublicKey(text ?? '');
  if (key === undefined) throw new Error('The message names no event.');
  const { attempt = 1, at = key.dueAt, again } = said;
  if (!Number.isInteger(attempt) || !Number.isInteger(at)) throw new Error('The message names no attempt.');
  return { key, attempt, at, ...(again && { again }) };
}

function messageText({ key, ...rest }: Message): string {
  return JSON.stringify({ key: publicKey(key), ...rest });
}

function delaySeconds(milliseconds: number): number {
  return Math.min(LONGEST_DELAY_SECONDS, Math.max(0, Math.floor(milliseconds / 1_000)));
}

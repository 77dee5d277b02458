import {
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
  SQSServiceException,
} from '@aws-sdk/client-sqs';
import { afterTheFirst } from '../core/delivery/claim.ts';
import { MINUTE, SECOND } from '../core/durations.ts';
import { parsePublicKey, publicKey } from '../core/event/event-key.ts';
import type { Message } from '../core/event/message.ts';
import type { DueQueue } from '../core/ports.ts';
import { coalesce } from './coalesce.ts';

/** SQS accepts at most this many messages in a request, and delays a message by at most this many seconds. */
const MOST_MESSAGES = 10;
const LONGEST_DELAY_SECONDS = (15 * MINUTE) / SECOND;
/**
 * A request is tried at most this often unless SQS throttles it. Each try may take seconds, and the caller waits for
 * them.
 */
const MOST_TRIES = 3;
/**
 * A call may start this many milliseconds late if that saves its deliverer, whose time is billed, a wait for the
 * instant.
 */
const MOST_LATE = 100;

/** The codes of errors that come before there is a connection. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN']);

/**
 * A message on its way to SQS. `mayBeThere` is set when the answer to its request is lost: the message is sent again,
 * and may be in the queue twice.
 */
type Sent = { readonly id: string; readonly message: Message; readonly handOverAt: number; mayBeThere?: true };

type SqsDueQueueDependencies = {
  /**
   * The client of SQS, which must send each request only once. If the client repeated a request itself, the messages
   * that arrive twice would not be marked as possible duplicates.
   */
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly now: () => number;
  /** The longest timeout of a call, in milliseconds. */
  readonly longestTimeout: number;
};

/**
 * The due queue on SQS. Messages that are sent in the same moment share a request. SQS delays messages by whole
 * seconds, so a message comes up to 0.9 s before its instant, for which its deliverer then waits, or up to 0.1 s after
 * it. A message that is asked for at a later time comes up to a second after that time. If the answer to a request is
 * lost, each message is sent again, marked as a possible duplicate and delayed until the attempt of the first one must
 * have been recorded.
 */
export function sqsDueQueue({ client, queueUrl, now, longestTimeout }: SqsDueQueueDependencies): DueQueue {
  let ids = 0;
  const send = coalesce<Sent, void>({
    most: MOST_MESSAGES,
    keyOf: ({ id }) => id,
    isWorthRunningAgain: (error, tries) => isThrottled(error) || (!isRefusal(error) && tries < MOST_TRIES),
    async run(sent) {
      const command = new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: sent.map(entryOf) });
      try {
        const { Successful = [] } = await client.send(command);
        return new Map(Successful.map(({ Id }) => [Id ?? '', undefined]));
      } catch (error) {
        if (!isRefusal(error) && !wasNeverSent(error)) for (const one of sent) one.mayBeThere = true;
        throw error;
      }
    },
  });

  function entryOf({ id, message, handOverAt, mayBeThere }: Sent): SendMessageBatchRequestEntry {
    const behindTheFirst = afterTheFirst(message.at, longestTimeout, now());
    const wantedAt = mayBeThere ? Math.max(handOverAt, behindTheFirst) : handOverAt;
    return {
      Id: id,
      MessageBody: messageText(mayBeThere ? { ...message, mayBeDuplicate: true } : message),
      DelaySeconds: delaySeconds(message, wantedAt, now()),
    };
  }

  const count = coalesce<'ready', number>({
    most: 1,
    keyOf: (what) => what,
    isWorthRunningAgain: (_, tries) => tries < MOST_TRIES,
    async run([what = 'ready']) {
      const AttributeNames = ['ApproximateNumberOfMessages' as const];
      const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames }));
      return new Map([[what, Number(Attributes?.ApproximateNumberOfMessages ?? 0)]]);
    },
  });

  return {
    send(message, handOverAt = message.at) {
      ids++;
      return send({ id: String(ids), message, handOverAt });
    },

    backlog: () => count('ready'),
  };
}

/** The fields of a message on SQS. The version before knows only these names, and `again` for a possible duplicate. */
type MessageFields = Pick<Message, 'attempt' | 'at'> & { readonly key: string; readonly again?: true };

/**
 * Returns the seconds, 0 to 900, for which SQS delays a message that is wanted at `wantedAt`, in epoch milliseconds.
 * They are rounded up if `wantedAt` is after the instant of the attempt, because an earlier message for the same
 * attempt must have been handled by then, or if the call starts at most 0.1 s late by that. Otherwise they are rounded
 * down, and the deliverer waits for the instant.
 */
export function delaySeconds({ at }: Pick<Message, 'at'>, wantedAt: number, now: number): number {
  const wait = wantedAt - now;
  const roundedUp = Math.ceil(wait / SECOND);
  const isHardlyLate = roundedUp * SECOND - wait <= MOST_LATE;
  const seconds = wantedAt > at || isHardlyLate ? roundedUp : Math.floor(wait / SECOND);
  return Math.min(LONGEST_DELAY_SECONDS, Math.max(0, seconds));
}

/**
 * Parses the body of a message on SQS. Two versions run side by side during a deployment, so unknown fields are
 * ignored, and missing fields get the values of the first attempt of the event. Throws if the body is not a message of
 * the queue.
 */
export function parseMessageText(body: string): Message {
  const { key: text, ...said } = JSON.parse(body) as Partial<MessageFields>;
  const key = parsePublicKey(text ?? '');
  if (key === undefined) throw new Error('The message names no event.');
  const { attempt = 1, at = key.dueAt, again } = said;
  if (!Number.isInteger(attempt) || !Number.isInteger(at)) throw new Error('The message names no attempt.');
  return { key, attempt, at, ...(again && { mayBeDuplicate: again }) };
}

/** The body of a message on SQS. It leaves the host out, because deliverers in the cloud do not limit calls by host. */
function messageText({ key, attempt, at, mayBeDuplicate }: Message): string {
  const fields: MessageFields = { key: publicKey(key), attempt, at, ...(mayBeDuplicate && { again: mayBeDuplicate }) };
  return JSON.stringify(fields);
}

/**
 * Returns whether AWS itself has refused the request, so that no message was sent. After any other failure it is
 * unknown whether messages were sent.
 */
function isRefusal(error: unknown): boolean {
  return error instanceof SQSServiceException && error.$fault === 'client';
}

/** Whether the request failed before there was a connection, so that no message was sent. */
function wasNeverSent(error: unknown): boolean {
  return NEVER_SENT.has((error as NodeJS.ErrnoException).code ?? '');
}

function isThrottled(error: unknown): boolean {
  return isRefusal(error) && /throttl/i.test((error as Error).name);
}

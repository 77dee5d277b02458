import {
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
  SQSServiceException,
} from '@aws-sdk/client-sqs';
import { afterTheFirst } from '../core/delivery/claim.ts';
import { parsePublicKey, publicKey } from '../core/event/event-key.ts';
import type { Message } from '../core/event/message.ts';
import type { DueQueue } from '../core/ports.ts';
import { coalesce } from './coalesce.ts';

/** SQS's own bounds. */
const MOST_MESSAGES = 10;
const LONGEST_DELAY_SECONDS = 900;
/** Each may take seconds, for which somebody waits. */
const MOST_TRIES = 3;
const SECOND = 1_000;
/** A call may start so many milliseconds late if its deliverer, whose time is billed, then need not wait for its instant. */
const MOST_LATE = 100;

const NEVER_SENT = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN']);

/** An answer got lost, if `mayBeThere`: then the message is sent once more, and may be there twice. */
type Sent = { readonly id: string; readonly message: Message; readonly handOverAt: number; mayBeThere?: true };

type SqsDueQueueDependencies = {
  /** With a single try for each request: the second of a message must be told from the first. */
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly now: () => number;
  /** The longest call, in milliseconds. */
  readonly longestTimeout: number;
};

/**
 * The due queue on SQS. Messages sent in the same moment share a request. Because delays are whole seconds, a message comes up to 0.9 s before
 * its instant, for which its deliverer waits, or up to 0.1 s after it; if it is asked for a later time, it comes up to a second after
 * that. Where an answer gets lost, a second message is marked as such, and comes when the attempt of the first has been recorded.
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
      MessageBody: messageText(mayBeThere ? { ...message, again: true } : message),
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

/**
 * The whole seconds for which SQS delays a message that is wanted at an instant. They are rounded up if that is after the instant of its attempt,
 * because it must come behind another message then, or if the call is hardly late by it. Otherwise they are rounded down, and its deliverer waits.
 */
export function delaySeconds({ at }: Pick<Message, 'at'>, wantedAt: number, now: number): number {
  const wait = wantedAt - now;
  const roundedUp = Math.ceil(wait / SECOND);
  const isHardlyLate = roundedUp * SECOND - wait <= MOST_LATE;
  const seconds = wantedAt > at || isHardlyLate ? roundedUp : Math.floor(wait / SECOND);
  return Math.min(LONGEST_DELAY_SECONDS, Math.max(0, seconds));
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

/** Without the host: nobody behind SQS waits for one. */
function messageText({ key, host, ...rest }: Message): string {
  return JSON.stringify({ key: publicKey(key), ...rest });
}

/** AWS itself said no: nothing was sent. Of any other failure nobody knows. */
function isRefusal(error: unknown): boolean {
  return error instanceof SQSServiceException && error.$fault === 'client';
}

/** There was no connection yet. */
function wasNeverSent(error: unknown): boolean {
  return NEVER_SENT.has((error as NodeJS.ErrnoException).code ?? '');
}

function isThrottled(error: unknown): boolean {
  return isRefusal(error) && /throttl/i.test((error as Error).name);
}

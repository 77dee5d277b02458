import type { AddressInfo } from 'node:net';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
  SQSServiceException,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { buildApp } from 'fauxqs';
import { parseMessageText, sqsDueQueue } from '../../adapters/sqs-due-queue.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../core/durations.ts';
import { publicKey } from '../../core/event/event-key.ts';
import type { Message } from '../../core/event/message.ts';
import type { Deliver } from '../../core/ports.ts';
import { timerDueQueue } from '../../local/timer-due-queue.ts';
import { dueQueueContract, messageAt, recordingDeliverer } from '../support/due-queue-contract.ts';

const START = Date.parse('2030-01-01T00:00:00.250Z');

dueQueueContract('SQS', async (deliver) => {
  const sqs = await openFauxqs();
  const poller = poll(sqs, deliver);
  return {
    queue: sqsDueQueue({ ...sqs, now: Date.now, longestTimeout: 6 * SECOND }),
    async close() {
      await poller.stop();
      await sqs.close();
    },
  };
});

dueQueueContract('timers', async (deliver) => {
  const queue = timerDueQueue({ now: Date.now, redeliverAfter: 50 });
  queue.start(deliver);
  return { queue, close: queue.stop };
});

describe('the due queue on SQS', () => {
  const client = new SQSClient({ region: 'local' });
  const aws = mockClient(client);
  const queueWith = (longestTimeout: number) =>
    sqsDueQueue({ client, queueUrl: 'https://sqs/queue', now: () => START, longestTimeout });
  const queue = queueWith(6 * SECOND);

  beforeEach(() => {
    jest.spyOn(Math, 'random').mockReturnValue(0);
    aws.on(SendMessageBatchCommand).callsFake(({ Entries }) => ({ Successful: Entries }));
  });
  afterEach(() => {
    jest.restoreAllMocks();
    aws.reset();
  });

  test('sends the messages of one moment in requests of ten', async () => {
    await Promise.all(Array.from({ length: 25 }, () => queue.send(messageAt(START))));
    expect(requests().map((entries) => entries.length)).toEqual([10, 10, 5]);
  });

  test.each([
    ['in the past', -HOUR, 0],
    ['now', 0, 0],
    ['in half a second', 500, 0],
    ['in a millisecond less than a second', 999, 1],
    ['in a second', SECOND, 1],
    ['in a second and a half', 1.5 * SECOND, 1],
    ['in five seconds, of which the table took some', 5 * SECOND - 15, 5],
    ['in 101 milliseconds less than a minute', MINUTE - 101, 59],
    ['in 100 milliseconds less than a minute', MINUTE - 100, 60],
    ['in 101 milliseconds less than 15 minutes', 15 * MINUTE - 101, 899],
    ['in a millisecond less than 15 minutes', 15 * MINUTE - 1, 900],
    ['in 15 minutes', 15 * MINUTE, 900],
    ['in a millisecond less than 15 minutes and a second', 15 * MINUTE + SECOND - 1, 900],
    ['in an hour', HOUR, 900],
    ['in ten years', 10 * 365 * DAY, 900],
  ])('delays a message that is due %s by whole seconds, 15 minutes at the most', async (_, distance, seconds) => {
    const message = messageAt(START + distance);
    await queue.send(message);
    expect(requests().flat()).toEqual([
      expect.objectContaining({ DelaySeconds: seconds, MessageBody: bodyOf(message) }),
    ]);
  });

  test('hands each message over at most 0.1 s after its instant or less than 0.9 s before it, whatever part of a second is left', async () => {
    const distances = Array.from({ length: SECOND }, (_, part) => MINUTE + part);
    await Promise.all(distances.map((distance) => queue.send(messageAt(START + distance))));
    const delays = requests().flatMap((entries) => entries.map(({ DelaySeconds = 0 }) => DelaySeconds * SECOND));
    const late = delays.map((delay, index) => delay - (distances[index] ?? 0));
    expect([Math.min(...late), Math.max(...late)]).toEqual([-899, 100]);
  });

  test('sends a message that came too early back in the same way', async () => {
    await queue.send(messageAt(START + 1_950));
    expect(requests().flat()).toEqual([expect.objectContaining({ DelaySeconds: 2 })]);
  });

  test('hands a message over no sooner than it is asked to, if that is after its instant', async () => {
    const message = messageAt(START);
    await Promise.all([1, SECOND, 1.5 * SECOND].map((after) => queue.send(message, START + after)));
    expect(requests().flatMap((entries) => entries.map(({ DelaySeconds }) => DelaySeconds))).toEqual([1, 1, 2]);
  });

  test('leaves out where an event goes: nobody behind SQS asks', async () => {
    const message = messageAt(START);
    await queue.send({ ...message, host: 'example.com' });
    expect(requests().flat()).toEqual([expect.objectContaining({ MessageBody: bodyOf(message) })]);
  });

  test('sends the messages again that SQS did not take, and no others', async () => {
    aws
      .on(SendMessageBatchCommand)
      .callsFakeOnce(({ Entries }) => ({ Successful: [Entries[0]], Failed: [Entries[1]] }))
      .callsFake(({ Entries }) => ({ Successful: Entries }));
    const [one, other] = [messageAt(START), messageAt(START)];
    await Promise.all([queue.send(one), queue.send(other)]);
    const bodies = requests().map((entries) => entries.map(({ MessageBody }) => MessageBody));
    expect(bodies).toEqual([[bodyOf(one), bodyOf(other)], [bodyOf(other)]]);
  });

  test('rejects a message that SQS never takes', async () => {
    aws.on(SendMessageBatchCommand).resolves({ Failed: [] });
    await expect(queue.send(messageAt(START))).rejects.toThrow('1 items were left unprocessed 8 times.');
  });

  test.each([
    ['whose connection broke', new Error('ECONNRESET')],
    ['that SQS failed to do', failure('InternalFailure', 'server')],
  ])(
    'sends a message of a request %s again, marked, to come when the call of the first has been recorded',
    async (_, error) => {
      aws
        .on(SendMessageBatchCommand)
        .rejectsOnce(error)
        .callsFake(({ Entries }) => ({ Successful: Entries }));
      const [now, later] = [messageAt(START), messageAt(START + MINUTE + 1)];
      await Promise.all([queue.send(now), queue.send(later), queue.send(now, START + HOUR)]);
      const [first = [], second = []] = requests().map((entries) => entries.map(({ Id, ...rest }) => rest));
      expect(first.map(({ DelaySeconds }) => DelaySeconds)).toEqual([0, 60, 900]);
      expect(second).toEqual([
        { DelaySeconds: 11, MessageBody: bodyOf(now, { again: true }) },
        { DelaySeconds: 72, MessageBody: bodyOf(later, { again: true }) },
        { DelaySeconds: 900, MessageBody: bodyOf(now, { again: true }) },
      ]);
    },
  );

  test('sends a throttled message again without a mark, because SQS has not taken it', async () => {
    const throttled = failure('RequestThrottled', 'client');
    aws
      .on(SendMessageBatchCommand)
      .rejectsOnce(throttled)
      .callsFake(({ Entries }) => ({ Successful: Entries }));
    await queue.send(messageAt(START));
    const [first, second] = requests();
    expect(second).toEqual(first);
  });

  test.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'])(
    'sends a message that got no connection again without a mark: %s',
    async (code) => {
      aws
        .on(SendMessageBatchCommand)
        .rejectsOnce(Object.assign(new Error(code), { code }))
        .callsFake(({ Entries }) => ({ Successful: Entries }));
      await queue.send(messageAt(START));
      const [first, second] = requests();
      expect(second).toEqual(first);
    },
  );

  test('lets a second message wait for four minutes at most: longer calls are claimed', async () => {
    aws
      .on(SendMessageBatchCommand)
      .rejectsOnce(new Error('ECONNRESET'))
      .callsFake(({ Entries }) => ({ Successful: Entries }));
    await queueWith(14 * MINUTE).send(messageAt(START + 10 * MINUTE));
    expect(requests().map(([entry]) => entry?.DelaySeconds)).toEqual([600, 845]);
  });

  test('asks three times how many messages wait', async () => {
    const Attributes = { ApproximateNumberOfMessages: '7' };
    aws
      .on(GetQueueAttributesCommand)
      .rejectsOnce(new Error('ECONNRESET'))
      .rejectsOnce(failure('ThrottlingException', 'client'))
      .resolves({ Attributes });
    expect(await queue.backlog()).toBe(7);
  });

  test('sends no message again that SQS refused', async () => {
    aws.on(SendMessageBatchCommand).rejects(failure('AccessDenied', 'client'));
    await expect(queue.send(messageAt(START))).rejects.toThrow('AccessDenied');
    expect(requests()).toHaveLength(1);
  });

  test('rejects every message of a request that fails three times', async () => {
    aws.on(SendMessageBatchCommand).rejects(new Error('ECONNRESET'));
    const settled = await Promise.allSettled([queue.send(messageAt(START)), queue.send(messageAt(START))]);
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(requests()).toHaveLength(3);
  });

  function requests() {
    return aws.commandCalls(SendMessageBatchCommand).map(({ args }) => args[0].input.Entries ?? []);
  }
});

describe('the text of a message', () => {
  const message: Message = {
    key: { dueAt: START, uuid: '01234567-89ab-4cde-8f01-23456789abcd' },
    attempt: 2,
    at: START,
  };
  const text = '{"key":"98106543999.750-01234567-89ab-4cde-8f01-23456789abcd","attempt":2,"at":1893456000250}';

  test('is read in the form that is written here', () => {
    expect(bodyOf(message)).toBe(text);
    expect(parseMessageText(text)).toEqual(message);
  });

  test('of a later version is read, and its unknown fields are ignored', () => {
    expect(parseMessageText(text.replace('{', '{"colour":"red","tries":{"a":[1]},'))).toEqual(message);
  });

  test('of an earlier version, which has fewer fields, is read as that of the first attempt', () => {
    const { key } = message;
    const first = { key, attempt: 1, at: key.dueAt };
    expect(parseMessageText(JSON.stringify({ key: publicKey(key) }))).toEqual(first);
    expect(parseMessageText(JSON.stringify({ key: publicKey(key), attempt: 3 }))).toEqual({ ...first, attempt: 3 });
  });

  test('of a possible duplicate says so as the version before does', () => {
    const marked = text.replace('}', ',"again":true}');
    expect(bodyOf(message, { again: true })).toBe(marked);
    expect(parseMessageText(marked)).toEqual({ ...message, mayBeDuplicate: true });
  });

  test.each([
    '',
    'hello',
    'null',
    '[]',
    '{}',
    '"98106543999.750-01234567-89ab-4cde-8f01-23456789abcd"',
    '{"key":"another","attempt":1,"at":1}',
    '{"key":"98106543999.750-01234567-89ab-4cde-8f01-23456789abcd","attempt":"1","at":1893456000250}',
    '{"key":"98106543999.750-01234567-89ab-4cde-8f01-23456789abcd","attempt":1,"at":null}',
  ])('is refused if it is not a message of the queue: %s', (foreign) => {
    expect(() => parseMessageText(foreign)).toThrow();
  });
});

describe('the due queue on timers', () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: START });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test('hands a message over to the millisecond', async () => {
    const { queue, received } = started();
    await queue.send(messageAt(START + 1_234));
    await jest.advanceTimersByTimeAsync(1_233);
    expect(received).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(received).toHaveLength(1);
  });

  test.each([15 * MINUTE + 1, HOUR, 10 * 365 * DAY])(
    'hands a message over after 15 minutes that is due later, in %i ms',
    async (distance) => {
      const { queue, received } = started();
      const message = messageAt(START + distance);
      await queue.send(message);
      await jest.advanceTimersByTimeAsync(15 * MINUTE - 1);
      expect(received).toEqual([]);
      await jest.advanceTimersByTimeAsync(1);
      expect(received).toEqual([{ message, at: START + 15 * MINUTE, receiveCount: 1 }]);
    },
  );

  test('hands a message over within half a minute if it came due while the machine slept', async () => {
    const { queue, received } = started();
    await queue.send(messageAt(START + 10 * MINUTE));
    await jest.advanceTimersByTimeAsync(MINUTE + SECOND);
    jest.setSystemTime(START + 2 * HOUR);
    await jest.advanceTimersByTimeAsync(30 * SECOND);
    expect(received).toHaveLength(1);
  });

  test('hands a message over no later than it was asked to when the clock is put back', async () => {
    const { queue, received } = started();
    await queue.send(messageAt(START + 2 * MINUTE));
    await jest.advanceTimersByTimeAsync(MINUTE);
    jest.setSystemTime(START - HOUR);
    await jest.advanceTimersByTimeAsync(MINUTE);
    expect(received).toHaveLength(1);
  });

  test('hands over the messages that were sent before it started', async () => {
    const queue = timerDueQueue({ now: Date.now, redeliverAfter: SECOND });
    const { deliver, received } = recordingDeliverer();
    await queue.send(messageAt(START));
    await jest.advanceTimersByTimeAsync(MINUTE);
    queue.start(deliver);
    await jest.advanceTimersByTimeAsync(0);
    expect(received).toHaveLength(1);
  });

  test('hands a failed message over again after a while', async () => {
    const { queue, received, fail } = started();
    fail({ attempt: 1, times: 1 });
    await queue.send(messageAt(START));
    await jest.advanceTimersByTimeAsync(5 * SECOND);
    expect(received.map(({ at }) => at - START)).toEqual([0, SECOND]);
  });

  test('hands over nothing more once it is stopped', async () => {
    const { queue, received } = started();
    await queue.send(messageAt(START + SECOND));
    await queue.stop();
    await queue.send(messageAt(START + SECOND));
    await jest.advanceTimersByTimeAsync(HOUR);
    expect(received).toEqual([]);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('stops when the deliveries under way have ended, and hands none of them over again', async () => {
    const happened: string[] = [];
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const queue = timerDueQueue({ now: Date.now, redeliverAfter: SECOND });
    queue.start(async (messages) => {
      happened.push('handed over');
      await released;
      happened.push('ended');
      return messages;
    });
    await queue.send(messageAt(START));
    await jest.advanceTimersByTimeAsync(0);
    const stopped = queue.stop().then(() => happened.push('stopped'));
    await jest.advanceTimersByTimeAsync(HOUR);
    expect(happened).toEqual(['handed over']);
    release();
    await stopped;
    await jest.advanceTimersByTimeAsync(HOUR);
    expect(happened).toEqual(['handed over', 'ended', 'stopped']);
  });

  test('stops although it never started', async () => {
    const queue = timerDueQueue({ now: Date.now, redeliverAfter: SECOND });
    const { deliver, received } = recordingDeliverer();
    await queue.send(messageAt(START));
    await jest.advanceTimersByTimeAsync(SECOND);
    let stopped = false;
    void queue.stop().then(() => {
      stopped = true;
    });
    await jest.advanceTimersByTimeAsync(SECOND);
    expect(stopped).toBe(true);
    queue.start(deliver);
    await jest.advanceTimersByTimeAsync(SECOND);
    expect(received).toEqual([]);
  });

  function started() {
    const queue = timerDueQueue({ now: Date.now, redeliverAfter: SECOND });
    const deliverer = recordingDeliverer();
    queue.start(deliverer.deliver);
    return { queue, ...deliverer };
  }
});

type Sqs = { readonly client: SQSClient; readonly queueUrl: string };

async function openFauxqs(): Promise<Sqs & { close(): Promise<void> }> {
  const app = buildApp({ logger: false });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const client = new SQSClient({
    endpoint: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    useQueueUrlAsEndpoint: false,
  });
  const attributes = { QueueName: 'due', Attributes: { VisibilityTimeout: '1' } };
  const { QueueUrl: queueUrl = '' } = await client.send(new CreateQueueCommand(attributes));
  return {
    client,
    queueUrl,
    async close() {
      client.destroy();
      await app.close();
    },
  };
}

/**
 * Does what Lambda's event source mapping does: it deletes the messages that did not fail, and makes the others visible
 * again.
 */
function poll({ client, queueUrl: QueueUrl }: Sqs, deliver: Deliver) {
  const stopping = new AbortController();

  async function pollOnce(): Promise<void> {
    const command = new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 1,
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    });
    const { Messages = [] } = await client.send(command, { abortSignal: stopping.signal });
    const received = Messages.map(({ Body = '', ReceiptHandle, Attributes }) => ({
      message: { ...parseMessageText(Body), receiveCount: Number(Attributes?.ApproximateReceiveCount) },
      ReceiptHandle,
    }));
    const failed = await deliver(received.map(({ message }) => message));
    const handled = received.filter(({ message }) => !failed.includes(message));
    const deletions = handled.map(({ ReceiptHandle }) => new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    await Promise.all(deletions.map((deletion) => client.send(deletion)));
  }

  async function pollUntilStopped(): Promise<void> {
    while (!stopping.signal.aborted) {
      await pollOnce().catch((error: unknown) => {
        if (!stopping.signal.aborted) throw error;
      });
    }
  }

  const polling = pollUntilStopped();
  return {
    async stop() {
      stopping.abort();
      await polling;
    },
  };
}

function failure(name: string, $fault: 'client' | 'server'): SQSServiceException {
  return new SQSServiceException({ name, message: name, $fault, $metadata: {} });
}

function bodyOf({ key, attempt, at }: Message, mark = {}): string {
  return JSON.stringify({ key: publicKey(key), attempt, at, ...mark });
}

import type { AddressInfo } from 'node:net';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';

/**
 * Starts an emulator of SQS in this process, with one queue.
 *
 * @param attributes the attributes of the queue, by their names in SQS
 */
export async function emulatedQueue(attributes: Readonly<Record<string, string>> = {}) {
  const app = buildApp({ logger: false });
  app.server.keepAliveTimeout = 0;
  await app.listen({ host: '127.0.0.1', port: 0 });
  const endpoint = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new SQSClient({ endpoint, region: 'us-east-1', credentials, useQueueUrlAsEndpoint: false });
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: 'due', Attributes: attributes }));
  const { pathname: path } = new URL(QueueUrl);
  return {
    endpoint,
    path,
    /** Resolves with the bodies of up to ten messages that are ready. */
    async receive(): Promise<readonly string[]> {
      const command = new ReceiveMessageCommand({ QueueUrl: `${endpoint}${path}`, MaxNumberOfMessages: 10 });
      const { Messages = [] } = await client.send(command);
      return Messages.map(({ Body = '' }) => Body);
    },
    async close() {
      client.destroy();
      await app.close();
    },
  };
}

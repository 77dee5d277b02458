import type { APIGatewayProxyEventV2, Context, SQSEvent } from 'aws-lambda';
import type { FunctionName } from '../../api/route.ts';
import { MINUTE } from '../../core/durations.ts';
import { openRuntime } from '../../lambdas/runtime/open-runtime.ts';
import { serveRoutes } from '../../lambdas/runtime/serve-routes.ts';
import { emulatedCloud } from '../../verify/shared/emulated-cloud.ts';
import { badReceivers } from './bad-receivers.ts';
import { badRequests, eventWithSecrets, planted } from './planted-secrets.ts';
import { type TelltaleFault, telltaleEndpoint } from './telltale-endpoint.ts';

const context = { getRemainingTimeInMillis: () => MINUTE } as Context;
const NO_EVENT = '98106543999.750-00000000-0000-4000-8000-000000000000';

/** Messages that other programs of the account might send to the due queue. */
export const foreignMessages = [
  planted.foreignMessage,
  `{"key":"${planted.foreignMessage}"}`,
  `{"key":${planted.foreignMessage}}`,
];

/** The deployed functions on a cloud that fails as the test asks, with receivers that fail in every way. */
export async function failingLife() {
  const cloud = await emulatedCloud({ PRIVATE_TARGETS: 'true' });
  const { environment } = await cloud.surroundings();
  const table = await telltaleEndpoint(environment.AWS_ENDPOINT_URL_DYNAMODB ?? '');
  const dueQueue = await telltaleEndpoint(environment.AWS_ENDPOINT_URL_SQS ?? '');
  const receivers = await badReceivers();
  const { ask, deliver, dispatch } = invoker(cloud.secret, {
    ...environment,
    QUEUE_URL: `${dueQueue.url}${new URL(environment.QUEUE_URL).pathname}`,
    AWS_ENDPOINT_URL_DYNAMODB: table.url,
    AWS_ENDPOINT_URL_SQS: dueQueue.url,
  });

  const publish = (url: string, fields: object) =>
    ask('POST', '/events', JSON.stringify(eventWithSecrets(url, fields)));

  async function failBy(fault: TelltaleFault): Promise<void> {
    const urls = receivers.urls.slice(0, 2);
    const keys = await Promise.all(urls.map((url) => publish(url, { event_tags: [fault] })));
    const messages = await cloud.receive();
    table.fault = dueQueue.fault = fault;
    await Promise.all([
      deliver(messages),
      publish(urls[0] ?? '', { event_tags: ['lost'] }),
      publish(urls[0] ?? '', { deduplication_id: null }),
      ...keys.flatMap((key) => [ask('GET', `/events/${key}`), ask('DELETE', `/events/${key}`)]),
      ask('POST', `/events/${NO_EVENT}/retry`),
      ask('GET', '/events'),
      ask('GET', '/stats'),
      dispatch(),
    ]);
    await deliver(messages, 2);
    table.fault = dueQueue.fault = undefined;
  }

  return {
    apiKey: cloud.secret,

    /** Returns the text of all requests to the table and the due queue, and of all answers. */
    traffic: () => table.traffic() + dueQueue.traffic(),

    async refuse(): Promise<void> {
      for (const url of receivers.urls) await publish(url, {});
      await deliver(await cloud.receive());
      for (const [method, path, headers, body] of badRequests) await ask(method, path, body, headers);
      await deliver(foreignMessages);
    },

    /** Makes every kind of request while table and due queue have a fault. */
    failBy,

    async close(): Promise<void> {
      for (const one of [receivers, table, dueQueue, cloud]) await one.close();
    },
  };
}

/** Invokes the functions as Lambda does, which itself logs what they throw. */
function invoker(secret: string, environment: Record<string, string>) {
  Object.assign(process.env, environment);
  const runtime = openRuntime(environment);

  async function logged<Answer>(invoked: Promise<Answer>): Promise<Answer | undefined> {
    try {
      return await invoked;
    } catch (error) {
      const { name, message, stack } = error as Error;
      process.stderr.write(`${JSON.stringify({ ...(error as Error), name, message, stack })}\n`);
      return undefined;
    }
  }

  /** The key of the event in an answer, if there is one. */
  async function ask(method: string, path: string, body?: string, headers: object = {}): Promise<string> {
    const name: FunctionName = method === 'GET' ? 'read' : body === undefined ? 'manage' : 'publish';
    const [rawPath = '', rawQueryString = ''] = path.split('?');
    const event = {
      rawPath,
      rawQueryString,
      headers: { 'content-type': 'application/json', 'x-api-key': secret, ...headers },
      requestContext: { http: { method } },
      isBase64Encoded: false,
      ...(body !== undefined && { body }),
    } as unknown as APIGatewayProxyEventV2;
    const answer = await logged(serveRoutes(runtime, name)(event, context));
    return JSON.parse(answer?.body ?? '{}').key;
  }

  function deliver(bodies: readonly string[], receiveCount = 1) {
    const attributes = { ApproximateReceiveCount: String(receiveCount) };
    const Records = bodies.map((body, index) => ({ messageId: String(index), body, attributes }));
    return logged(runtime.deliver({ Records } as SQSEvent, context));
  }

  return { ask, deliver, dispatch: () => logged(runtime.dispatch()) };
}

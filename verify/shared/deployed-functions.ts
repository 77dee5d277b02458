import type { APIGatewayProxyEventV2, Context, SQSEvent } from 'aws-lambda';
import type { FunctionName } from '../../api/route.ts';
import { MINUTE } from '../../core/durations.ts';
import { openRuntime, type Runtime } from '../../lambdas/runtime/open-runtime.ts';
import { serveRoutes } from '../../lambdas/runtime/serve-routes.ts';
import { emulatedCloud } from './emulated-cloud.ts';
import type { AwsCall } from './recording-endpoint.ts';

export const deployedNames = ['publish', 'read', 'manage', 'site', 'dispatch', 'deliver'] as const;
const context = { getRemainingTimeInMillis: () => MINUTE } as Context;

export type DeployedName = (typeof deployedNames)[number];
export type DeployedFunctions = Awaited<ReturnType<typeof deployedFunctions>>;

/** Opens all functions in this process. Each has an endpoint of AWS of its own, so that requests are counted apart. */
export async function deployedFunctions(instead: Parameters<typeof openRuntime>[1]) {
  const cloud = await emulatedCloud();
  const opened = await Promise.all(deployedNames.map(async (name) => [name, await cloud.surroundings()] as const));
  const runtimes = Object.fromEntries(
    opened.map(([name, { environment }]) => [name, openedIn(environment, instead)]),
  ) as Record<DeployedName, Runtime>;
  const taken = new Set<AwsCall>();

  /** Returns the messages that were sent since the last call of this function. */
  function sentMessages(): readonly SentMessage[] {
    const calls = opened.flatMap(([, asked]) => asked.calls).filter((one) => !taken.has(one));
    for (const one of calls) taken.add(one);
    return calls.flatMap(messagesIn);
  }

  return {
    secret: cloud.secret,

    /** Returns the requests that a function has made to AWS so far. */
    calls: (name: DeployedName): readonly AwsCall[] => opened.find(([one]) => one === name)?.[1].calls ?? [],

    async ask(name: FunctionName, method: string, path: string, body?: object): Promise<{ readonly key: string }> {
      const answer = await serveRoutes(runtimes[name], name)(requestOf(cloud.secret, method, path, body), context);
      return JSON.parse(answer.body ?? 'null');
    },

    sentMessages,

    /** Returns the bodies of the messages that were sent since the last call, whatever their delays are. */
    sent: (): readonly string[] => sentMessages().map(({ body }) => body),

    deliver: (bodies: readonly string[], receiveCount = 1) =>
      runtimes.deliver.deliver(recordsOf(bodies, receiveCount), context),

    dispatch: () => runtimes.dispatch.dispatch(),

    close: cloud.close,
  };
}

/** Opens a runtime. It sets the environment of this process, because the SDK reads region and credentials there. */
function openedIn(environment: Record<string, string>, instead: Parameters<typeof openRuntime>[1]): Runtime {
  Object.assign(process.env, environment);
  return openRuntime(environment, instead);
}

export function requestOf(secret: string, method: string, path: string, body?: object): APIGatewayProxyEventV2 {
  return {
    rawPath: path,
    rawQueryString: '',
    headers: { 'content-type': 'application/json', 'x-api-key': secret },
    requestContext: { http: { method } },
    isBase64Encoded: false,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  } as unknown as APIGatewayProxyEventV2;
}

type SentMessage = { readonly body: string; readonly delaySeconds: number };

function messagesIn({ action, input }: AwsCall): readonly SentMessage[] {
  const entries = (input.Entries ?? []) as readonly { MessageBody: string; DelaySeconds: number }[];
  if (action !== 'sqs:SendMessage') return [];
  return entries.map(({ MessageBody, DelaySeconds }) => ({ body: MessageBody, delaySeconds: DelaySeconds }));
}

export function recordsOf(bodies: readonly string[], receiveCount = 1): SQSEvent {
  const attributes = { ApproximateReceiveCount: String(receiveCount) };
  return { Records: bodies.map((body, index) => ({ messageId: String(index), body, attributes })) } as SQSEvent;
}

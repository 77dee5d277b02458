import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request as requestOver, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { keepingConnections } from '../shared/keeping-connections.ts';
import { type AwsRequest, split } from './aws-request.ts';
import type { Weather } from './faults.ts';
import type { Treatment } from './history.ts';

const SLOWEST = 500;
const THROTTLED = {
  table: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
  queue: 'com.amazonaws.sqs#RequestThrottled',
} as const;

export type FaultProxy = { readonly url: string; close(): void };

type Options = {
  readonly part: keyof typeof THROTTLED;
  readonly target: string;
  readonly weather: Weather;
  readonly chance: () => number;
  /** Is called with every request, or part of one, that was done or that a fault refused. */
  readonly note: (request: AwsRequest, treatment: Treatment) => void;
};

type Answer = { readonly status: number; readonly body: string };

/** Opens a proxy between the workers and an emulator, which treats requests with the faults that the weather draws. */
export async function openFaultProxy({ part, target, weather, chance, note }: Options): Promise<FaultProxy> {
  const agent = new Agent({ keepAlive: true });
  const server = keepingConnections(
    createServer((incoming, outgoing) => void pass(incoming, outgoing).catch(() => outgoing.destroy())),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  async function pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { headers } = incoming;
    const operation = String(headers['x-amz-target']).split('.').at(-1) ?? '';
    const request: AwsRequest = { operation, asked: JSON.parse(await textOf(incoming)) };
    const fault = weather.faultOf(String(headers['amz-sdk-invocation-id']));
    switch (fault) {
      case 'cut before it is done':
        noteTreatment(incoming, request, 'refused');
        return void outgoing.destroy();
      case 'cut after it is done':
        await forward(incoming, request, 'done unanswered');
        return void outgoing.destroy();
      case 'throttled':
        return write(outgoing, throttle(incoming, request));
      case 'in part':
        return write(outgoing, await forwardInPart(incoming, request));
      case 'slow':
        await sleep(chance() * SLOWEST);
        return write(outgoing, await forward(incoming, request));
      case undefined:
        return write(outgoing, await forward(incoming, request));
      default:
        fault satisfies never;
    }
  }

  function throttle(incoming: IncomingMessage, request: AwsRequest): Answer {
    noteTreatment(incoming, request, 'refused');
    return { status: 400, body: JSON.stringify({ __type: THROTTLED[part], message: 'Slow down.' }) };
  }

  /** Forwards a part of a batch, and answers that the rest is not done. A request that is no batch is throttled. */
  async function forwardInPart(incoming: IncomingMessage, request: AwsRequest): Promise<Answer> {
    const parts = split(request, chance());
    if (parts === undefined) return throttle(incoming, request);
    noteTreatment(incoming, parts.left, 'refused');
    const { status, body } = await forward(incoming, parts.done);
    return { status, body: JSON.stringify({ ...JSON.parse(body), ...parts.answerForRest }) };
  }

  async function forward(
    incoming: IncomingMessage,
    request: AwsRequest,
    how: Treatment['how'] = 'done',
  ): Promise<Answer> {
    const text = JSON.stringify(request.asked);
    const headers = { ...incoming.headers, 'content-length': Buffer.byteLength(text) };
    const outgoing = requestOver(new URL(incoming.url ?? '/', target), { method: 'POST', headers, agent });
    outgoing.end(text);
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    const { statusCode: status = 500 } = answer;
    const body = await textOf(answer);
    if (status === 200) noteTreatment(incoming, request, how);
    return { status, body };
  }

  function noteTreatment({ headers }: IncomingMessage, request: AwsRequest, how: Treatment['how']): void {
    const [, worker = ''] = /\bapp\/([a-z]+-\d+)/.exec(String(headers['user-agent'])) ?? [];
    note(request, { worker, at: Date.now(), how });
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      agent.destroy();
      server.close().closeAllConnections();
    },
  };
}

function write(outgoing: ServerResponse, { status, body }: Answer): void {
  outgoing.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(body);
}

async function textOf(stream: IncomingMessage): Promise<string> {
  return String(Buffer.concat(await Array.fromAsync(stream)));
}

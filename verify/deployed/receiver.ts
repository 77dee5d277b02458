import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export type StageCall = {
  readonly key: string;
  readonly attempt: string;
  /** The instant at which the call arrived, in epoch milliseconds. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

export type StageReceiver = Awaited<ReturnType<typeof openReceiver>>;

/**
 * Opens a server on this machine that records every call. The path says how it answers: `/status/500` with that status,
 * `/fail/2` with 500 twice for each event and then with 200, `/slow/3` after three seconds, `/gone` with 410, and
 * `/stop` with 500 and the header that asks for no more calls. Any other path is answered with 200.
 */
export async function openReceiver() {
  const calls: StageCall[] = [];
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    const call = callOf(request, body);
    const before = calls.filter(({ key }) => key === call.key).length;
    calls.push(call);
    await answer(call.path, before, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: calls as readonly StageCall[],
    of: (key: string): readonly StageCall[] => calls.filter((call) => call.key === key),
    close: () => void server.close().closeAllConnections(),
  };
}

function callOf({ method = '', url: path = '', headers }: IncomingMessage, body: Buffer): StageCall {
  const key = String(headers['event-queue-key']);
  return { key, attempt: String(headers['event-queue-attempt']), at: Date.now(), method, path, headers, body };
}

async function answer(path: string, before: number, response: ServerResponse): Promise<void> {
  const [, what = '', value] = path.split('/');
  if (what === 'slow') await sleep(Number(value) * 1_000);
  const statuses: Readonly<Record<string, number>> = {
    status: Number(value),
    fail: before < Number(value) ? 500 : 200,
    gone: 410,
    stop: 500,
  };
  const stop = what === 'stop' ? { 'event-queue-stop': 'true' } : {};
  response.writeHead(statuses[what] ?? 200, { 'content-type': 'text/plain', ...stop });
  response.end(`answer to ${path}`);
}

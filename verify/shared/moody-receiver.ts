import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a receiver does with an attempt. */
export type Deed =
  | 'answers 200'
  | 'answers slowly'
  | 'answers 503'
  | 'stalls'
  | 'answers garbage'
  | 'hangs up'
  | 'breaks off';

/** How it treats an event: so many attempts badly, and the rest well. */
export type Mood = { readonly deed: Deed; readonly attempts: number };

export type ReceivedCall = {
  readonly path: string;
  readonly key: string;
  readonly attempt: number;
  /** Of the process that called, what it says of itself. */
  readonly worker: string;
  readonly deed: Deed;
  readonly startedAt: number;
  /** When it was answered, or the connection closed. */
  endedAt?: number;
};

export type MoodyReceiver = { readonly url: string; readonly calls: readonly ReceivedCall[]; close(): void };

const SLOWLY = 300;

/** A server on this machine that notes every call, and treats it as the path of the event asks: `/<name>/<deed>/<attempts>`. */
export async function openMoodyReceiver(): Promise<MoodyReceiver> {
  const calls: ReceivedCall[] = [];
  return { ...(await openForgetfulReceiver((call) => calls.push(call))), calls };
}

/** The same, and it keeps nothing of a call. */
export async function openForgetfulReceiver(note: (call: ReceivedCall) => void): Promise<Omit<MoodyReceiver, 'calls'>> {
  const server = createServer((request, response) => {
    const call = callOf(request);
    note(call);
    response.once('close', () => {
      call.endedAt = Date.now();
    });
    request.resume().once('end', () => void answer(call, response));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, close: () => void server.close().closeAllConnections() };
}

export function moodyPath(name: string, { deed, attempts }: Mood): string {
  return `/${name}/${encodeURIComponent(deed)}/${attempts}`;
}

export function deedOf(path: string, attempt: number): Deed {
  const [, , deed = '', attempts] = path.split('/');
  return attempt <= Number(attempts) ? (decodeURIComponent(deed) as Deed) : 'answers 200';
}

function callOf({ url: path = '', headers }: IncomingMessage): ReceivedCall {
  const attempt = Number(headers['event-queue-attempt']);
  const key = String(headers['event-queue-key']);
  const worker = String(headers['user-agent']).replace('event-queue/', '');
  return { path, key, attempt, worker, deed: deedOf(path, attempt), startedAt: Date.now() };
}

async function answer({ path, deed }: ReceivedCall, response: ServerResponse): Promise<void> {
  switch (deed) {
    case 'answers slowly':
      await sleep(SLOWLY);
      return void response.end(path);
    case 'answers 200':
      return void response.end(path);
    case 'answers 503':
      return void response.writeHead(503).end(path);
    case 'answers garbage':
      return void response.socket?.end('this is not HTTP\r\n\r\n');
    case 'hangs up':
      return void response.socket?.destroy();
    case 'breaks off':
      response.writeHead(200, { 'content-length': 1_000 }).write('not all of it', () => response.socket?.destroy());
      return;
    case 'stalls':
      return;
    default:
      deed satisfies never;
  }
}

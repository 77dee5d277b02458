import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** The ways in which a receiver can treat an attempt. */
export type Deed =
  | 'answers 200'
  | 'answers slowly'
  | 'answers 503'
  | 'stalls'
  | 'answers garbage'
  | 'hangs up'
  | 'breaks off';

/** The way in which a receiver treats the first `attempts` attempts of an event. It answers the others with 200. */
export type Mood = { readonly deed: Deed; readonly attempts: number };

export type MoodyCall = {
  readonly path: string;
  readonly key: string;
  readonly attempt: number;
  /** The name of the process that called, from its user agent. */
  readonly worker: string;
  readonly deed: Deed;
  readonly startedAt: number;
  /** The instant at which the answer or the connection ended; undefined while the call is under way. */
  endedAt?: number;
};

export type MoodyReceiver = { readonly url: string; readonly calls: readonly MoodyCall[]; close(): void };

const SLOWLY = 300;

/**
 * Opens a server on this machine that records every call, and treats it as the path asks: `/<name>/<deed>/<attempts>`.
 */
export async function openMoodyReceiver(): Promise<MoodyReceiver> {
  const calls: MoodyCall[] = [];
  return { ...(await openForgetfulReceiver((call) => calls.push(call))), calls };
}

/** Opens the same server, which passes each call to `note` and does not remember it. */
export async function openForgetfulReceiver(note: (call: MoodyCall) => void): Promise<Omit<MoodyReceiver, 'calls'>> {
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

function callOf({ url: path = '', headers }: IncomingMessage): MoodyCall {
  const attempt = Number(headers['event-queue-attempt']);
  const key = String(headers['event-queue-key']);
  const worker = String(headers['user-agent']).replace('event-queue/', '');
  return { path, key, attempt, worker, deed: deedOf(path, attempt), startedAt: Date.now() };
}

async function answer({ path, deed }: MoodyCall, response: ServerResponse): Promise<void> {
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

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export type PublishingClient = {
  /** Resolves with the answer and the milliseconds until it came. Rejects if the status is not 200 or 201. */
  post(path: string, body: string): Promise<{ readonly text: string; readonly took: number }>;
  close(): void;
};

/**
 * The milliseconds after which an idle connection is closed. A server closes it after five seconds, and a request that
 * is sent at that moment would fail.
 */
const MOST_IDLE = 4_000;

/**
 * Opens a client that needs little of the processor that it shares with the queue. It knows only as much of HTTP as its
 * requests and their answers need.
 */
export async function publishingClient(url: string, connections: number): Promise<PublishingClient> {
  const { hostname, host, port } = new URL(url);
  const idle: Socket[] = [];
  const waiting: ((socket: Socket) => void)[] = [];
  for (let count = 0; count < connections; count++) giveBack(await connected());

  async function connected(): Promise<Socket> {
    const socket = connect({ host: hostname, port: Number(port) }).setNoDelay();
    await once(socket, 'connect');
    return socket.on('error', () => {}).on('timeout', () => socket.destroy());
  }

  async function free(): Promise<Socket> {
    const socket = idle.pop() ?? (await new Promise<Socket>((resolve) => waiting.push(resolve)));
    return socket.destroyed || !socket.writable ? connected() : socket.setTimeout(0);
  }

  function giveBack(socket: Socket): void {
    const next = waiting.shift();
    if (next === undefined) idle.push(socket.setTimeout(MOST_IDLE));
    else next(socket);
  }

  const post: PublishingClient['post'] = async (path, body) => {
    const socket = await free();
    const startedAt = performance.now();
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: ${host}\r\nx-api-key: demo\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    const { status, text } = await answerOn(socket).finally(() => giveBack(socket));
    if (status !== 200 && status !== 201) throw new Error(`An event was answered with ${status}: ${text}`);
    return { text, took: performance.now() - startedAt };
  };

  return {
    post,
    close() {
      for (const socket of idle) socket.destroy();
    },
  };
}

const BEFORE_BODY = Buffer.from('\r\n\r\n');

/** Resolves with one answer, which must have a content-length. Rejects if the connection closes before its end. */
function answerOn(socket: Socket): Promise<{ readonly status: number; readonly text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  let got: Buffer = Buffer.alloc(0);

  function read(piece: Buffer): void {
    got = got.length === 0 ? piece : Buffer.concat([got, piece]);
    const bodyAt = got.indexOf(BEFORE_BODY) + BEFORE_BODY.length;
    if (bodyAt < BEFORE_BODY.length) return;
    const head = got.toString('latin1', 0, bodyAt);
    const [, length] = /\r\ncontent-length: (\d+)/i.exec(head) ?? [];
    if (got.length < bodyAt + Number(length ?? 0)) return;
    ended();
    resolve({ status: Number(head.slice(9, 12)), text: got.toString('utf8', bodyAt) });
  }

  function fail(): void {
    ended();
    reject(new Error('The connection was closed before an answer.'));
  }

  function ended(): void {
    socket.off('data', read).off('close', fail);
  }

  socket.on('data', read).on('close', fail);
  return promise;
}

/** Runs `act` for each number from 0 to `count` - 1, `atOnce` at a time, and resolves when all have resolved. */
export async function inParallel(count: number, atOnce: number, act: (n: number) => Promise<void>): Promise<void> {
  let next = 0;
  const work = async () => {
    for (let n = next++; n < count; n = next++) await act(n);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

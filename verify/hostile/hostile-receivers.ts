import { once } from 'node:events';
import { connect, type LookupFunction, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import type { CallResult } from '../../core/event/progress.ts';
import { openTcpReceiver, type TcpReceiver } from '../shared/tcp-receiver.ts';

export type HostileReceiver = {
  /** The words that follow “a receiver that” in the table. */
  readonly does: string;
  open(): Promise<OpenReceiver>;
};

type OpenReceiver = TcpReceiver & { readonly resolve?: LookupFunction };

const KB = 1_024;
const OK = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;
/**
 * A member of a gzip file, which becomes a thousand times as long when it is unpacked. A gzip file can have any number.
 */
const GZIP_MEMBER = gzipSync(Buffer.alloc(16 * KB * KB));
/** The milliseconds after which a connection to this machine is taken for one that is never made. */
const NOT_CONNECTED_WITHIN = 250;

/** Receivers of which each makes a call wait for ever, at a different stage of the call. */
export const tarpits: readonly HostileReceiver[] = [
  { does: 'has a name that is looked up for ever', open: lookedUpForEver },
  { does: 'never completes the connection', open: neverConnected },
  tarpit('never answers in TLS', () => {}, 'https:'),
  tarpit('sends its part of a TLS handshake byte by byte', handshakeByteByByte, 'https:'),
  tarpit('never answers', () => {}),
  tarpit('sends one header and stops', (socket) => socket.write(`${OK}X-A: b\r\n`)),
  tarpit('sends a header byte by byte', (socket) => drip(socket, 5, [...`${OK}X-A: `], 'b')),
  tarpit('sends headers without an end', (socket) => drip(socket, 5, [OK], 'X-A: b\r\n')),
  tarpit('sends informational answers for ever', (socket) => drip(socket, 5, [], 'HTTP/1.1 103 Early Hints\r\n\r\n')),
  tarpit('sends a byte of its body a second', (socket) =>
    drip(socket, 1_000, [`${OK}Content-Length: 1000\r\n\r\nx`], 'x'),
  ),
  tarpit('sends its body byte by byte', (socket) => drip(socket, 5, [`${OK}Content-Length: 100000\r\n\r\n`], 'x')),
  tarpit('sends chunks byte by byte', (socket) => drip(socket, 5, [CHUNKED], '1\r\nx\r\n')),
  tarpit('stops in its body', (socket) => socket.write(`${OK}Content-Length: 1000\r\n\r\nx`)),
];

export type Bomb = HostileReceiver & {
  /** The outcome that a call to this receiver must have. */
  readonly outcome: CallResult['outcome'];
};

/** Receivers that send as fast as they can. Most of them never stop. */
export const bombs: readonly Bomb[] = [
  bomb('sends an endless body', 'answered', `${OK}\r\n`, 'x'.repeat(64 * KB)),
  bomb('sends endless chunks', 'answered', CHUNKED, `10000\r\n${'x'.repeat(64 * KB)}\r\n`),
  bomb('sends endless chunks of one byte', 'answered', CHUNKED, '1\r\nx\r\n'.repeat(10_000)),
  bomb('sends a gzip of many times its length', 'answered', `${OK}Content-Encoding: gzip\r\n\r\n`, GZIP_MEMBER),
  bomb(
    'sends 10,000 short headers, and an endless body',
    'answered',
    `${OK}${shortHeaders(10_000)}\r\n`,
    'x'.repeat(64 * KB),
  ),
  bomb('sends 10,000 short headers, and no body', 'timed_out', `${OK}${shortHeaders(10_000)}Content-Length: 1\r\n\r\n`),
  bomb('sends an endless header', 'invalid_answer', `${OK}X-A: `, 'x'.repeat(64 * KB)),
  bomb('sends endless headers', 'invalid_answer', OK, shortHeaders(10_000)),
  bomb('sends endless trailers', 'invalid_answer', `${CHUNKED}0\r\n`, shortHeaders(10_000)),
  bomb('sends endless informational answers', 'invalid_answer', '', 'HTTP/1.1 103 X\r\n\r\n'.repeat(10_000)),
  bomb(
    'sends endless informational answers with short headers',
    'invalid_answer',
    '',
    `HTTP/1.1 103 X\r\n${shortHeaders(10_000)}\r\n`.repeat(10),
  ),
];

function tarpit(
  does: string,
  speak: (socket: Socket) => void,
  protocol: 'http:' | 'https:' = 'http:',
): HostileReceiver {
  return {
    does,
    async open() {
      const { url, close } = await openTcpReceiver(speak);
      return { url: url.replace('http:', protocol), close };
    },
  };
}

async function lookedUpForEver(): Promise<OpenReceiver> {
  return { url: 'http://tarpit.example/', resolve: () => {}, close: () => {} };
}

/**
 * Opens a receiver to which no connection is ever made. Its server accepts nothing, and other connections fill the
 * queue in which the operating system holds connections for it.
 */
async function neverConnected(): Promise<OpenReceiver> {
  const worker = new Worker(new URL('./never-accepting.ts', import.meta.url));
  const [port] = (await once(worker, 'message')) as [number];
  const queued: Socket[] = [];
  do queued.push(connect(port, '127.0.0.1').on('error', () => {}));
  while (await connects(queued.at(-1) as Socket));
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      for (const socket of queued) socket.destroy();
      void worker.terminate();
    },
  };
}

function connects(socket: Socket): Promise<boolean> {
  const connected = once(socket, 'connect', { signal: AbortSignal.timeout(NOT_CONNECTED_WITHIN) });
  return connected.then(
    () => true,
    () => false,
  );
}

/** Sends the head of a TLS record of 16 KiB, and then its content byte by byte. */
function handshakeByteByByte(socket: Socket): void {
  drip(socket, 5, ['\x16\x03\x03\x40\x00'], '\0');
}

/** Sends each part, `pause` milliseconds apart, and then `last` again and again until the connection closes. */
function drip(socket: Socket, pause: number, parts: readonly string[], last: string): void {
  const left = [...parts];
  const next = () => void socket.write(left.shift() ?? last, 'latin1');
  next();
  const timer = setInterval(next, pause);
  socket.once('close', () => clearInterval(timer));
}

function bomb(does: string, outcome: Bomb['outcome'], beginning: string, part?: string | Uint8Array): Bomb {
  const parts = part === undefined ? undefined : Buffer.from(part);
  const { open } = tarpit(does, (socket) => {
    socket.write(beginning);
    if (parts !== undefined) pour(socket, parts);
  });
  return { does, outcome, open };
}

function pour(socket: Socket, part: Uint8Array): void {
  const more = () => {
    while (!socket.destroyed && socket.write(part));
  };
  socket.on('drain', more);
  more();
}

/** Returns headers with different names of at most three characters and without values. */
function shortHeaders(count: number): string {
  return Array.from({ length: count }, (_, n) => `${n.toString(36)}:\r\n`).join('');
}

import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

export type TcpReceiver = { readonly url: string; close(): void };

/** Opens a server on this machine that treats each connection as `speak` does. */
export async function openTcpReceiver(speak: (socket: Socket) => void): Promise<TcpReceiver> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    speak(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** The number of characters of an answer that are sent, and the way in which the connection ends then. */
export type Cut = { readonly length: number; readonly how: 'ends' | 'resets' };

/** Opens a receiver that breaks off its answer. */
export function cuttingReceiver(answer: string, { length, how }: Cut): Promise<TcpReceiver> {
  const end = (socket: Socket) => (how === 'ends' ? socket.end() : socket.resetAndDestroy());
  return openTcpReceiver((socket) => {
    socket.once('data', () => (length === 0 ? end(socket) : socket.write(answer.slice(0, length), () => end(socket))));
  });
}

/** Resolves with a URL of this machine at which no server listens. */
export async function closedPortUrl(): Promise<string> {
  const { url, close } = await openTcpReceiver(() => {});
  close();
  return url;
}

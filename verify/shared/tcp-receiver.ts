import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

export type TcpReceiver = { readonly url: string; close(): void };

/** A server on this machine that says to each connection whatever it wants to. */
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

/** How much of an answer is sent, and how the connection ends then. */
export type Cut = { readonly length: number; readonly how: 'ends' | 'resets' };

/** A receiver that breaks its answer off. */
export function cuttingReceiver(answer: string, { length, how }: Cut): Promise<TcpReceiver> {
  const end = (socket: Socket) => (how === 'ends' ? socket.end() : socket.resetAndDestroy());
  return openTcpReceiver((socket) => {
    socket.once('data', () => (length === 0 ? end(socket) : socket.write(answer.slice(0, length), () => end(socket))));
  });
}

/** Where nobody listens. */
export async function closedPortUrl(): Promise<string> {
  const { url, close } = await openTcpReceiver(() => {});
  close();
  return url;
}

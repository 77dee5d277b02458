import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How long a path that begins with `/slow` takes to answer. */
const SLOW = 5_000;

export type TimingReceiver = {
  readonly url: string;
  /** When each path was called first, in epoch milliseconds with fractions. */
  readonly calledAt: ReadonlyMap<string, number>;
  /** Resolves when so many paths have been called. */
  called(count: number): Promise<void>;
  forget(): void;
  close(): void;
};

export async function openTimingReceiver(): Promise<TimingReceiver> {
  const calledAt = new Map<string, number>();
  let awaited: { readonly count: number; readonly resolve: () => void } | undefined;
  const server = createServer(({ url = '' }, response) => {
    if (!calledAt.has(url)) calledAt.set(url, performance.timeOrigin + performance.now());
    if (calledAt.size >= (awaited?.count ?? Number.POSITIVE_INFINITY)) awaited?.resolve();
    if (url.startsWith('/slow')) setTimeout(() => response.end('ok'), SLOW);
    else response.end('ok');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calledAt,
    called(count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      awaited = { count, resolve };
      if (calledAt.size >= count) resolve();
      return promise;
    },
    forget: () => calledAt.clear(),
    close: () => server.close().closeAllConnections(),
  };
}

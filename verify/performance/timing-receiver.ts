import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MINUTE } from '../../core/durations.ts';

/** The milliseconds after which a path that begins with `/slow` is answered. */
const SLOW = 5_000;
/** The milliseconds without another call after which the calls that are awaited are taken for lost. */
export const LOST_AFTER = MINUTE;

export type TimingReceiver = {
  readonly url: string;
  /** The instant at which each path was called first, in epoch milliseconds with fractions. */
  readonly calledAt: ReadonlyMap<string, number>;
  /** Resolves when `count` paths have been called. Rejects when a minute passes without another one. */
  called(count: number): Promise<void>;
  forget(): void;
  close(): void;
};

export async function openTimingReceiver(): Promise<TimingReceiver> {
  const calledAt = new Map<string, number>();
  let awaited: { readonly count: number; readonly resolve: () => void; readonly deadline: NodeJS.Timeout } | undefined;
  const server = createServer(({ url = '' }, response) => {
    if (!calledAt.has(url)) {
      calledAt.set(url, performance.timeOrigin + performance.now());
      awaited?.deadline.refresh();
    }
    if (calledAt.size >= (awaited?.count ?? Number.POSITIVE_INFINITY)) awaited?.resolve();
    if (url.startsWith('/slow')) setTimeout(() => response.end('ok'), SLOW);
    else response.end('ok');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calledAt,
    async called(count) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const lost = () =>
        reject(new Error(`${calledAt.size} of ${count} paths were called, and then none for a minute.`));
      const deadline = setTimeout(lost, LOST_AFTER);
      awaited = { count, resolve, deadline };
      if (calledAt.size >= count) resolve();
      try {
        await promise;
      } finally {
        awaited = undefined;
        clearTimeout(deadline);
      }
    },
    forget: () => calledAt.clear(),
    close: () => server.close().closeAllConnections(),
  };
}

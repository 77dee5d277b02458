import { Agent, request } from 'node:http';

export type PublishingClient = {
  /** What it was answered, and after how many milliseconds; rejects if it was refused. */
  post(path: string, body: string): Promise<{ readonly text: string; readonly took: number }>;
  close(): void;
};

/** A client that does little itself, so that the queue is measured. */
export function publishingClient(url: string, connections: number): PublishingClient {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const { hostname: host, port } = new URL(url);

  const post: PublishingClient['post'] = (path, body) => {
    const { promise, resolve, reject } = Promise.withResolvers<{ text: string; took: number }>();
    const startedAt = performance.now();
    const headers = {
      'x-api-key': 'demo',
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    const asked = request({ host, port, path, method: 'POST', agent, headers }, (response) => {
      const isAccepted = response.statusCode === 201 || response.statusCode === 200;
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      response.once('end', () => {
        if (isAccepted) resolve({ text, took: performance.now() - startedAt });
        else reject(new Error(`An event was answered with ${response.statusCode}: ${text}`));
      });
    });
    asked.once('error', reject).end(body);
    return promise;
  };

  return { post, close: () => agent.destroy() };
}

/** So many at a time, until all are done. */
export async function inParallel(count: number, atOnce: number, act: (n: number) => Promise<void>): Promise<void> {
  let next = 0;
  const work = async () => {
    for (let n = next++; n < count; n = next++) await act(n);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}
